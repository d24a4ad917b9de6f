import { and, asc, eq, inArray, isNotNull, isNull, ne, sql } from "drizzle-orm";
import { credentials, enrolments, people } from "../schema.ts";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import type { CredentialRow, PersonRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, runOnce, type TenantStore } from "../tenant-store.ts";
import { isUsableLinkOf } from "./enrolments.ts";
import { isActive, isWaiting } from "./passkeys.ts";

const PERSON = prepared(people, (scope) => scope.select(people, eq(people.id, sql.placeholder("id"))));
const PERSON_BY_NAME = prepared(people, (scope) =>
  scope.select(people, eq(people.username, sql.placeholder("username"))),
);

export const personById = (id: string) =>
  makeLookUp(
    (memory) => memory.people,
    id,
    [PERSON.with({ id })],
    ([[person]]) => person,
  );

export async function findPerson(store: TenantStore, id: string): Promise<PersonRow | undefined> {
  const [found] = await lookUp(store, [personById(id)]);
  return found;
}

export async function findPersonByName(store: TenantStore, username: string): Promise<PersonRow | undefined> {
  const byName = makeLookUp(
    ({ peopleByName }) => peopleByName,
    username,
    [PERSON_BY_NAME.with({ username })],
    ([[person]]) => person,
  );
  const [found] = await lookUp(store, [byName]);
  return found;
}

const IS_THERE = isNull(people.removedAt);

/** The owners and admins, including those who were only invited. */
export async function findManagers(store: TenantStore): Promise<readonly PersonRow[]> {
  return store.select(people, and(inArray(people.role, ["owner", "admin"]), IS_THERE));
}

export async function usernamesOf(
  store: TenantStore,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const rows = await store.selectIn(people, people.id, [...new Set(ids)]);
  return new Map(rows.map(({ id, username }) => [id, username]));
}

interface PeopleWithPasskeys {
  readonly people: readonly PersonRow[];
  readonly passkeys: readonly CredentialRow[];
}

/** Everybody who was not removed, by username, and all active passkeys, of one moment. */
export async function readPeople(store: TenantStore): Promise<PeopleWithPasskeys> {
  const [members, active] = await store.read([
    store.select(people, IS_THERE).orderBy(asc(people.username)),
    store.select(credentials, isActive()),
  ]);
  return { people: members, passkeys: active };
}

/** No passkey of the person is in the stream, or is about to be: each waits, or has ended. */
const IS_UNSIGNED = sql`NOT EXISTS (SELECT 1 FROM ${credentials} WHERE ${credentials.tenantId} = ${people.tenantId}
  AND ${credentials.personId} = ${people.id} AND (${isNotNull(credentials.endorsedSeq)}
    OR (${isNull(credentials.revokedAt)} AND NOT (${isWaiting()}))))`;

/**
 * Removes somebody of whom no passkey was ever endorsed, with links and waiting passkeys. An owner who has no passkey yet
 * is the only one, so not that one. Returns whether it did.
 */
export async function removeUnsigned(
  store: TenantStore,
  id: string,
  now: number,
  entry: Run,
): Promise<boolean> {
  const isRemovable = and(eq(people.id, id), ne(people.role, "owner"), IS_THERE, IS_UNSIGNED);
  const remove = store.update(people, { removedAt: now }, isRemovable).returning({ id: people.id });
  const isRemoved = sql`EXISTS (SELECT 1 FROM ${people} r WHERE r.tenant_id = ${store.tenantId}
    AND r.id = ${id} AND r.removed_at = ${now})`;
  const link = and(isUsableLinkOf(id), isRemoved);
  const passkey = and(eq(credentials.personId, id), isNull(credentials.revokedAt), isRemoved);
  const [removed] = await store.run([
    runOnce(remove),
    entry,
    runOnce(store.update(enrolments, { voidedAt: now, revokedAt: now }, link)),
    runOnce(store.update(credentials, { revokedAt: now }, passkey)),
  ]);
  return removed.length > 0;
}
