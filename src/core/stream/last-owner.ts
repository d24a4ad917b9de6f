import type { Change } from "./change-format.ts";
import type { Directory } from "./directory.ts";

// A tenant without an owner who can sign could not be managed again, so one owner with an active passkey remains.

/** Why nobody would be left to manage the tenant after this change, with what to do first; or undefined. */
export function lastOwnerFailure(directory: Directory, change: Change): string | undefined {
  if (!takesAway(change)) return undefined;
  const before = [...directory.passkeys.values()].filter(
    ({ person, revokedAt }) => revokedAt === null && directory.members.get(person)?.role === "owner",
  );
  const after = before.filter(({ id, person }) =>
    change.change === "credential.revoked"
      ? id !== change.credential.id
      : person !== change.person.id || (change.change === "role.changed" && change.role === "owner"),
  );
  if (before.length === 0 || after.length > 0) return undefined;
  const only = `${change.person.username} is the only owner with an active passkey`;
  return change.change === "credential.revoked"
    ? `${only}, and this is the only one; add a second passkey or a second owner first`
    : `${only}; make somebody else an owner first`;
}

/** Whether it can take the right to sign from an owner who has no other passkey. */
function takesAway(
  change: Change,
): change is Extract<Change, { change: "credential.revoked" | "role.changed" | "person.removed" }> {
  return (
    change.change === "credential.revoked" ||
    change.change === "role.changed" ||
    change.change === "person.removed"
  );
}
