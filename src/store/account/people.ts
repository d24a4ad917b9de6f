import { asc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { credentials, people } from "../schema.ts";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import type { CredentialRow, PersonRow } from "../rows.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";
import { isActive } from "./passkeys.ts";

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

/** The owners and admins, including those who were only invited. */
export async function findManagers(store: TenantStore): Promise<readonly PersonRow[]> {
  return store.select(people, inArray(people.role, ["owner", "admin"]));
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

/** Everybody by username, and all active passkeys, of one moment. */
export async function readPeople(store: TenantStore): Promise<PeopleWithPasskeys> {
  const [members, active] = await store.read([
    store.select(people).orderBy(asc(people.username)),
    store.select(credentials, isActive()),
  ]);
  return { people: members, passkeys: active };
}

/** Everybody, and all passkeys that were ever endorsed, of one moment. */
export async function readDirectory(store: TenantStore): Promise<PeopleWithPasskeys> {
  const [members, endorsed] = await store.read([
    store.select(people),
    store.select(credentials, isNotNull(credentials.endorsedSeq)),
  ]);
  return { people: members, passkeys: endorsed };
}
