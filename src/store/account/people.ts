import { asc, eq, inArray, isNotNull } from "drizzle-orm";
import { credentials, people } from "../schema.ts";
import type { CredentialRow, PersonRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";
import { isActive } from "./passkeys.ts";

export async function findPerson(store: TenantStore, id: string): Promise<PersonRow | undefined> {
  return store.first(people, eq(people.id, id));
}

export async function findPersonByName(store: TenantStore, username: string): Promise<PersonRow | undefined> {
  return store.first(people, eq(people.username, username));
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
