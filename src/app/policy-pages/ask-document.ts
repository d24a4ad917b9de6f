import { mayDecide, type Directory } from "../../core/stream/directory.ts";
import type { Choosable } from "../../core/pages/policies/policies-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { isInAudience } from "../../store/confirmation/confirmations.ts";
import { requesterOfActor, type ActCall } from "../acts/act.ts";
import { idInAddress } from "../directory/request-change.ts";
import { requestDocument, type NewVersion } from "../policies/request-document.ts";

/** A change that was asked for. */
export interface DocumentAsked {
  /** Where it is signed. */
  readonly url: string;
  /** Whether the person who asked is among those who can sign it. */
  readonly signs: boolean;
}

/** Asks for a new version, if the version that its author began with is still in force. */
export async function askForDocument(
  { runtime, store, actor }: ActCall,
  version: NewVersion,
  { was, now }: { readonly was: string | null; readonly now: string | null },
): Promise<Result<DocumentAsked>> {
  if (was !== now) return refuse("change_outdated", changedMeanwhile(version, now));
  const asked = await requestDocument(runtime, store, requesterOfActor(actor), version);
  if (!asked.ok) return asked;
  const url = asked.value;
  const signs = actor.kind === "person" && (await isInAudience(store, idInAddress(url), actor.person.id));
  return accept({ url, signs });
}

function changedMeanwhile(version: NewVersion, now: string | null): string {
  const what = version.kind === "rules" ? "the rules were" : `“${version.name}” was`;
  return now === null
    ? `${what} removed meanwhile; open the list and look what is in force`
    : `${what} changed meanwhile; open the page again and make your changes there`;
}

/** Who can be chosen for a group or a policy, by user name. */
export function choosablePeople({ members }: Pick<Directory, "members">): readonly Choosable[] {
  return [...members.values()]
    .flatMap((member) => {
      const { id, username, role } = member;
      return username !== null && member.removed !== true && mayDecide(member)
        ? [{ id, username, role }]
        : [];
    })
    .toSorted((one, other) => (one.username < other.username ? -1 : 1));
}
