import { and, eq, isNull, lt, ne, sql, type SQL } from "drizzle-orm";
import { setDocument } from "./document-rows.ts";
import { setTemplate } from "./template-rows.ts";
import { apiKeys, credentials, enrolments, outbox, people, reveals, sessions } from "../schema.ts";
import { confirmationRows } from "../confirmation/confirmations.ts";
import type { Change } from "../memory/desk-memory.ts";
import type { DocumentRow, OutboxRow, PersonRow } from "../rows.ts";
import { noticesOfOutcome, type Closed } from "../notices/new-notices.ts";
import { firstDue, isUnsealed } from "../sending/due-row.ts";
import { prepared, runOnce, type Statement, type TenantStore, value } from "../tenant-store.ts";
import { deliveriesOfRecord, type NewEvent } from "../webhooks/new-deliveries.ts";

/** What a sealed change does to the tables. */
export type SealingEffect =
  | { readonly kind: "endorse"; readonly credential: string }
  | { readonly kind: "set-role"; readonly person: string; readonly role: PersonRow["role"] }
  /** Revokes passkeys that are older than this passkey. Their sessions end with them. */
  | { readonly kind: "replace-devices"; readonly person: string; readonly credential: string }
  /** Ends the template of this action, if there is one, and sets this one, unless it is null. */
  | {
      readonly kind: "set-template";
      readonly action: string;
      readonly template: { readonly hash: string; readonly document: string } | null;
    }
  /** Ends the group, policy or rules of this name, if there are any, and sets this version, unless it is null. */
  | {
      readonly kind: "set-document";
      readonly type: DocumentRow["kind"];
      readonly name: string;
      readonly version: { readonly hash: string; readonly document: string } | null;
    }
  | {
      readonly kind: "activate-key";
      readonly key: string;
      readonly hash: string;
      readonly scopes: string;
      readonly expiresAt: number | null;
    }
  /** Revokes a key that waits for a signature. One that works already stays as it is. */
  | { readonly kind: "end-key"; readonly key: string; readonly hash: string }
  /** From then on every key, session and link is unknown. */
  | { readonly kind: "end-organisation" }
  | { readonly kind: "reveal"; readonly confirmation: string }
  | { readonly kind: "withdraw-reveal"; readonly confirmation: string };

export interface SealedRecord {
  /** With its index in the log and its commitment. */
  readonly row: OutboxRow;
  readonly effects: readonly SealingEffect[];
  /** What webhooks get. */
  readonly event: NewEvent | null;
  /** The request whose people hear that it is over; null if there is nobody to hear of it. */
  readonly closes: Closed | null;
}

const MARK_SEALED = prepared(
  outbox,
  (scope) =>
    scope
      .update(
        outbox,
        { index: value("index"), commitment: value("commitment") },
        and(eq(outbox.seq, sql.placeholder("seq")), isNull(outbox.index)),
      )
      .returning(),
  "confirmation",
);

/**
 * Stores the log's indices together with the effects of the changes and with what people and webhooks hear. Repeated,
 * it does nothing more. Returns when the first notice or delivery is to be sent; undefined if nobody hears of it.
 */
export async function markSealed(
  store: TenantStore,
  sealed: readonly SealedRecord[],
): Promise<number | undefined> {
  const effects = sealed
    .flatMap((record) => record.effects.flatMap((effect) => statementsFor(store, record.row, effect)))
    .map((effect) => runOnce(effect));
  const reports = sealed.flatMap(({ row: { seq, at }, event, closes }) => [
    ...(event === null ? [] : [deliveriesOfRecord(event, seq)]),
    ...(closes === null ? [] : noticesOfOutcome(closes, at, seq)),
  ]);
  // Before the records are marked: they have an effect only until then.
  const before = [...effects, ...reports];
  const marks = sealed.map(({ row: { seq, confirmationId, index, commitment } }) =>
    MARK_SEALED.with({ seq, confirmation: confirmationId, index, commitment }),
  );
  const recordsOf = (results: readonly unknown[][]) => results.slice(before.length).flat() as OutboxRow[];
  const results = await store.run(
    [...before, ...marks],
    (results, change) => rememberMarks(change, recordsOf(results)),
    // The log has the records, and its entries are final. So a woken call does not wait until the rows have them, too.
    (change) =>
      rememberMarks(
        change,
        sealed.map(({ row }) => row),
      ),
  );
  return firstDue(results.flat());
}

