import { publicKeyHash } from "./change-effect.ts";
import { NO_RULEBOOK, type Rulebook } from "./rulebook.ts";
import type { CreatedRecord, Role } from "./record.ts";

// Who may sign, and by which rules, as recomputed from the stream. It starts with the owner's passkey; every later passkey, role
// and revocation is a change signed by people entitled to it. The service keeps the same facts in its
// database for speed, but a verifier does not have to trust that database.

export interface Member {
  readonly id: string;
  /** Null if only records of the person's changes are known, not their content. */
  readonly username: string | null;
  readonly role: Role;
  /** Only of somebody who was removed from the organisation: nothing about this person changes again. */
  readonly removed?: true;
}

export interface Passkey {
  readonly id: string;
  /** Null if only the record of its endorsement is known. Then nobody can verify its signatures. */
  readonly publicKey: string | null;
  readonly publicKeyHash: string;
  readonly person: string;
  readonly endorsedAt: number;
  readonly revokedAt: number | null;
}

export interface Directory {
  readonly members: ReadonlyMap<string, Member>;
  readonly passkeys: ReadonlyMap<string, Passkey>;
  readonly rulebook: Rulebook;
}

export function firstDirectory({ body, seq }: CreatedRecord): Directory {
  const { genesis, person: owner } = body;
  const passkey: Passkey = {
    id: genesis.credentialId,
    publicKey: genesis.publicKey,
    publicKeyHash: publicKeyHash(genesis.publicKey),
    person: owner.id,
    endorsedAt: seq,
    revokedAt: null,
  };
  return {
    members: new Map([[owner.id, { ...owner, role: "owner" }]]),
    passkeys: new Map([[passkey.id, passkey]]),
    rulebook: NO_RULEBOOK,
  };
}

/** Everyone may decide except auditors, who only read. */
export function mayDecide(member: Pick<Member, "role">): boolean {
  return member.role !== "auditor";
}

/** Owners and admins manage people. */
export function isManager({ role: memberRole }: Pick<Member, "role">): boolean {
  return memberRole === "owner" || memberRole === "admin";
}

/** The managers with an active passkey, except this person. */
export function otherManagers(directory: Directory, subject: string | undefined): readonly Member[] {
  const active = new Set(
    [...directory.passkeys.values()].flatMap((passkey) =>
      passkey.revokedAt === null ? [passkey.person] : [],
    ),
  );
  return [...directory.members.values()].filter(
    (member) => member.id !== subject && isManager(member) && active.has(member.id),
  );
}
