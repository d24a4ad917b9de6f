import { CREDENTIAL_ID_MAX_BYTES } from "../webauthn/assertion.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import type { JsonObject, JsonValue } from "../encoding/strict-json.ts";
import { policyShape } from "../confirmation/policy.ts";
import { credential, role, type CreatedRecord, type Role } from "./record.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import { ACTION_MAX_CHARACTERS, id, NAME_MAX_CHARACTERS, person } from "../confirmation/statement.ts";

// Who may sign, as recomputed from the stream. It starts with the owner's passkey; every later passkey, role
// and revocation is a change signed by people entitled to it. The service keeps the same facts in its
// database for speed, but a verifier does not have to trust that database.

/** How many other managers must sign when a person's new passkey replaces lost ones. */
export const RECOVERY_SIGNATURES = 2;
/** Passkeys that one recovery revokes; with ids of the usual 43 characters some 12 KiB. */
export const RECOVERY_MAX_REVOKED = 256;

const KIND = "countersign/change";

const change = <const Name extends string, Fields extends { readonly [field: string]: shape.Shape<unknown> }>(
  name: Name,
  fields: Fields,
) =>
  shape.object({
    v: shape.literal(1),
    kind: shape.literal(KIND),
    change: shape.literal(name),
    ...fields,
  });

const changeShape = shape.variant("change", {
  "credential.endorsed": change("credential.endorsed", { person, role, credential }),
  "credential.revoked": change("credential.revoked", {
    person,
    credential: shape.object({ id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES) }),
  }),
  "role.changed": change("role.changed", { person, role }),
  "policy.changed": change("policy.changed", {
    name: shape.text(NAME_MAX_CHARACTERS, 1),
    policy: policyShape,
  }),
  /** Replaces every passkey of a person who lost them. */
  recovered: change("recovered", {
    person,
    credential,
    /** Every passkey of the person that was active until now. */
    revoked: shape.list(shape.base64url(1, CREDENTIAL_ID_MAX_BYTES), RECOVERY_MAX_REVOKED),
  }),
  /** Makes action and content of one decision public, or stops showing them. */
  revealed: change("revealed", {
    confirmation: id,
    /** The decision's record, identified by its commitment in the log. */
    decided: shape.object({ seq: shape.integer(), commit: shape.hex(HASH_BYTES) }),
    action: shape.text(ACTION_MAX_CHARACTERS, 1),
    payloadHash: shape.hex(HASH_BYTES),
    shown: shape.boolean,
  }),
});

export type Change = shape.ShapeOf<typeof changeShape>;

export interface Member {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}

export interface Passkey {
  readonly id: string;
  readonly publicKey: string;
  readonly person: string;
  readonly endorsedAt: number;
  readonly revokedAt: number | null;
}

export interface Directory {
  readonly members: ReadonlyMap<string, Member>;
  readonly passkeys: ReadonlyMap<string, Passkey>;
}

export function parseChange(payload: JsonValue): Result<Change> {
  return shape.matchShape(changeShape, payload);
}

/** Looks at `kind` first, because most payloads are something else. */
export function isChange(payload: JsonObject): boolean {
  return payload["kind"] === KIND && parseChange(payload).ok;
}

export function firstDirectory({ body, seq }: CreatedRecord): Directory {
  const { genesis, person: owner } = body;
  const passkey: Passkey = {
    id: genesis.credentialId,
    publicKey: genesis.publicKey,
    person: owner.id,
    endorsedAt: seq,
    revokedAt: null,
  };
  return {
    members: new Map([[owner.id, { ...owner, role: "owner" }]]),
    passkeys: new Map([[passkey.id, passkey]]),
  };
}

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

/** Everyone may decide except auditors, who only read. */
export function mayDecide(member: Member): boolean {
  return member.role !== "auditor";
}

/** Owners and admins manage people. */
export function isManager({ role: memberRole }: Pick<Member, "role">): boolean {
  return memberRole === "owner" || memberRole === "admin";
}

/** The managers with an active passkey, except this person. */
export function otherManagers(directory: Directory, subject: string): readonly Member[] {
  const active = new Set(
    [...directory.passkeys.values()].flatMap((passkey) =>
      passkey.revokedAt === null ? [passkey.person] : [],
    ),
  );
  return [...directory.members.values()].filter(
    (member) => member.id !== subject && isManager(member) && active.has(member.id),
  );
}

/** Whether this signature counts towards this change, alone or with others. */
function maySupport(directory: Directory, change: Change, signer: string): boolean {
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

function quorumFailure(directory: Directory, change: Change, signers: readonly string[]): string | undefined {
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
  if (change.change === "policy.changed" || change.change === "revealed") return isManager(member);
  const subject = directory.members.get(change.person.id);
  const own = subject?.id === signer;
  if (change.change === "recovered" && own) return false;
  if (change.change === "credential.endorsed" && subject !== undefined && mayDecide(subject)) {
    // A further passkey is endorsed by the person's own earlier one, and cannot change the role.
    return own && change.role === subject.role;
  }
  if (member.role === "owner") return true;
  if (own && change.change === "credential.revoked") return true;
  // An admin manages everyone except owners, and cannot make anyone an owner.
  const touchesOwner = subject?.role === "owner" || ("role" in change && change.role === "owner");
  return member.role === "admin" && !touchesOwner;
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
