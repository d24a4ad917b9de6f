import type { PeoplePage, PersonItem } from "../../core/pages/people-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { readPeoplePage } from "../../store/account/people-page.ts";
import type { ActCall } from "../acts/act.ts";
import { passkeyState } from "../account/passkey-state.ts";
import { invitationItem, personState } from "./person-state.ts";

/** Some 20 KB of HTML. */
const PEOPLE_PAGE_ITEMS = 100;

export interface PeopleQuery {
  /** The user name after which the page begins; null for the first page. */
  readonly after: string | null;
  readonly removed: boolean;
}

export async function listPeople(
  { runtime, store }: ActCall,
  { after, removed }: PeopleQuery,
): Promise<Result<PeoplePage>> {
  const now = runtime.now();
  const rows = await readPeoplePage(store, { after, removed, limit: PEOPLE_PAGE_ITEMS + 1 });
  const shown = rows.slice(0, PEOPLE_PAGE_ITEMS);
  const people = shown.map(({ person, passkeys, links }): PersonItem => {
    const [newest] = links;
    return {
      id: person.id,
      username: person.username,
      role: person.role,
      state: personState(person, passkeys, links, now),
      passkeys: passkeys.filter((passkey) => passkeyState(passkey) === "active").length,
      invitation: newest === undefined ? null : invitationItem(newest, now),
    };
  });
  const next = rows.length > PEOPLE_PAGE_ITEMS ? (people.at(-1)?.username ?? null) : null;
  return accept({ people, next, removed });
}
