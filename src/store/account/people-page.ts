import { and, asc, gt, isNotNull, isNull } from "drizzle-orm";
import { credentials, enrolments, people } from "../schema.ts";
import type { CredentialRow, EnrolmentRow, PersonRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

/** A person with what their state follows from. */
interface PersonRows {
  readonly person: PersonRow;
  readonly passkeys: readonly CredentialRow[];
  /** The newest first. */
  readonly links: readonly EnrolmentRow[];
}

interface PeopleRange {
  readonly after: string | null;
  readonly removed: boolean;
  readonly limit: number;
}

/** By user name: those who were removed, or the others. */
export async function readPeoplePage(
  store: TenantStore,
  { after, removed, limit }: PeopleRange,
): Promise<readonly PersonRows[]> {
  const isListed = removed ? isNotNull(people.removedAt) : isNull(people.removedAt);
  const isAfter = after === null ? undefined : gt(people.username, after);
  const listed = await store
    .select(people, and(isAfter, isListed))
    .orderBy(asc(people.username))
    .limit(limit);
  const ids = listed.map(({ id }) => id);
  const [passkeyRows, linkRows] = await Promise.all([
    store.selectIn(credentials, credentials.personId, ids),
    store.selectIn(enrolments, enrolments.personId, ids),
  ]);
  const passkeys = Map.groupBy(passkeyRows, ({ personId }) => personId);
  const links = Map.groupBy(
    linkRows.toSorted((one, other) => (one.id < other.id ? 1 : -1)),
    ({ personId }) => personId,
  );
  return listed.map((person) => ({
    person,
    passkeys: passkeys.get(person.id) ?? [],
    links: links.get(person.id) ?? [],
  }));
}
