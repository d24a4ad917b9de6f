import { CREDENTIAL_ID_MAX_BYTES } from "./assertion.ts";
import type { JsonValue } from "./json.ts";
import { policyShape } from "./policy.ts";
import { credential, role, type CreatedRecord, type Role } from "./record.ts";
import { accept, refuse, type Result } from "./refusal.ts";
import * as shape from "./shape.ts";
import { NAME_MAX_CHARACTERS, person } from "./statement.ts";

// Who may sign, as it follows from the stream: the owner's passkey begins it, every later passkey, role
// and revocation is a change that somebody entitled to it has signed. The service keeps the same facts in
// its database for speed; this is what a stranger recomputes without believing the database.

const change = <const Name extends string, Fields extends { readonly [field: string]: shape.Shape<unknown> }>(
  name: Name,
  fields: Fields,
) =>
  shape.object({
    v: shape.literal(1),
    kind: shape.literal("countersign/change"),
    change: shape.literal(name),
    ...fields,
  });

export const changeShape = shape.variant("change", {
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

/** The directory after this change, if one of those who signed it was entitled to it. */
export function applyChange(
  directory: Directory,
  change: Change,
  signers: readonly string[],
  seq: number,
): Result<Directory> {
  const entitled = signers.some((signer) => isEntitled(directory, change, signer));
  if (!entitled) return refuse("change_not_entitled", "nobody who signed this change was entitled to it");
  switch (change.change) {
    case "credential.endorsed":
      return endorse(directory, change, seq);
    case "credential.revoked":
      return revoke(directory, change, seq);
    case "role.changed":
      return changeRole(directory, change);
    case "policy.changed":
      return accept(directory);
  }
}

/** Auditors read; everyone else whom a request names may decide it. */
export function mayDecide(member: Member): boolean {
  return member.role !== "auditor";
}

function isEntitled(directory: Directory, change: Change, signer: string): boolean {
  const member = directory.members.get(signer);
  if (member === undefined) return false;
  if (member.role === "owner") return true;
  if (change.change === "policy.changed") return member.role === "admin";
  const subject = directory.members.get(change.person.id);
  // A person's own further passkey, or taking back one of their own; never a new role for oneself.
  const own = subject?.id === signer;
  if (own && change.change === "credential.endorsed" && change.role === member.role) return true;
  if (own && change.change === "credential.revoked") return true;
  // An admin manages everyone but owners, and makes none.
  const touchesOwner = subject?.role === "owner" || ("role" in change && change.role === "owner");
  return member.role === "admin" && !touchesOwner;
}

function endorse(
  directory: Directory,
  { person: subject, role: asked, credential: key }: Extract<Change, { change: "credential.endorsed" }>,
  seq: number,
): Result<Directory> {
  if (directory.passkeys.has(key.id))
    return refuse("change_invalid", "this passkey has been endorsed before");
  const member = directory.members.get(subject.id);
  if (member !== undefined && (member.username !== subject.username || member.role !== asked)) {
    return refuse("change_invalid", "a further passkey must not change the person's name or role");
  }
  if (member === undefined && hasUsername(directory, subject.username)) {
    return refuse("change_invalid", "another person has this user name");
  }
  const passkey: Passkey = { ...key, person: subject.id, endorsedAt: seq, revokedAt: null };
  return accept({
    members: new Map(directory.members).set(subject.id, { ...subject, role: asked }),
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

function changeRole(
  directory: Directory,
  { person: subject, role: asked }: Extract<Change, { change: "role.changed" }>,
): Result<Directory> {
  const member = directory.members.get(subject.id);
  if (member === undefined || member.username !== subject.username) {
    return refuse("change_invalid", "there is no such person in this tenant");
  }
  return accept({
    ...directory,
    members: new Map(directory.members).set(subject.id, { ...member, role: asked }),
  });
}

function hasUsername(directory: Directory, username: string): boolean {
  return [...directory.members.values()].some((member) => member.username === username);
}
