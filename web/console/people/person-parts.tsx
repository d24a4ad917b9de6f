import type { SentForm } from "../../../src/core/pages/console.ts";
import type { InvitationState, PersonState } from "../../../src/core/pages/people-data.ts";
import { INVITED_ROLES, ROLES, type Role } from "../../../src/core/stream/record.ts";
import { SelectField } from "../form-parts.tsx";
import type { Html } from "../html-text.ts";

// Words and fields that the pages about people share.

export const STATE_TEXTS: Readonly<Record<PersonState, string>> = {
  active: "Has a passkey that counts",
  waiting: "A passkey waits to be trusted",
  invited: "Invited, and has no passkey yet",
  "no-access": "Has no passkey and no link that can be used",
  removed: "Removed from the organisation",
};

export const INVITATION_TEXTS: Readonly<Record<InvitationState, string>> = {
  usable: "The link can be used",
  used: "The link was used",
  expired: "The link has expired",
  revoked: "The link was revoked",
  replaced: "A newer link was made, or what it made was rejected",
};

const ROLE_TEXTS: Readonly<Record<Role, string>> = {
  approver: "Approver: decides requests; free",
  developer: "Developer: also manages API keys",
  auditor: "Auditor: reads everything, decides nothing",
  admin: "Admin: also manages people and settings",
  owner: "Owner: everything",
};
/** The role that most people get comes first. */
const ORDER: readonly Role[] = ["approver", "developer", "auditor", "admin", "owner"];

export function RoleField({
  value,
  sent,
  withOwner,
}: {
  readonly value: Role;
  readonly sent: SentForm | null;
  readonly withOwner: boolean;
}): Html {
  const offered: readonly Role[] = withOwner ? ROLES : INVITED_ROLES;
  const options = ORDER.filter((role) => offered.includes(role)).map(
    (role) => [role, ROLE_TEXTS[role]] as const,
  );
  return (
    <SelectField
      name="role"
      label="Role"
      value={value}
      sent={sent}
      options={options}
      help="Each role but approver counts as a member of the plan."
    />
  );
}
