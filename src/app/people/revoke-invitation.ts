import type { PersonSeen } from "../../core/pages/people-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { revokeLinkOf } from "../../store/account/enrolments.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { presentPerson } from "./find-person.ts";
import { refuseChanged } from "./person-seen.ts";

/** Ends the link that the person has not used yet. */
export async function revokeInvitation(
  call: ActCall,
  { person: name, was }: { readonly person: string; readonly was: PersonSeen | null },
): Promise<Result<{ readonly person: string }>> {
  const { runtime, store } = call;
  const person = await presentPerson(store, name);
  if (!person.ok) return person;
  const { id, username, role } = person.value;
  const changed = await refuseChanged(call, person.value, was);
  if (changed) return changed;
  if (role === "owner" && (await store.own()).stream === null)
    return refuse(
      "last_way_in",
      `without this link nobody could begin: ${username} is the owner and must open it first`,
    );
  const entry = trailEntry(call, { act: "invitation.revoked", subject: { id, name: username } });
  return (await revokeLinkOf(store, id, runtime.now(), entry))
    ? accept({ person: id })
    : refuse(
        "not_found",
        `${username} has no link that can be used: it was used, has expired, or was revoked or replaced before`,
      );
}
