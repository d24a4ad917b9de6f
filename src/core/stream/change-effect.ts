import { fromBase64url, toHex } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { expectOk } from "../refusal.ts";
import { documentEffectOf } from "./rulebook.ts";
import type { Change } from "./change-format.ts";
import type { ChangeRecord } from "./record.ts";

// What a change does to people, passkeys and documents, by ids and hashes only. The change's record contains it, so a verifier
// can follow the directory from the records alone.

export type ChangeEffect = NonNullable<ChangeRecord["body"]["change"]>;
export type PersonEffect = Extract<ChangeEffect, { person: string }>;
export function isPersonEffect(effect: ChangeEffect): effect is PersonEffect {
  return "person" in effect;
}

/** Null for a change that alters neither people, passkeys nor documents. */
export function effectOf(change: Change): ChangeEffect | null {
  switch (change.change) {
    case "credential.endorsed":
      return {
        person: change.person.id,
        role: change.role,
        credential: hashed(change.credential),
        revoked: [],
      };
    case "credential.revoked":
      return { person: change.person.id, role: null, credential: null, revoked: [change.credential.id] };
    case "role.changed":
      return { person: change.person.id, role: change.role, credential: null, revoked: [] };
    case "recovered":
      return {
        person: change.person.id,
        role: null,
        credential: hashed(change.credential),
        revoked: change.revoked,
      };
    case "person.removed":
      return { person: change.person.id, role: null, credential: null, revoked: change.revoked };
    case "group.changed":
    case "policy.changed":
    case "rules.changed":
      return documentEffectOf(change);
    case "template.changed":
    case "key.changed":
    case "revealed":
    case "tenant.deleted":
      return null;
  }
}

function hashed({ id, publicKey }: { readonly id: string; readonly publicKey: string }) {
  return { id, publicKeyHash: publicKeyHash(publicKey) };
}

/** A key that can sign has one encoding (see `readCoseKey`), so its bytes identify it. */
export function publicKeyHash(publicKey: string): string {
  return toHex(sha256(expectOk(fromBase64url(publicKey))));
}