function rememberMarks(change: Change, marked: readonly OutboxRow[]): void {
  for (const record of marked) {
    if (record.confirmationId === null) continue;
    change.update(confirmationRows(record.confirmationId), (rows) => {
      const at = rows.records.findIndex(({ seq }) => seq === record.seq);
      // Another instance may have committed it.
      return at === -1 ? undefined : { ...rows, records: rows.records.with(at, record) };
    });
  }
}

function statementsFor(
  store: TenantStore,
  { seq, at }: OutboxRow,
  effect: SealingEffect,
): readonly Statement[] {
  const unsealed = isUnsealed(store, seq);
  switch (effect.kind) {
    case "endorse": {
      const waiting = and(eq(credentials.id, effect.credential), isNull(credentials.endorsedSeq), unsealed);
      return [store.update(credentials, { endorsedSeq: seq }, waiting)];
    }
    case "set-role":
      return [store.update(people, { role: effect.role }, and(eq(people.id, effect.person), unsealed))];
    case "replace-devices":
      return replaceDevices(store, at, effect, unsealed);
    case "set-template":
      return setTemplate(store, seq, effect, unsealed);
    case "set-document":
      return setDocument(store, seq, effect, unsealed);
    case "activate-key": {
      const { key, hash, scopes, expiresAt } = effect;
      const isKey = and(eq(apiKeys.id, key), eq(apiKeys.hash, hash), unsealed);
      return [store.update(apiKeys, { waiting: false, scopes, expiresAt }, isKey)];
    }
    case "end-key": {
      const isWaiting = and(
        eq(apiKeys.id, effect.key),
        eq(apiKeys.hash, effect.hash),
        eq(apiKeys.waiting, true),
      );
      return [store.update(apiKeys, { revokedAt: at }, and(isWaiting, isNull(apiKeys.revokedAt), unsealed))];
    }
    case "end-organisation":
      return [
        store.endTenant(at, unsealed),
        store.update(apiKeys, { revokedAt: at }, and(isNull(apiKeys.revokedAt), unsealed)),
        store.update(sessions, { revokedAt: at }, and(isNull(sessions.revokedAt), unsealed)),
        store.update(enrolments, { voidedAt: at }, and(isNull(enrolments.voidedAt), unsealed)),
      ];
    case "reveal":
      return [
        store.insertFrom(
          reveals,
          (tenant) => sql`SELECT ${tenant}, ${effect.confirmation}, ${seq}, NULL WHERE ${unsealed}`,
        ),
      ];
    case "withdraw-reveal": {
      const shown = and(
        eq(reveals.confirmationId, effect.confirmation),
        isNull(reveals.withdrawnAt),
        unsealed,
      );
      return [store.update(reveals, { withdrawnAt: at }, shown)];
    }
  }
}

/** A passkey that was endorsed is revoked when the change is signed; this revokes those that never were. */
function replaceDevices(
  store: TenantStore,
  at: number,
  { person, credential }: Extract<SealingEffect, { kind: "replace-devices" }>,
  unsealed: SQL,
): readonly Statement[] {
  const createdAt = sql`(SELECT created_at FROM ${credentials}
    WHERE tenant_id = ${store.tenantId} AND id = ${credential})`;
  const olderPasskeys = and(
    eq(credentials.personId, person),
    ne(credentials.id, credential),
    lt(credentials.createdAt, createdAt),
    isNull(credentials.revokedAt),
    unsealed,
  );
  return [store.update(credentials, { revokedAt: at }, olderPasskeys)];
}
