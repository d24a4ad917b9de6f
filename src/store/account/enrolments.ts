import { and, eq, gt, isNull, ne, sql, type SQL } from "drizzle-orm";
import { credentials, enrolments, people } from "../schema.ts";
import { insertFirstRecordIf, type FirstRecord } from "../stream/outbox.ts";
import type { Run } from "../prepared-statement.ts";
import type { EnrolmentRow, PersonRow } from "../rows.ts";
import { runOnce, type NewRow, type TenantStore } from "../tenant-store.ts";
import { insertPasskeyIf, isWaiting, type NewPasskey } from "./passkeys.ts";
import { hasRoomForMember } from "./plan-numbers.ts";

export type NewEnrolment = Pick<
  EnrolmentRow,
  "id" | "secretHash" | "personId" | "createdAt" | "expiresAt" | "recovers" | "senderKind" | "senderName"
>;

interface LinkTerms {
  /** Set only while nothing about the person is signed; null to leave it as it is. */
  readonly role: PersonRow["role"] | null;
  /** The newest link that its sender saw, null if there was none; undefined if the sender saw no page. */
  readonly newest: string | null | undefined;
  readonly entry: Run;
}

/**
 * A new link for somebody. It ends the person's other links and the passkeys that wait for their endorsement. Returns
 * false if nothing was done: there is a newer link than the sender saw, or the plan has no room for another member.
 */
export async function insertEnrolment(
  store: TenantStore,
  enrolment: NewEnrolment,
  { role, newest, entry }: LinkTerms,
): Promise<boolean> {
  const { id, personId, createdAt } = enrolment;
  const isInserted = sql`EXISTS (SELECT 1 FROM ${enrolments} n
    WHERE n.tenant_id = ${store.tenantId} AND n.id = ${id})`;
  const others = and(isUsableLinkOf(personId), ne(enrolments.id, id), isInserted);
  const waiting = and(eq(credentials.personId, personId), isWaiting(), isInserted);
  const isNew = and(eq(people.id, personId), hasNoEndorsement, isInserted);
  await store.batch([
    insertLinkIf(store, enrolment, and(isNewest(store, personId, newest), hasRoomFor(store, personId, role))),
    entry,
    store.update(enrolments, { voidedAt: createdAt }, others),
    store.update(credentials, { revokedAt: createdAt }, waiting),
    ...(role === null ? [] : [store.update(people, { role, removedAt: null }, isNew)]),
  ]);
  return (await store.first(enrolments, eq(enrolments.id, id))) !== undefined;
}

function insertLinkIf(store: TenantStore, link: NewEnrolment, condition: SQL | undefined) {
  const { id, secretHash, personId, createdAt, expiresAt, recovers, senderKind, senderName } = link;
  return store.insertFrom(
    enrolments,
    (
      tenant,
    ) => sql`SELECT ${tenant}, ${id}, ${secretHash}, ${personId}, ${createdAt}, ${expiresAt}, NULL, NULL,
      ${recovers ? 1 : 0}, NULL, NULL, ${senderKind}, ${senderName} WHERE ${condition ?? sql`TRUE`}`,
  );
}

/** The plus keeps SQLite from reading the primary key in search of the greatest id. */
function isNewest(store: TenantStore, person: string, id: string | null | undefined): SQL | undefined {
  return id === undefined
    ? undefined
    : sql`${id} IS (SELECT max(+n.id) FROM ${enrolments} n
        WHERE n.tenant_id = ${store.tenantId} AND n.person_id = ${person})`;
}

/** Whether the plan lets this person have this role. A member keeps the place. */
function hasRoomFor(store: TenantStore, person: string, role: PersonRow["role"] | null): SQL | undefined {
  if (role === null || role === "approver") return undefined;
  const isMember = sql`EXISTS (SELECT 1 FROM ${people} m WHERE m.tenant_id = ${store.tenantId}
    AND m.id = ${person} AND m.role <> 'approver' AND m.removed_at IS NULL)`;
  return sql`(${isMember} OR ${hasRoomForMember(store.tenantId)})`;
}

/** No passkey of the person was endorsed. One that did not end with the new link has an approved endorsement. */
const hasNoEndorsement = sql`NOT EXISTS (SELECT 1 FROM ${credentials} k WHERE k.tenant_id = ${people.tenantId}
  AND k.person_id = ${people.id} AND (k.endorsed_seq IS NOT NULL OR k.revoked_at IS NULL))`;

