import type { ChangeAsked, PersonSeen } from "../../core/pages/people-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import type { Role } from "../../core/stream/record.ts";
import { isInAudience } from "../../store/confirmation/confirmations.ts";
import { requesterOfActor, type ActCall } from "../acts/act.ts";
import { idInAddress } from "../directory/request-change.ts";
import { requestRevocation } from "../directory/revoke.ts";
import { requestRole } from "../directory/role-change.ts";
import { presentPerson } from "./find-person.ts";
import { refuseChanged } from "./person-seen.ts";

// Changes of a person that people sign, asked for by somebody who manages people.

/** `url` is where the change is signed. */
export async function changeAsked(
  { store, actor }: ActCall,
  person: string,
  url: string,
): Promise<ChangeAsked> {
  const id = idInAddress(url);
  const signs = actor.kind === "person" && (await isInAudience(store, id, actor.person.id));
  return { person, url, signs };
}

export async function askForRole(
  call: ActCall,
  {
    person: name,
    role,
    was,
  }: { readonly person: string; readonly role: Role; readonly was: PersonSeen | null },
): Promise<Result<ChangeAsked>> {
  const { runtime, store, actor } = call;
  const person = await presentPerson(store, name, "unknown_approver");
  if (!person.ok) return person;
  const changed = await refuseChanged(call, person.value, was);
  if (changed) return changed;
  const url = await requestRole(runtime, store, requesterOfActor(actor), person.value, role);
  return url.ok ? accept(await changeAsked(call, person.value.id, url.value)) : url;
}

interface RevocationInput {
  readonly person: string;
  readonly passkey: string;
  readonly was: PersonSeen | null;
}

export async function askForRevocation(
  call: ActCall,
  { person: name, passkey, was }: RevocationInput,
): Promise<Result<ChangeAsked>> {
  const { runtime, store, actor } = call;
  const person = await presentPerson(store, name);
  if (!person.ok) return person;
  const changed = await refuseChanged(call, person.value, was);
  if (changed) return changed;
  const url = await requestRevocation(runtime, store, requesterOfActor(actor), person.value, passkey);
  return url.ok ? accept(await changeAsked(call, person.value.id, url.value)) : url;
}
