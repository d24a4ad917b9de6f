import { and, eq, isNull, lt, ne, sql } from "drizzle-orm";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { expectOk } from "../../core/refusal.ts";
import {
  credentials,
  outbox,
  people,
  reveals,
  sessions,
  type ConfirmationRow,
  type OutboxRow,
} from "../../store/schema.ts";
import type { Statement, TenantStore } from "../../store/tenant-store.ts";
import { changeOf, type ChangeOf } from "../directory/change.ts";

/** What a change does to the tables once it is sealed; repeated, it does nothing more. */
export function effectsOf(
  store: TenantStore,
  row: OutboxRow,
  confirmation: ConfirmationRow | undefined,
): readonly Statement[] {
  const unsealed = sql`EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${store.tenantId}
    AND ${outbox.seq} = ${row.seq} AND ${outbox.index} IS NULL)`;
  const counts = (id: string) =>
    store.update(
      credentials,
      { endorsedSeq: row.seq },
      and(eq(credentials.id, id), isNull(credentials.endorsedSeq), unsealed),
    );
  if (row.type === "stream.created") {
    const body = expectOk(parseJsonText(row.body ?? "")) as { genesis: { credentialId: string } };
    return [counts(body.genesis.credentialId)];
  }
  const applies = row.type !== "consumed" && row.type !== "decision";
  const change = applies && confirmation ? changeOf(confirmation) : undefined;
  switch (change?.change) {
    case "credential.endorsed":
      return [counts(change.credential.id)];
    case "role.changed":
      return [store.update(people, { role: change.role }, and(eq(people.id, change.person.id), unsealed))];
    case "recovered":
      return [counts(change.credential.id), ...lostDevices(store, row, change, unsealed)];
    case "revealed":
      return [change.shown ? shown(store, row, change, unsealed) : hidden(store, row, change, unsealed)];
    case "credential.revoked":
    case "policy.changed":
    case undefined:
      return [];
  }
}

/**
 * Whoever holds the lost device reads no longer, either: its sessions end, and passkeys that were made before
 * and never counted sign nobody in. Those that counted were taken back when the change was signed.
 */
function lostDevices(
  store: TenantStore,
  { at }: OutboxRow,
  { person, credential }: ChangeOf<"recovered">,
  unsealed: ReturnType<typeof sql>,
): readonly Statement[] {
  const began = sql`(SELECT created_at FROM ${credentials} WHERE tenant_id = ${store.tenantId} AND id = ${credential.id})`;
  const olderKeys = and(
    eq(credentials.personId, person.id),
    ne(credentials.id, credential.id),
    lt(credentials.createdAt, began),
    isNull(credentials.revokedAt),
    unsealed,
  );
  const olderSessions = and(eq(sessions.personId, person.id), lt(sessions.createdAt, began), unsealed);
  return [
    store.update(credentials, { revokedAt: at }, olderKeys),
    store.update(sessions, { revokedAt: at }, and(olderSessions, isNull(sessions.revokedAt))),
  ];
}

function shown(
  store: TenantStore,
  { seq }: OutboxRow,
  { confirmation }: ChangeOf<"revealed">,
  unsealed: ReturnType<typeof sql>,
): Statement {
  return store.insertFrom(
    reveals,
    (tenant) => sql`SELECT ${tenant}, ${confirmation}, ${seq}, NULL WHERE ${unsealed}`,
  );
}

function hidden(
  store: TenantStore,
  { at }: OutboxRow,
  { confirmation }: ChangeOf<"revealed">,
  unsealed: ReturnType<typeof sql>,
): Statement {
  const standing = and(eq(reveals.confirmationId, confirmation), isNull(reveals.withdrawnAt), unsealed);
  return store.update(reveals, { withdrawnAt: at }, standing);
}
