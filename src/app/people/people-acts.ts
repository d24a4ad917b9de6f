import { act } from "../acts/act.ts";
import { askForRevocation, askForRole } from "./ask-change.ts";
import { invite, inviteToRecover } from "./invite.ts";
import { listPeople } from "./read-people.ts";
import { readPerson } from "./read-person.ts";
import { removePerson } from "./remove-person.ts";
import { revokeInvitation } from "./revoke-invitation.ts";

// People of an organisation. A change of who may decide is only asked for: people sign it, one by one.

export const PEOPLE_ACTS = {
  "people.list": act("people.read", listPeople),
  "people.read": act("people.read", readPerson),
  "people.invite": act("people.change", invite),
  "people.invitation.revoke": act("people.change", revokeInvitation),
  "people.role": act("people.change", askForRole),
  "people.recovery": act("people.change", inviteToRecover),
  "people.passkey.revoke": act("people.change", askForRevocation),
  "people.remove": act("people.change", removePerson),
};
