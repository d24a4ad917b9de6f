import { accept, refuse, type Result } from "../refusal.ts";
import { isPersonEffect, type ChangeEffect, type PersonEffect } from "./change-effect.ts";
import type { Change } from "./change-format.ts";
import { documentOf, isDocumentKind, rulebookAfter } from "./rulebook.ts";
import type { Directory, Member, Passkey } from "./directory.ts";

// How a change alters the directory, with every check that needs no names, keys or signatures. So a verifier can
// also follow a change of which it has only the record.

/** What the content of a change adds to its effect; null where only the record is known. */
interface ChangeContent {
  readonly username: string | null;
  readonly publicKey: string | null;
  readonly document: ReturnType<typeof documentOf>;
}

const UNKNOWN_CONTENT: ChangeContent = { username: null, publicKey: null, document: null };

/** Which fields of the effect a kind of change sets. */
const FORMS = {
  "credential.endorsed": { role: true, credential: true },
  "credential.revoked": { role: false, credential: false },
  "role.changed": { role: true, credential: false },
  recovered: { role: false, credential: true },
  "person.removed": { role: false, credential: false },
};
type KindAboutPerson = keyof typeof FORMS;

function isAboutPerson(kind: Change["change"]): kind is KindAboutPerson {
  return Object.hasOwn(FORMS, kind);
}

/** `kind` is the type of the change's record. */
export function applyEffect(
  directory: Directory,
  kind: Change["change"],
  effect: ChangeEffect | null,
  seq: number,
  content: ChangeContent = UNKNOWN_CONTENT,
): Result<Directory> {
  if (isAboutPerson(kind) && effect !== null && isPersonEffect(effect))
    return applyPersonEffect(directory, kind, effect, seq, content);
  if (isDocumentKind(kind) && effect !== null && !isPersonEffect(effect)) {
    const rulebook = rulebookAfter(directory.rulebook, kind, effect, content.document);
    return rulebook.ok ? accept({ ...directory, rulebook: rulebook.value }) : rulebook;
  }
  const hasEffect = isAboutPerson(kind) || isDocumentKind(kind);
  return effect === null && !hasEffect ? accept(directory) : refuse("change_invalid", NOT_IN_FORM);
}

function applyPersonEffect(
  directory: Directory,
  kind: KindAboutPerson,
  effect: PersonEffect,
  seq: number,
  names: ChangeContent,
): Result<Directory> {
  const failure =
    formFailure(kind, effect) ??
    memberFailure(directory, kind, effect) ??
    credentialFailure(directory, effect) ??
    revocationFailure(directory, kind, effect);
  if (failure !== undefined) return refuse("change_invalid", failure);
  return accept({
    ...directory,
    members: membersAfter(directory, kind, effect, names),
    passkeys: passkeysAfter(directory, effect, seq, names),
  });
}

const NOT_IN_FORM = "its effect is not one that this kind of change can have";

function formFailure(kind: KindAboutPerson, { role, credential, revoked }: PersonEffect): string | undefined {
  const form = FORMS[kind];
  const inForm = (role !== null) === form.role && (credential !== null) === form.credential;
  const ends = kind === "credential.revoked" ? revoked.length === 1 : endsAll(kind) || revoked.length === 0;
  return inForm && ends ? undefined : NOT_IN_FORM;
}

/** Whether it revokes every active passkey of the person. */
function endsAll(kind: KindAboutPerson): boolean {
  return kind === "recovered" || kind === "person.removed";
}

function memberFailure(
  { members }: Directory,
  kind: KindAboutPerson,
  { person, role }: PersonEffect,
): string | undefined {
  const member = members.get(person);
  if (member?.removed) return "this person was removed from the organisation";
  if (kind === "credential.endorsed")
    return member === undefined || member.role === role
      ? undefined
      : "a further passkey must not change the person's role";
  return member === undefined ? "there is no such person in this organisation" : undefined;
}

/** With one public key as two passkeys, one person could count as two, or sign on after a revocation. */
function credentialFailure({ passkeys }: Directory, { credential }: PersonEffect): string | undefined {
  if (credential === null) return undefined;
  if (passkeys.has(credential.id)) return "this passkey was endorsed before";
  const hasKey = [...passkeys.values()].some((passkey) => passkey.publicKeyHash === credential.publicKeyHash);
  return hasKey ? "the public key of this passkey was endorsed before" : undefined;
}

function revocationFailure(
  { passkeys }: Directory,
  kind: KindAboutPerson,
  { person, revoked }: PersonEffect,
): string | undefined {
  const active = [...passkeys.values()].filter((one) => one.person === person && one.revokedAt === null);
  if (endsAll(kind))
    return revoked.length === active.length && active.every(({ id }) => revoked.includes(id))
      ? undefined
      : "it must revoke every active passkey of the person, and no other";
  return revoked.every((id) => active.some((passkey) => passkey.id === id))
    ? undefined
    : "this person has no such active passkey";
}

function membersAfter(
  { members }: Directory,
  kind: KindAboutPerson,
  { person, role }: PersonEffect,
  { username }: ChangeContent,
): ReadonlyMap<string, Member> {
  const known = members.get(person);
  if (kind === "person.removed" && known !== undefined)
    return new Map(members).set(person, { ...known, removed: true });
  if (role === null) return members;
  // Somebody who joined by a record alone stays without a name, so nobody can sign as this person.
  const member = known ?? { id: person, username };
  return new Map(members).set(person, { ...member, role });
}

function passkeysAfter(
  { passkeys }: Directory,
  { person, credential, revoked }: PersonEffect,
  seq: number,
  { publicKey }: ChangeContent,
): ReadonlyMap<string, Passkey> {
  const after = new Map(passkeys);
  for (const id of revoked) {
    const passkey = after.get(id);
    if (passkey !== undefined) after.set(id, { ...passkey, revokedAt: seq });
  }
  if (credential !== null)
    after.set(credential.id, { ...credential, publicKey, person, endorsedAt: seq, revokedAt: null });
  return after;
}
