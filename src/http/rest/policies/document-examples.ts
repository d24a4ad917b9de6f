import { changeAnswerExample } from "../examples.ts";
import { CONFIRMATION_ID } from "../example-ids.ts";
import type { GroupAnswer, PolicyAnswer, RulesAnswer, VersionAnswer } from "./document-answers.ts";

// An organisation in which finance signs payments.

const HASH = "7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b1f8b";
const change = { seq: 9, logIndex: 52, at: "2026-01-30T09:00:00.000Z" };

export const GROUP_NAME = "finance";
export const POLICY_NAME = "finance-signs";

export const groupExample = { members: ["alex"] };
export const policyExample = {
  needs: [{ group: GROUP_NAME }],
  escalations: [{ afterSeconds: 1_800, needs: [{ role: "owner" as const }] }],
  expiresInSeconds: 7_200,
};
export const rulesExample = {
  rules: [{ name: "Large payments", when: "number(payload.amount) > 10000", policies: POLICY_NAME }],
  otherwise: "named-person",
};

export const groupAnswerExample: GroupAnswer = {
  name: GROUP_NAME,
  content: groupExample,
  hash: HASH,
  change,
};
export const policyAnswerExample: PolicyAnswer = {
  name: POLICY_NAME,
  content: policyExample,
  sentence: "One of finance; after 30 min also one of the owners; open for at most 2 hours",
  hash: HASH,
  change,
};
export const rulesAnswerExample: RulesAnswer = { content: rulesExample, hash: HASH, change };

export function versionExample(origin: string): VersionAnswer {
  return { ...changeAnswerExample(origin), refused: null, sentence: null, comparison: null, warnings: [] };
}

export function policyVersionExample(origin: string): VersionAnswer {
  return { ...versionExample(origin), sentence: policyAnswerExample.sentence };
}

export function rulesVersionExample(origin: string): VersionAnswer {
  const before = { rule: "", policies: ["named-person"], judged: true };
  const after = { rule: "Large payments", policies: [POLICY_NAME], judged: true };
  const moved = { id: CONFIRMATION_ID, action: "Pay invoice 4711", createdAt: "2026-01-31T12:00:00.000Z" };
  return {
    ...versionExample(origin),
    comparison: { compared: 100, of: 100, elsewhere: [{ ...moved, before, after }] },
  };
}
