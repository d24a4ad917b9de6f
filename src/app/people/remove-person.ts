import type { ChangeAsked, PersonSeen } from "../../core/pages/people-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { endorsedPasskeysOf } from "../../store/account/passkeys.ts";
import { removeUnsigned } from "../../store/account/people.ts";
import type { PersonRow } from "../../store/rows.ts";
import { requesterOfActor, type ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { cancelChangesAbout } from "../directory/cancel-endorsements.ts";
import type { ChangeOf } from "../directory/change.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { anyManager } from "../directory/managers.ts";
import { requestChange } from "../directory/request-change.ts";
import { changeAsked } from "./ask-change.ts";
import { presentPerson } from "./find-person.ts";
import { refuseChanged } from "./person-seen.ts";

/** The change that somebody must sign, or null: nothing about the person was signed, so the removal is done. */
export interface Removal {
  readonly person: string;
  readonly change: ChangeAsked | null;
}

/**
 * Removes a person from the organisation: passkeys, sessions, links and the API keys that the person created end. The
 * history stays, and so does the user name, unless nothing about the person was ever signed.
 */
export async function removePerson(
  call: ActCall,
  { person: name, was }: { readonly person: string; readonly was: PersonSeen | null },
): Promise<Result<Removal>> {
  const person = await presentPerson(call.store, name);
  if (!person.ok) return person;
  const changed = await refuseChanged(call, person.value, was);
  if (changed) return changed;
  const endorsed = await endorsedPasskeysOf(call.store, person.value.id);
  if (endorsed.length === 0) return removeInvited(call, person.value);
  const active = endorsed.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id);
  return requestRemoval(call, person.value, active);
}

async function requestRemoval(
  call: ActCall,
  person: PersonRow,
  active: readonly string[],
): Promise<Result<Removal>> {
  const { runtime, store, actor } = call;
  const change = removalOf(person, active);
  const directory = await directoryOf(store);
  const lastOwner = lastOwnerFailure(directory, change);
  if (lastOwner !== undefined) return refuse("last_way_in", lastOwner);
  const approver = anyManager(directory, change);
  if (!approver.ok) return approver;
  const url = await requestChange(runtime, store, {
    change,
    action: `Remove ${person.username} (${person.role}) from the organisation`,
    requester: requesterOfActor(actor),
    approver: approver.value,
  });
  return accept({ person: person.id, change: await changeAsked(call, person.id, url) });
}

export function removalOf(
  { id, username }: Pick<PersonRow, "id" | "username">,
  active: readonly string[],
): ChangeOf<"person.removed"> {
  return {
    v: 1,
    kind: "countersign/change",
    change: "person.removed",
    person: { id, username },
    revoked: active.toSorted(),
  };
}

async function removeInvited(call: ActCall, { id, username, role }: PersonRow): Promise<Result<Removal>> {
  const { runtime, store } = call;
  if (role === "owner")
    return refuse("last_way_in", `${username} is the owner and must open their own link first`);
  const entry = trailEntry(call, { act: "person.removed", subject: { id, name: username } });
  if (!(await removeUnsigned(store, id, runtime.now(), entry)))
    return refuse(
      "changed_meanwhile",
      `a passkey of ${username} was endorsed just now; load the page again, and ask for the removal`,
    );
  await cancelChangesAbout(runtime, store, id);
  return accept({ person: id, change: null });
}
