import { isPrivileged, SCOPES, type Scope } from "../../core/confirmation/scopes.ts";
import type { CreatedKey } from "../../core/pages/project-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findKey } from "../../store/account/api-keys.ts";
import { revokeKey, setKeyChange, type NewKeyRow } from "../../store/project/project-keys.ts";
import type { ApiKeyRow, ProjectRow } from "../../store/rows.ts";
import { requesterOfActor, type ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { requestKeyChange, signersOfKey, type KeyGrant } from "../directory/key-change.ts";
import { idInAddress } from "../directory/request-change.ts";
import { newId } from "../runtime.ts";
import { keyItems } from "./key-item.ts";
import { newKeySecret, type KeySecret } from "./key-secret.ts";

// What is the same for a key that is created and for one that takes over from another: its row, and the request to sign
// for it. The secret is in the answer, and nowhere else.

export interface KeyTerms {
  /** The form has chosen it, so that a form that is sent twice creates one key. Null: a new one. */
  readonly id: string | null;
  readonly project: ProjectRow;
  readonly label: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number | null;
  readonly agent: boolean;
  readonly replaces: string | null;
}

export interface KeyDraft {
  readonly row: NewKeyRow;
  readonly project: ProjectRow;
  readonly secret: KeySecret["secret"];
  readonly grant: KeyGrant;
}

/** A refusal if people must sign for it and nobody can be asked. */
export async function draftKey(
  { runtime, store, actor }: ActCall,
  terms: KeyTerms,
): Promise<Result<KeyDraft>> {
  const { project, label: name, expiresAt, agent, replaces } = terms;
  const scopes = SCOPES.filter((scope) => terms.scopes.includes(scope));
  const { secret, hash, redacted } = newKeySecret(runtime, store, project.mode);
  const id = terms.id ?? newId(runtime, "k");
  const grant = { id, name, hash, project, scopes, expiresAt };
  const waiting = isPrivileged(scopes);
  const signers = waiting ? await signersOfKey(runtime, store, grant) : undefined;
  if (signers?.ok === false) return signers;
  const row = {
    id,
    hash,
    redacted,
    name,
    projectId: project.id,
    scopes: scopes.join(" "),
    personId: actor.kind === "person" ? actor.person.id : actor.key.personId,
    agent,
    createdAt: runtime.now(),
    expiresAt,
    waiting,
    replaces,
  };
  return accept({ row, project, secret, grant });
}

/** Undefined if this draft's row was not inserted. */
export async function insertedKey({ store }: ActCall, { row }: KeyDraft): Promise<ApiKeyRow | undefined> {
  const stored = await findKey(store, row.id);
  return stored?.hash === row.hash ? stored : undefined;
}

/** The answer with the secret, once the row is stored and, if need be, people are asked to sign for it. */
export async function finishKey(
  call: ActCall,
  { row, project, secret, grant }: KeyDraft,
): Promise<Result<CreatedKey>> {
  const { runtime, store, actor } = call;
  const asked = row.waiting
    ? await requestKeyChange(runtime, store, requesterOfActor(actor), grant)
    : accept(null);
  if (!asked.ok) {
    const done = { act: "key.revoked" as const, subject: { id: row.id, name: row.name } };
    await revokeKey(store, row.id, runtime.now(), trailEntry(call, done));
    return asked;
  }
  const signUrl = asked.value;
  if (signUrl !== null) await setKeyChange(store, row.id, idInAddress(signUrl));
  const stored = await findKey(store, row.id);
  const [key] = stored === undefined ? [] : await keyItems(store, [stored], project, runtime.now());
  if (key === undefined) return refuse("not_found", "there is no such key");
  const username = actor.kind === "person" ? actor.person.username : null;
  return accept({ key, secret, signUrl, username });
}

/** The id of a form that was sent before. */
export async function whyNotAgain({ store }: ActCall, id: string): Promise<Result<never> | undefined> {
  const earlier = await findKey(store, id);
  return (
    earlier &&
    refuse(
      "already_created",
      `this form has already created the key "${earlier.name}", and its secret was shown once; if you did not copy it, rotate the key or revoke it`,
    )
  );
}
