import { and, eq, isNull, sql, type SQL } from "drizzle-orm";
import { credentials, enrolments, people } from "../schema.ts";
import { insertFirstRecordIf, type FirstRecord } from "../stream/outbox.ts";
import type { EnrolmentRow, PersonRow } from "../rows.ts";
import type { NewRow, TenantStore } from "../tenant-store.ts";
import { insertPasskeyIf, isWaiting, type NewPasskey } from "./passkeys.ts";

export type NewEnrolment = NewRow<typeof enrolments>;

/**
 * A new link for somebody. It ends the person's other links and the passkeys that wait for their endorsement. A role is
 * set only while nothing about the person is signed.
 */
export async function insertEnrolment(
  store: TenantStore,
  enrolment: NewEnrolment,
  role: PersonRow["role"] | null = null,
): Promise<void> {
  const { personId, createdAt } = enrolment;
  await store.batch([
    store.update(enrolments, { voidedAt: createdAt }, isUsableLinkOf(personId)),
    store.update(credentials, { revokedAt: createdAt }, and(eq(credentials.personId, personId), isWaiting())),
    ...(role === null
      ? []
      : [store.update(people, { role }, and(eq(people.id, personId), hasNoEndorsement))]),
    store.insert(enrolments, enrolment),
  ]);
}

/** No passkey of the person was endorsed. One that did not end with the new link has an approved endorsement. */
const hasNoEndorsement = sql`NOT EXISTS (SELECT 1 FROM ${credentials} k WHERE k.tenant_id = ${people.tenantId}
  AND k.person_id = ${people.id} AND (k.endorsed_seq IS NOT NULL OR k.revoked_at IS NULL))`;

export function isUsableLinkOf(person: string | SQL): SQL | undefined {
  return and(eq(enrolments.personId, person), isNull(enrolments.usedAt), isNull(enrolments.voidedAt));
}

/** Used and expired links too, so that the page can say which it is. */
export async function findEnrolmentByHash(
  store: TenantStore,
  secretHash: string,
): Promise<EnrolmentRow | undefined> {
  return store.first(enrolments, eq(enrolments.secretHash, secretHash));
}

/** Raises if the username exists. */
export async function insertInvitedPerson(
  store: TenantStore,
  person: NewRow<typeof people>,
  enrolment: NewEnrolment,
): Promise<void> {
  await store.batch([store.insert(people, person), store.insert(enrolments, enrolment)]);
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
