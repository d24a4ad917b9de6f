import type { PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import { singleApproverPolicy, type Policy } from "../../../src/core/policy/policy.ts";
import { LARGE, LARGE_PAYLOAD, RULES, SMALL, SMALL_PAYLOAD } from "../rules/ruled-documents.ts";
import type { SampleRequest, TestPerson, TestTenant } from "./sample-tenant.ts";

// The staff under rules: amounts over 10,000 take one of finance, then one of the managers; for the rest one approver is
// enough, or the person whom the request names.

export type People = Readonly<Record<"alex" | "bea" | "cy" | "dan" | "eve" | "zoe", TestPerson>>;

/** A tenant of theirs, with the groups, the policies and the rules. */
export async function ruledTenant(
  staff: People & { readonly tenant: () => Promise<TestTenant> },
): Promise<TestTenant> {
  const own = await staff.tenant();
  const { alex, bea, cy, dan } = staff;
  await own.setGroup("finance", [cy, dan], bea);
  await own.setGroup("managers", [alex, bea], bea);
  await own.setPolicy(LARGE, bea);
  await own.setPolicy(SMALL, bea);
  await own.setRules(RULES, alex);
  return own;
}

/** Under the policy that the rules demand, signed by one of each stage. */
export function largeRequest(
  own: TestTenant,
  { cy, bea }: People,
  more: Partial<SampleRequest> = {},
): SampleRequest {
  return {
    action: "Pay",
    payload: LARGE_PAYLOAD,
    policy: resolvedPolicy(own, LARGE, "Large amounts"),
    votes: [{ by: cy }, { by: bea, stage: 2 }],
    ...more,
  };
}

export function smallRequest(
  own: TestTenant,
  { cy }: People,
  more: Partial<SampleRequest> = {},
): SampleRequest {
  return {
    action: "Pay",
    payload: SMALL_PAYLOAD,
    policy: resolvedPolicy(own, SMALL, ""),
    votes: [{ by: cy }],
    ...more,
  };
}

export function resolvedPolicy(own: TestTenant, document: PolicyDocument, rule: string): Policy {
  const policy = own.resolved(document, null, rule);
  if (policy === undefined) throw new RangeError(`nobody can meet ${document.name}`);
  return policy;
}

/** The person whom a request names, as the rules let it. */
export function namedPolicy(own: TestTenant, { id }: TestPerson, rule = ""): Policy {
  const { chosen } = resolvedPolicy(own, SMALL, rule);
  return { ...singleApproverPolicy(id), chosen: chosen && { ...chosen, document: null, groups: [] } };
}
