import { misnamed } from "../policy/resolve-policy.ts";
import { parseTemplate } from "../display/template.ts";
import { refuse, type Result } from "../refusal.ts";
import { applyEffect } from "./apply-effect.ts";
import { effectOf } from "./change-effect.ts";
import { documentFailure, documentOf, isDocumentChange, peopleNamedBy } from "./rulebook.ts";
import type { Change } from "./change-format.ts";
import type { Directory } from "./directory.ts";
import { maySupport, quorumFailure } from "./entitlement.ts";
import { lastOwnerFailure } from "./last-owner.ts";

// Whether a signed change is valid, and the directory after it.

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
  const wrong =
    usernameFailure(directory, change) ??
    templateFailure(change) ??
    (isDocumentChange(change)
      ? (documentFailure(directory.rulebook, change) ?? misnamed(peopleNamedBy(change), directory.members))
      : undefined);
  if (wrong !== undefined) return refuse("change_invalid", wrong);
  const after = applyEffect(directory, change.change, effectOf(change), seq, {
    username: "person" in change ? change.person.username : null,
    publicKey:
      "credential" in change && "publicKey" in change.credential ? change.credential.publicKey : null,
    document: isDocumentChange(change) ? documentOf(change) : null,
  });
  if (!after.ok) return after;
  const lastOwner = lastOwnerFailure(directory, change);
  if (lastOwner !== undefined) return refuse("change_invalid", lastOwner);
  const missing = quorumFailure(directory, change, signers);
  return missing === undefined ? after : refuse("quorum_missing", missing);
}

/** A template draws one action, and every program must be able to read it. */
function templateFailure(change: Change): string | undefined {
  if (change.change !== "template.changed" || change.template === null) return undefined;
  if (change.template.action !== change.action) return "its template is for another action";
  const parsed = parseTemplate(change.template);
  return parsed.ok ? undefined : `its template can't be used: ${parsed.refusal.detail}`;
}

/** A person keeps one user name, and no two have the same. Somebody known only by records has none to compare. */
function usernameFailure({ members }: Directory, change: Change): string | undefined {
  if (!("person" in change)) return undefined;
  const { id, username } = change.person;
  const known = members.get(id)?.username ?? username;
  if (known !== username) return "the person has another user name";
  const isTaken = [...members.values()].some((member) => member.id !== id && member.username === username);
  return isTaken ? "another person has this user name" : undefined;
}
