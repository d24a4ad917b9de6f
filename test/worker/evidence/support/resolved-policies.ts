import { directoryOf } from "../../../../src/app/directory/directory-of.ts";
import type { PolicyDocument } from "../../../../src/core/policy/policy-document.ts";
import type { Policy } from "../../../../src/core/policy/policy.ts";
import { resolvePolicy } from "../../../../src/core/policy/resolve-policy.ts";
import { groupsByName, rulesInForce } from "../../../../src/core/stream/rulebook.ts";
import { rows } from "../../support/database-rows.ts";
import type { AttackedTenant } from "./attack-fixture.ts";

/** What a request under this document would keep now. */
export async function resolvedNow(
  { store }: Pick<AttackedTenant, "store">,
  document: PolicyDocument,
  requester: string | null = null,
  rule = "",
): Promise<Policy> {
  const { members, rulebook } = await directoryOf(store);
  const [last] = await rows(
    "SELECT max(seq) AS seq FROM outbox WHERE tenant_id = ?1 AND type NOT IN ('decision', 'consumed')",
    store.tenantId,
  );
  const choice = { seq: Number(last?.["seq"]), rules: rulesInForce(rulebook)?.hash ?? null, rule };
  const resolved = resolvePolicy(document, { groups: groupsByName(rulebook), members }, requester, choice);
  if (!resolved.ok) throw new RangeError(resolved.refusal.detail);
  return resolved.value;
}
