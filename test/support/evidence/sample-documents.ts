import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { groupHash, type GroupDocument } from "../../../src/core/policy/group-document.ts";
import { policyDocumentHash, type PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import { rulesHash, type RulesDocument } from "../../../src/core/rules/rules-document.ts";
import type { SampleRequest, TestPerson, TestTenant } from "./sample-tenant.ts";

// A group, a policy and rules of an organisation, and the changes that set them.

export const FINANCE: GroupDocument = {
  v: 1,
  kind: "countersign/group",
  name: "finance",
  members: ["cy", "dan"].map((username) => ({ id: `person-${username}`, username })),
};

export const PAYMENTS: PolicyDocument = {
  v: 1,
  kind: "countersign/policy-document",
  name: "payments",
  stages: [
    { name: "Finance", needs: [{ count: 1, from: [{ kind: "group", name: "finance" }] }] },
    {
      name: "",
      needs: [
        {
          count: 1,
          from: [
            { kind: "role", role: "admin" },
            { kind: "role", role: "owner" },
          ],
        },
      ],
    },
  ],
  escalations: [
    {
      afterSeconds: 1_800,
      stage: 2,
      needs: [{ count: 1, from: [{ kind: "person", id: "person-alex", username: "alex" }] }],
    },
  ],
  minimum: 2,
  excludeRequester: true,
  rejection: "first",
  breakGlass: [{ kind: "role", role: "owner" }],
  authenticator: "any",
  expiresInSeconds: 3_600,
  executeWithinSeconds: 3_600,
  quietHours: "kept",
};

export const RULES: RulesDocument = {
  v: 1,
  kind: "countersign/rules",
  rules: [{ name: "Payments", when: 'action.startsWith("Pay")', policies: ["payments"] }],
  otherwise: ["named-person"],
};

/** The payloads of the changes that set them for the first time. */
export const DOCUMENT_CHANGES = {
  "group.changed": { change: "group.changed", name: "finance", replaces: null, group: FINANCE },
  "policy.changed": { change: "policy.changed", name: "payments", replaces: null, policy: PAYMENTS },
  "rules.changed": { change: "rules.changed", replaces: null, rules: RULES },
} as const;

/** What the record of each of these changes says. */
export const DOCUMENT_EFFECTS = {
  "group.changed": { replaced: null, document: groupHash(FINANCE) },
  "policy.changed": { replaced: null, document: policyDocumentHash(PAYMENTS) },
  "rules.changed": { replaced: null, document: rulesHash(RULES) },
} as const;

export type DocumentChangeName = keyof typeof DOCUMENT_CHANGES;

export function documentChange(name: DocumentChangeName): JsonObject {
  return { v: 1, kind: "countersign/change", ...DOCUMENT_CHANGES[name] };
}

/** Seals one of them. A policy needs its group before it, and rules their policy. */
export async function setDocument(
  tenant: TestTenant,
  name: DocumentChangeName,
  by: TestPerson,
  more: Partial<SampleRequest> = {},
): Promise<number> {
  const action = `Change the directory: ${name}`;
  return tenant.decide({ type: name, action, payload: documentChange(name), votes: [{ by }], ...more });
}
