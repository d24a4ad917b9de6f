import { accept, refuse, type Result } from "../../core/refusal.ts";
import { documentOf, type DocumentChange, type Rulebook } from "../../core/stream/rulebook.ts";

/** Each has at most 60 KiB, and a request under rules reads them all: 24 MB at worst, 100 KB in practice. */
const GROUPS_MAX = 200;
const POLICIES_MAX = 200;

/** Asked for a request and again for its signature: several requests may have been created while there was one place. */
export function checkDocumentLimit(
  { groups, policies }: Rulebook,
  change: DocumentChange,
): Result<"allowed"> {
  if (change.replaces !== null || documentOf(change) === null) return accept("allowed");
  if (change.change === "group.changed" && groups.size >= GROUPS_MAX) return tooMany(`${GROUPS_MAX} groups`);
  if (change.change === "policy.changed" && policies.size >= POLICIES_MAX)
    return tooMany(`${POLICIES_MAX} policies`);
  return accept("allowed");
}

function tooMany(counted: string): Result<never> {
  return refuse("quota_exceeded", `there are ${counted} already; remove one first`);
}