export function isUsableLinkOf(person: string | SQL): SQL | undefined {
  return and(eq(enrolments.personId, person), isNull(enrolments.usedAt), isNull(enrolments.voidedAt));
}

/** Ends the person's usable link. False if there is none at this time. */
export async function revokeLinkOf(
  store: TenantStore,
  person: string,
  now: number,
  entry: Run,
): Promise<boolean> {
  const usable = and(isUsableLinkOf(person), gt(enrolments.expiresAt, now));
  const revoke = store
    .update(enrolments, { voidedAt: now, revokedAt: now }, usable)
    .returning({ id: enrolments.id });
  const [revoked] = await store.run([runOnce(revoke), entry]);
  return revoked.length > 0;
}

/** Of a person, the newest first. */
export async function linksOf(
  store: TenantStore,
  person: string,
  limit: number,
): Promise<readonly EnrolmentRow[]> {
  const rows = await store.select(enrolments, eq(enrolments.personId, person));
  return rows.toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
}

/** Used and expired links too, so that the page can say which it is. */
export async function findEnrolmentByHash(
  store: TenantStore,
  secretHash: string,
): Promise<EnrolmentRow | undefined> {
  return store.first(enrolments, eq(enrolments.secretHash, secretHash));
}

/** False if the user name exists, or if the plan has no room for another member. */
export async function insertInvitedPerson(
  store: TenantStore,
  person: NewRow<typeof people>,
  enrolment: NewEnrolment,
  entry: Run,
): Promise<boolean> {
  const { id, username, role, userHandle, createdAt } = person;
  const isTaken = sql`EXISTS (SELECT 1 FROM ${people} o
    WHERE o.tenant_id = ${store.tenantId} AND o.username = ${username})`;
  const room = role === "approver" ? sql`TRUE` : hasRoomForMember(store.tenantId);
  await store.batch([
    store.insertFrom(
      people,
      (tenant) => sql`SELECT ${tenant}, ${id}, ${username}, ${role}, ${userHandle}, ${createdAt}, NULL
        WHERE NOT ${isTaken} AND ${room}`,
    ),
    entry,
    insertLinkIf(
      store,
      enrolment,
      sql`EXISTS (SELECT 1 FROM ${people} i WHERE i.tenant_id = ${store.tenantId} AND i.id = ${id})`,
    ),
  ]);
  return (await store.first(people, eq(people.id, id))) !== undefined;
}

/**
 * Uses the link and stores its passkey, in one transaction; for the owner, and only for the owner, also the stream's
 * first record. The person's other links are void then. If another attempt used the link, or it is void, nothing is
 * stored. Raises if the passkey's id or its public key is registered already in this tenant.
 */
export async function enrolPasskey(
  store: TenantStore,
  use: { readonly enrolment: string; readonly attempt: string; readonly now: number },
  passkey: NewPasskey,
  first: FirstRecord | null,
  entry: Run,
): Promise<void> {
  const { enrolment, attempt, now } = use;
  const isOwnAttempt = sql`EXISTS (SELECT 1 FROM ${enrolments}
    WHERE ${enrolments.tenantId} = ${store.tenantId} AND ${enrolments.id} = ${enrolment}
      AND ${enrolments.usedBy} = ${attempt})`;
  const isOwner = sql`${isOwnAttempt} AND EXISTS (SELECT 1 FROM ${people}
    WHERE ${people.tenantId} = ${store.tenantId} AND ${people.id} = ${passkey.personId} AND ${people.role} = 'owner')`;
  await store.batch([
    store.update(
      enrolments,
      { usedAt: now, usedBy: attempt },
      and(eq(enrolments.id, enrolment), isUsableLinkOf(passkey.personId)),
    ),
    store.update(enrolments, { voidedAt: now }, and(isUsableLinkOf(passkey.personId), isOwnAttempt)),
    insertPasskeyIf(store, passkey, isOwnAttempt),
    entry,
    ...(first === null
      ? []
      : [insertFirstRecordIf(store, first, isOwner), store.beginStream(first.stream, isOwner)]),
  ]);
}

/** Whether the person used a link for recovery at this time. */
export async function hasUsedRecoveryLink(
  store: TenantStore,
  person: string,
  usedAt: number,
): Promise<boolean> {
  const link = and(
    eq(enrolments.personId, person),
    eq(enrolments.recovers, true),
    eq(enrolments.usedAt, usedAt),
  );
  return (await store.first(enrolments, link)) !== undefined;
}
