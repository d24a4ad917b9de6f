import { accept, refuse, type Result } from "../refusal.ts";
import type { Change } from "./change-format.ts";
import type { Directory, Passkey } from "./directory.ts";
import { maySupport, quorumFailure } from "./entitlement.ts";
import { lastOwnerFailure } from "./last-owner.ts";

// How a signed change alters the directory.

/**
 * The directory after this change, if its signers were entitled to it. `quorum_missing` means that more people
 * must sign; the change itself is valid.
 */
export function applyChange(
  directory: Directory,
  change: Change,
  signers: readonly string[],
  seq: number,
): Result<Directory> {
  if (!signers.some((signer) => maySupport(directory, change, signer)))
    return refuse("change_not_entitled", "nobody who signed this change was entitled to it");
  const after = applyToDirectory(directory, change, seq);
  const lastOwner = after.ok ? lastOwnerFailure(directory, change) : undefined;
  if (lastOwner !== undefined) return refuse("change_invalid", lastOwner);
  const missing = after.ok ? quorumFailure(directory, change, signers) : undefined;
  return missing === undefined ? after : refuse("quorum_missing", missing);
}

function applyToDirectory(directory: Directory, change: Change, seq: number): Result<Directory> {
  switch (change.change) {
    case "credential.endorsed":
      return endorse(directory, change, seq);
    case "credential.revoked":
      return revoke(directory, change, seq);
    case "role.changed":
      return changeRole(directory, change);
    case "recovered":
      return recover(directory, change, seq);
    case "policy.changed":
    case "revealed":
      return accept(directory);
  }
}

function endorse(
  directory: Directory,
  { person: subject, role: newRole, credential: key }: Extract<Change, { change: "credential.endorsed" }>,
  seq: number,
): Result<Directory> {
  if (directory.passkeys.has(key.id)) return refuse("change_invalid", "this passkey was endorsed before");
  const member = directory.members.get(subject.id);
  if (member !== undefined && (member.username !== subject.username || member.role !== newRole)) {
    return refuse("change_invalid", "a further passkey must not change the person's name or role");
  }
  if (member === undefined && hasUsername(directory, subject.username)) {
    return refuse("change_invalid", "another person has this user name");
  }
  const passkey: Passkey = { ...key, person: subject.id, endorsedAt: seq, revokedAt: null };
  return accept({
    members: new Map(directory.members).set(subject.id, { ...subject, role: newRole }),
    passkeys: new Map(directory.passkeys).set(key.id, passkey),
  });
}

function revoke(
  directory: Directory,
  { person: subject, credential: key }: Extract<Change, { change: "credential.revoked" }>,
  seq: number,
): Result<Directory> {
  const passkey = directory.passkeys.get(key.id);
  if (passkey === undefined || passkey.person !== subject.id || passkey.revokedAt !== null) {
    return refuse("change_invalid", "this person has no such active passkey");
  }
  return accept({
    ...directory,
    passkeys: new Map(directory.passkeys).set(key.id, { ...passkey, revokedAt: seq }),
  });
}

function recover(
  directory: Directory,
  { person: subject, credential: key, revoked }: Extract<Change, { change: "recovered" }>,
  seq: number,
): Result<Directory> {
  if (directory.members.get(subject.id)?.username !== subject.username)
    return refuse("change_invalid", "there is no such person in this tenant");
  if (directory.passkeys.has(key.id)) return refuse("change_invalid", "this passkey was endorsed before");
  const active = [...directory.passkeys.values()].filter(
    (passkey) => passkey.person === subject.id && passkey.revokedAt === null,
  );
  if (revoked.length !== active.length || active.some((passkey) => !revoked.includes(passkey.id)))
    return refuse(
      "change_invalid",
      "a recovery must revoke every active passkey of the person, and no other",
    );
  const passkeys = new Map(directory.passkeys);
  for (const passkey of active) passkeys.set(passkey.id, { ...passkey, revokedAt: seq });
  passkeys.set(key.id, { ...key, person: subject.id, endorsedAt: seq, revokedAt: null });
  return accept({ ...directory, passkeys });
}

function changeRole(
  directory: Directory,
  { person: subject, role: newRole }: Extract<Change, { change: "role.changed" }>,
): Result<Directory> {
  const member = directory.members.get(subject.id);
  if (member === undefined || member.username !== subject.username) {
    return refuse("change_invalid", "there is no such person in this tenant");
  }
  return accept({
    ...directory,
    members: new Map(directory.members).set(subject.id, { ...member, role: newRole }),
  });
}

function hasUsername(directory: Directory, username: string): boolean {
  return [...directory.members.values()].some((member) => member.username === username);
}
