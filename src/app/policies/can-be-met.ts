import { groupNamesOf } from "../../core/policy/policy-document.ts";
import { resolvePolicy } from "../../core/policy/resolve-policy.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Directory } from "../../core/stream/directory.ts";
import { groupsByName, policiesByName, type DocumentChange } from "../../core/stream/rulebook.ts";

/** No request is made. */
const NOT_CHOSEN = { seq: 0, rules: null, rule: "" };

/** Whether the policies that this change touches could be met after it by the people there are now. */
export function checkPoliciesCanBeMet(after: Directory, change: DocumentChange): Result<"allowed"> {
  const groups = groupsByName(after.rulebook);
  for (const policy of policiesByName(after.rulebook).values()) {
    const isTouched =
      change.change === "policy.changed"
        ? policy.name === change.name
        : change.change === "group.changed" && groupNamesOf(policy).includes(change.name);
    if (!isTouched) continue;
    const resolved = resolvePolicy(policy, { groups, members: after.members }, null, NOT_CHOSEN);
    if (resolved.ok) continue;
    const { code, detail } = resolved.refusal;
    return refuse(
      code,
      change.change === "policy.changed" ? detail : `the policy “${policy.name}”: ${detail}`,
    );
  }
  return accept("allowed");
}
