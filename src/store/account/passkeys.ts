import { and, asc, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import { confirmations, credentials } from "../schema.ts";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import type { CredentialRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, runOnce, type Statement, type TenantStore } from "../tenant-store.ts";

/** An active passkey is endorsed by a sealed record, and not revoked. */
export function isActive(): SQL | undefined {
  return and(isNotNull(credentials.endorsedSeq), isNull(credentials.revokedAt));
}

/**
 * A waiting passkey was never endorsed, and no endorsement of it is approved: one that is approved is sealed soon, and
 * then the stream has the passkey.
 */
export function isWaiting(): SQL | undefined {
  const isApproved = sql`EXISTS (SELECT 1 FROM ${confirmations} a WHERE a.tenant_id = ${credentials.tenantId}
    AND a.type <> 'decision' AND a.type IN ('credential.endorsed', 'recovered') AND a.status = 'approved'
    AND a.payload ->> '$.credential.id' = ${credentials.id})`;
  return and(isNull(credentials.endorsedSeq), isNull(credentials.revokedAt), sql`NOT ${isApproved}`);
}

const ACTIVE_PASSKEYS = prepared(credentials, (scope) =>
  scope.select(credentials, and(eq(credentials.personId, sql.placeholder("person")), isActive())),
);

export const activePasskeys = (person: string) =>
  makeLookUp(
    (memory) => memory.passkeys,
    person,
    [ACTIVE_PASSKEYS.with({ person })],
    ([passkeys]): readonly CredentialRow[] => passkeys,
  );

export async function activePasskeysOf(
  store: TenantStore,
  person: string,
): Promise<readonly CredentialRow[]> {
  const [passkeys = []] = await lookUp(store, [activePasskeys(person)]);
  return passkeys;
}

/** Every passkey of the person, oldest first. */
export async function passkeysOf(store: TenantStore, person: string): Promise<readonly CredentialRow[]> {
  return store.select(credentials, eq(credentials.personId, person)).orderBy(asc(credentials.createdAt));
}

/** Passkeys that were endorsed at some time, revoked ones included. */
export async function endorsedPasskeysOf(
  store: TenantStore,
  person: string,
): Promise<readonly CredentialRow[]> {
  return store.select(credentials, and(eq(credentials.personId, person), isNotNull(credentials.endorsedSeq)));
}

/** Those of these people of whom a passkey was endorsed at some time. */
export async function personsWithEndorsedPasskey(
  store: TenantStore,
  people: readonly string[],
): Promise<ReadonlySet<string>> {
  const isEndorsed = isNotNull(credentials.endorsedSeq);
  const endorsed = await store.selectIn(credentials, credentials.personId, [...new Set(people)], isEndorsed);
  return new Set(endorsed.map(({ personId }) => personId));
}

export async function findPasskey(store: TenantStore, id: string): Promise<CredentialRow | undefined> {
  return store.first(credentials, eq(credentials.id, id));
}

export async function findPasskeyByKey(
  store: TenantStore,
  publicKey: string,
): Promise<CredentialRow | undefined> {
  return store.first(credentials, eq(credentials.publicKey, publicKey));
}

export async function findPasskeys(
  store: TenantStore,
  ids: readonly string[],
): Promise<readonly CredentialRow[]> {
  return store.selectIn(credentials, credentials.id, ids);
}

export async function findPasskeyOf(
  store: TenantStore,
  person: string,
  id: string,
): Promise<CredentialRow | undefined> {
  return store.first(credentials, and(eq(credentials.id, id), eq(credentials.personId, person)));
}

/** After a signature that is no vote. */
export async function updatePasskeyUse(
  store: TenantStore,
  passkey: CredentialRow,
  { signCount, backedUp }: Pick<CredentialRow, "signCount" | "backedUp">,
  now: number,
): Promise<void> {
  const highest = Math.max(signCount, passkey.signCount);
  const use = { signCount: highest, backedUp, lastUsedAt: now };
  await store.update(credentials, use, eq(credentials.id, passkey.id));
}

/** Ends this passkey, if it waits. Returns whether it did. */
export async function endWaitingPasskey(
  store: TenantStore,
  { person, id, now }: { readonly person: string; readonly id: string; readonly now: number },
  entry: Run,
): Promise<boolean> {
  const waiting = and(eq(credentials.id, id), eq(credentials.personId, person), isWaiting());
  const end = store.update(credentials, { revokedAt: now }, waiting).returning({ id: credentials.id });
  const [ended] = await store.run([runOnce(end), entry]);
  return ended.length === 1;
}

/** It may have been copied. The mark stays until the passkey is revoked. */
export async function markCounterRegressed(store: TenantStore, id: string, at: number): Promise<void> {
  await store.update(credentials, { counterRegressedAt: at }, eq(credentials.id, id));
}

export type NewPasskey = Omit<
  CredentialRow,
  "tenantId" | "endorsedSeq" | "revokedAt" | "lastUsedAt" | "counterRegressedAt"
>;

/** How many passkeys one person may have. */
export interface PasskeyLimit {
  readonly max: number;
  /** Whether those that were revoked count, too. */
  readonly countsRevoked: boolean;
}

const countedOf = (person: string, { countsRevoked }: PasskeyLimit): SQL | undefined =>
  and(eq(credentials.personId, person), countsRevoked ? undefined : isNull(credentials.revokedAt));

export async function hasAllPasskeys(
  store: TenantStore,
  person: string,
  limit: PasskeyLimit,
): Promise<boolean> {
  const counted = await store.select(credentials, countedOf(person, limit)).limit(limit.max);
  return counted.length === limit.max;
}

/**
 * If this other passkey of the person is active, and the limit allows one more. Raises if the passkey's id or its public
 * key is registered already in this tenant.
 */
export async function insertPasskey(
  store: TenantStore,
  passkey: NewPasskey,
  { active, limit }: { readonly active: string; readonly limit: PasskeyLimit },
  entry: Run,
): Promise<void> {
  const signer = store.select(
    credentials,
    and(eq(credentials.id, active), eq(credentials.personId, passkey.personId), isActive()),
  );
  const kept = sql`(SELECT count(*) FROM ${credentials} WHERE ${credentials.tenantId} = ${store.tenantId}
    AND ${countedOf(passkey.personId, limit)})`;
  const insert = insertPasskeyIf(store, passkey, sql`EXISTS ${signer} AND ${kept} < ${limit.max}`);
  await store.batch([insert, entry]);
}

export function insertPasskeyIf(store: TenantStore, passkey: NewPasskey, condition: SQL): Statement {
  const { id, personId, label, publicKey, algorithm, signCount, transports, createdAt } = passkey;
  const [eligible, backedUp] = [passkey.backupEligible ? 1 : 0, passkey.backedUp ? 1 : 0];
  return store.insertFrom(
    credentials,
    (tenant) => sql`SELECT ${tenant}, ${id}, ${personId}, ${label}, ${publicKey}, ${algorithm}, ${signCount},
      ${eligible}, ${backedUp}, ${transports}, ${createdAt}, NULL, NULL, NULL, NULL WHERE ${condition}`,
  );
}
