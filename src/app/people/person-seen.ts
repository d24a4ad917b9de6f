import type { PersonSeen } from "../../core/pages/people-data.ts";
import { refuse } from "../../core/refusal.ts";
import { linksOf } from "../../store/account/enrolments.ts";
import { passkeysOf } from "../../store/account/passkeys.ts";
import { pendingChangesAbout } from "../../store/confirmation/confirmations.ts";
import type { ConfirmationRow, CredentialRow, EnrolmentRow, PersonRow } from "../../store/rows.ts";
import type { ActCall } from "../acts/act.ts";
import { personState } from "./person-state.ts";

// Two people who manage the same person: the second one learns what the first one changed.

interface PersonFacts {
  readonly passkeys: readonly CredentialRow[];
  /** The newest first. */
  readonly links: readonly EnrolmentRow[];
  readonly pending: readonly ConfirmationRow[];
}

export function seenOf(
  person: PersonRow,
  { passkeys, links, pending }: PersonFacts,
  now: number,
): PersonSeen {
  return {
    role: person.role,
    state: personState(person, passkeys, links, now),
    link: links[0]?.id ?? null,
    pending: pending.map(({ id }) => id),
  };
}

/** A refusal that says what has changed since this was seen; undefined if nothing has, or nothing was seen. */
export async function refuseChanged(
  { runtime, store }: ActCall,
  person: PersonRow,
  was: PersonSeen | null,
): Promise<ReturnType<typeof refuse> | undefined> {
  if (was === null) return undefined;
  const [passkeys, links, pending] = await Promise.all([
    passkeysOf(store, person.id),
    linksOf(store, person.id, 1),
    pendingChangesAbout(store, person.id, runtime.now()),
  ]);
  const now = seenOf(person, { passkeys, links, pending }, runtime.now());
  const changed = changesSince(was, now, pending);
  return changed.length === 0
    ? undefined
    : refuse(
        "changed_meanwhile",
        `something about ${person.username} has changed meanwhile: ${changed.join("; ")}; look at it and send your change again`,
      );
}

const STATES: Readonly<Record<PersonSeen["state"], string>> = {
  active: "a passkey counts now",
  waiting: "a passkey waits to be endorsed",
  invited: "there is a link that can be used",
  "no-access": "there is no passkey and no link any more",
  removed: "the person was removed",
};

function changesSince(
  was: PersonSeen,
  now: PersonSeen,
  pending: readonly ConfirmationRow[],
): readonly string[] {
  const added = pending.filter(({ id }) => !was.pending.includes(id));
  const ended = was.pending.filter((id) => !now.pending.includes(id));
  return [
    ...(was.role === now.role ? [] : [`the role is ${now.role}`]),
    ...(was.state === now.state ? [] : [STATES[now.state]]),
    ...(was.link === now.link ? [] : ["a newer link was made"]),
    ...added.map(({ action, requesterName }) => `${requesterName} has asked for a change: ${action}`),
    ...(ended.length === 0 ? [] : ["a change that waited was decided or cancelled"]),
  ];
}
