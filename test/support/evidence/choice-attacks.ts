import type { Chosen, Policy } from "../../../src/core/policy/policy.ts";
import { LARGE, LARGE_PAYLOAD, RULES, SMALL, SMALL_PAYLOAD } from "../rules/ruled-documents.ts";
import { largeRequest, namedPolicy, resolvedPolicy, smallRequest, type People } from "./ruled-tenant.ts";
import type { SampleRequest, TestTenant } from "./sample-tenant.ts";

// Decisions of the ruled tenant whose policy is not the one that the rules demanded. Each is right but for one thing.

export const SLACK_SECONDS = 300;

const withChosen = (policy: Policy, more: Partial<Chosen>): Policy => ({
  ...policy,
  chosen: policy.chosen && { ...policy.chosen, ...more },
});
const hashOf = (own: TestTenant, name: string) =>
  [...own.rulebook.policies].find(([, policy]) => policy?.name === name)?.[0] ?? "";

export interface ChoiceAttack {
  readonly name: string;
  readonly ask: (own: TestTenant, staff: People) => Promise<SampleRequest> | SampleRequest;
  readonly says: string;
  /** If the audit finds something else first. */
  readonly auditSays?: string;
}

export const CHOICE_ATTACKS: readonly ChoiceAttack[] = [
  {
    name: "under the policy for small amounts, as if no rule matched",
    ask: (own, staff) => smallRequest(own, staff, { payload: LARGE_PAYLOAD }),
    says: "the rules put it under the rule “Large amounts”, but its policy was chosen by no rule",
  },
  {
    name: "under the policy for small amounts, by the rule that matches",
    ask: (own, staff) =>
      smallRequest(own, staff, {
        payload: LARGE_PAYLOAD,
        policy: resolvedPolicy(own, SMALL, "Large amounts"),
      }),
    says: "the rule “Large amounts” demands “large”, but the policy “small” was used",
  },
  {
    name: "by one named person, where the rule does not let it",
    ask: (own, staff) =>
      smallRequest(own, staff, {
        payload: LARGE_PAYLOAD,
        policy: namedPolicy(own, staff.cy, "Large amounts"),
      }),
    says: "the rule “Large amounts” demands “large”, but one named person decided",
  },
  {
    name: "about a content that is too large for the rules",
    ask: async (own, staff) => {
      const rule = { name: "Lists", when: "payload.list.exists(i, i.a || i.b)", policies: ["small"] };
      await own.setRules({ ...RULES, rules: [rule] }, staff.alex);
      return smallRequest(own, staff, {
        payload: { list: Array.from({ length: 3_000 }, () => 0) },
        policy: resolvedPolicy(own, SMALL, "Lists"),
      });
    },
    says: "the content is too large for the organisation's rules, so nobody could ask for it",
  },
  {
    name: "by one named person without a policy",
    ask: (own, staff) => {
      own.wait(SLACK_SECONDS);
      return { payload: SMALL_PAYLOAD, votes: [{ by: staff.cy }] };
    },
    says: "the person whom the request names decided without a policy, although rules were in force",
  },
  {
    name: "by one named person, who is an auditor",
    ask: (own, staff) =>
      smallRequest(own, staff, { policy: namedPolicy(own, staff.eve), outcome: "expired" }),
    says: "the person whom the request names could not decide",
    auditSays: "the policy does not ask cy",
  },
  {
    name: "by either of two people, as the named person",
    ask: (own, staff) => {
      const policy = namedPolicy(own, staff.cy);
      const needs = [{ name: "", count: 1, of: [staff.cy.id, staff.dan.id] }];
      return smallRequest(own, staff, { policy: { ...policy, stages: [{ name: "", needs }] } });
    },
    says: "it does not ask exactly the person whom the request names",
  },
  {
    name: "under older rules",
    ask: async (own, staff) => {
      await own.setRules({ ...RULES, otherwise: ["large"] }, staff.alex);
      const request = smallRequest(own, staff);
      await own.setRules(RULES, staff.alex);
      const older = own.records.length - 2;
      own.wait(SLACK_SECONDS);
      return { ...request, policy: withChosen(request.policy as Policy, { seq: older - 1 }) };
    },
    says: "its policy was chosen by older rules than those of record",
  },
  {
    name: "as if there were no rules",
    ask: (own, staff) =>
      smallRequest(own, staff, {
        payload: LARGE_PAYLOAD,
        policy: withChosen(resolvedPolicy(own, SMALL, ""), { rules: null }),
      }),
    says: "its policy was chosen as if there were no rules",
  },
  {
    name: "under rules that were never in force",
    ask: (own, staff) =>
      smallRequest(own, staff, {
        policy: withChosen(resolvedPolicy(own, SMALL, ""), { rules: "ab".repeat(32) }),
      }),
    says: "the rules that chose its policy were not in force",
  },
  {
    name: "with a directory from before the rules",
    ask: async (own, staff) => {
      own.wait(SLACK_SECONDS);
      const policy = withChosen(resolvedPolicy(own, SMALL, ""), { seq: 8, rules: null });
      return smallRequest(own, staff, { payload: LARGE_PAYLOAD, policy });
    },
    says: "its policy was chosen by older rules than those of record 9",
  },
  {
    name: "under an older version of the policy",
    ask: async (own, staff) => {
      const older = resolvedPolicy(own, LARGE, "Large amounts");
      await own.setPolicy({ ...LARGE, minimum: 1 }, staff.alex);
      const seq = own.records.length - 1;
      return largeRequest(own, staff, { policy: withChosen(older, { seq }) });
    },
    says: "the version of the policy that it was asked under was not in force",
  },
  {
    name: "with an older version of a group",
    ask: async (own, staff) => {
      const older = resolvedPolicy(own, LARGE, "Large amounts");
      await own.setGroup("finance", [staff.dan], staff.alex);
      const seq = own.records.length - 1;
      return largeRequest(own, staff, { policy: withChosen(older, { seq }) });
    },
    says: "the policy “large” was resolved with a version of a group that was not in force",
  },
  {
    name: "with another group than the policy names",
    ask: (own, staff) => {
      const policy = resolvedPolicy(own, LARGE, "Large amounts");
      const [one = ""] = policy.chosen?.groups ?? [];
      return largeRequest(own, staff, { policy: withChosen(policy, { groups: [one] }) });
    },
    says: "the policy “large” was resolved with other groups than it names",
  },
  {
    name: "with another person than the group has",
    ask: (own, staff) => {
      const { bea, cy, dan } = staff;
      const policy = resolvedPolicy(own, LARGE, "Large amounts");
      const [, managers] = policy.stages;
      const needs = [{ name: "finance", count: 1, of: [bea.id, cy.id, dan.id] }];
      const stages = managers === undefined ? [] : [{ name: "Finance", needs }, managers];
      return largeRequest(own, staff, { policy: { ...policy, stages } });
    },
    says: "its people or terms are not those of the policy “large” at that time",
  },
  {
    name: "without the people of a role who joined before",
    ask: async (own, staff) => {
      const policy = resolvedPolicy(own, SMALL, "");
      await own.endorse(staff.zoe, "approver", staff.alex);
      own.wait(SLACK_SECONDS);
      return smallRequest(own, staff, { policy });
    },
    says: "its policy was chosen without record 10 (credential.endorsed), which was in force by then",
  },
  {
    name: "under a policy of another name",
    ask: (own, staff) =>
      largeRequest(own, staff, { policy: { ...resolvedPolicy(own, LARGE, "Large amounts"), name: "small" } }),
    says: "its people or terms are not those of the policy “large” at that time",
  },
  {
    name: "with a policy that does not say how it was chosen",
    ask: (own, staff) =>
      smallRequest(own, staff, {
        policy: { ...resolvedPolicy(own, SMALL, ""), chosen: null },
        isForged: true,
      }),
    says: "its policy does not say how it was chosen",
  },
  {
    name: "with a policy chosen after a record that is no change",
    ask: (own, staff) =>
      smallRequest(own, staff, { policy: withChosen(resolvedPolicy(own, SMALL, ""), { seq: 99 }) }),
    says: "its policy was chosen with record 99, which is no change of the directory before it",
  },
  {
    name: "with another document than its own",
    ask: (own, staff) =>
      smallRequest(own, staff, {
        policy: withChosen(resolvedPolicy(own, SMALL, ""), { document: hashOf(own, "large"), groups: [] }),
      }),
    says: "the policy “large” was resolved with other groups than it names",
  },
];
