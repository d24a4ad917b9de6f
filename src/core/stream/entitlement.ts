import type { Change } from "./change-format.ts";
import { isManager, mayDecide, otherManagers, type Directory } from "./directory.ts";

// Who may sign which change of the directory, and how many must.

/** How many other managers must sign when a person's new passkey replaces lost ones. */
export const RECOVERY_SIGNATURES = 2;

/** Whether this signature counts towards this change, alone or with others. */
export function maySupport(directory: Directory, change: Change, signer: string): boolean {
  if (isEntitled(directory, change, signer)) return true;
  const member = directory.members.get(signer);
  return (
    needsQuorum(directory, change) && member !== undefined && isManager(member) && !isOwn(change, signer)
  );
}

function isOwn(change: Change, signer: string): boolean {
  return "person" in change && change.person.id === signer;
}

/** One signer alone could enrol their own passkey for another person, so these changes need several. */
function needsQuorum(directory: Directory, change: Change): boolean {
  if (change.change === "recovered") return true;
  if (change.change !== "credential.endorsed") return false;
  const subject = directory.members.get(change.person.id);
  return subject !== undefined && !mayDecide(subject);
}

/** Why these signers are too few for this change, or undefined. */
export function quorumFailure(
  directory: Directory,
  change: Change,
  signers: readonly string[],
): string | undefined {
  if (!("person" in change) || !needsQuorum(directory, change)) return undefined;
  const others = otherManagers(directory, change.person.id);
  const required = Math.min(RECOVERY_SIGNATURES, others.length);
  const signed = others.filter(({ id: other }) => signers.includes(other));
  if (signed.length < required)
    return `${required} managers of people must sign this change, ${signed.length} did`;
  // For an owner, an admin may add the second signature, but one signer must be entitled alone.
  const entitled = signed.some(({ id: other }) => isEntitled(directory, change, other));
  return entitled ? undefined : "nobody who signed this change may manage an owner";
}

function isEntitled(directory: Directory, change: Change, signer: string): boolean {
  const member = directory.members.get(signer);
  if (member === undefined) return false;
  if (change.change === "tenant.deleted") return member.role === "owner";
  if (!("person" in change)) return isManager(member);
  const subject = directory.members.get(change.person.id);
  const own = subject?.id === signer;
  if (change.change === "recovered" && own) return false;
  if (change.change === "credential.endorsed" && subject !== undefined && mayDecide(subject)) {
    // A further passkey is endorsed by the person's own earlier one, and cannot change the role.
    return own && change.role === subject.role;
  }
  if (member.role === "owner") return true;
  if (own && change.change === "credential.revoked") return true;
  // An admin manages everyone except owners, and makes nobody a manager. Otherwise one admin could add another, hold
  // both passkeys, and make both signatures of a recovery.
  const makesManager = "role" in change && isManager(change);
  return member.role === "admin" && subject?.role !== "owner" && !makesManager;
}
