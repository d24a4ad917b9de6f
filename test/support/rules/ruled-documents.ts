import type { Party, PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import type { RulesDocument } from "../../../src/core/rules/rules-document.ts";

// Amounts over 10,000 take one of finance, then one of the managers; for the rest one approver is enough, or the person
// whom the request names.

export const LARGE: PolicyDocument = {
  v: 1,
  kind: "countersign/policy-document",
  name: "large",
  stages: [
    { name: "Finance", needs: [{ count: 1, from: [group("finance")] }] },
    { name: "Managers", needs: [{ count: 1, from: [group("managers")] }] },
  ],
  escalations: [],
  minimum: 2,
  excludeRequester: false,
  rejection: "first",
  breakGlass: [],
  authenticator: "any",
  expiresInSeconds: null,
  executeWithinSeconds: null,
  quietHours: "kept",
};

export const SMALL: PolicyDocument = {
  ...LARGE,
  name: "small",
  stages: [{ name: "", needs: [{ count: 1, from: [{ kind: "role", role: "approver" }] }] }],
  minimum: 1,
};

export const RULES: RulesDocument = {
  v: 1,
  kind: "countersign/rules",
  rules: [{ name: "Large amounts", when: "payload.amount > 10000", policies: ["large"] }],
  otherwise: ["small", "named-person"],
};

/** The staff of the examples. */

export const LARGE_PAYLOAD = { amount: 10_001, to: "ACME" };
export const SMALL_PAYLOAD = { amount: 9_999, to: "ACME" };

function group(name: string): Party {
  return { kind: "group", name };
}
