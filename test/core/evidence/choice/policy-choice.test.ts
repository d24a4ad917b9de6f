import { beforeAll, describe, expect, it } from "vitest";
import type { Chosen, Policy } from "../../../../src/core/policy/policy.ts";
import type { Receipt } from "../../../../src/core/evidence/receipt.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import {
  auditOf,
  detailOf,
  failedChecks as failedAuditChecks,
} from "../../../support/evidence/sample-history.ts";
import {
  LARGE,
  LARGE_PAYLOAD,
  largeRequest,
  namedPolicy,
  resolvedPolicy,
  ruledTenant,
  RULES,
  SMALL,
  SMALL_PAYLOAD,
  smallRequest,
} from "../../../support/evidence/ruled-tenant.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// The policy of a decision is chosen again from the sealed rules. Each attack is right but for one thing.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

const SLACK_SECONDS = 300;

async function fileAlone(own: TestTenant, receipt: Receipt) {
  const { history: _history, ...options } = fullOptions(own);
  return verifiedReport(receipt, options);
}

const choiceOf = ({ checks }: Awaited<ReturnType<typeof fileAlone>>) =>
  checks.find(({ name }) => name === "choice");

const withChosen = (policy: Policy, more: Partial<Chosen>): Policy => ({
  ...policy,
  chosen: policy.chosen && { ...policy.chosen, ...more },
});
const hashOf = (own: TestTenant, name: string) =>
  [...own.rulebook.policies].find(([, policy]) => policy?.name === name)?.[0] ?? "";

describe("a decision is accepted", () => {
  const rows: readonly [name: string, ask: (own: TestTenant) => Promise<SampleRequest> | SampleRequest][] = [
    ["under the policy of the rule that matches", (own) => largeRequest(own, staff)],
    ["under the policy for all others", (own) => smallRequest(own, staff)],
    [
      "by the person whom it names, where the rules let it",
      (own) => smallRequest(own, staff, { policy: namedPolicy(own, staff.cy) }),
    ],
    [
      "under the stricter rule if the amount is left out",
      (own) => largeRequest(own, staff, { payload: { to: "ACME" } }),
    ],
    [
      "with rules that were changed a moment before, as clocks differ",
      async (own) => {
        const request = largeRequest(own, staff);
        await own.setRules({ ...RULES, rules: [] }, staff.alex);
        own.wait(SLACK_SECONDS - 60);
        return request;
      },
    ],
    [
      "though the group was changed while it waited",
      async (own) => {
        const request = largeRequest(own, staff);
        await own.setGroup("finance", [staff.dan], staff.alex);
        return request;
      },
    ],
    [
      "by one person after the rules ended",
      async (own) => {
        await own.setRules(null, staff.alex);
        return { payload: LARGE_PAYLOAD, votes: [{ by: staff.cy }] };
      },
    ],
    [
      "under any policy after the rules ended",
      async (own) => {
        await own.setRules(null, staff.alex);
        return largeRequest(own, staff, {
          policy: resolvedPolicy(own, SMALL, ""),
          votes: [{ by: staff.cy }],
        });
      },
    ],
  ];

  it.each(rows)("%s", async (_name, ask) => {
    const own = await ruledTenant(staff);
    const receipt = await own.receipt(await own.decide(await ask(own)));
    const report = await fileAlone(own, receipt);
    expect(choiceOf(report)?.detail).toMatch(/rules demanded|No rules were in force/);
    expect(failedChecks(report)).toBe("");
    expect(report.verified).toBe(true);
    expect(failedAuditChecks(await auditOf(own))).toBe("");
  });
});

interface Attack {
  readonly name: string;
  readonly ask: (own: TestTenant) => Promise<SampleRequest> | SampleRequest;
  readonly says: string;
  /** If the audit finds something else first. */
  readonly auditSays?: string;
}

const ATTACKS: readonly Attack[] = [
  {
    name: "under the policy for small amounts, as if no rule matched",
    ask: (own) => smallRequest(own, staff, { payload: LARGE_PAYLOAD }),
    says: "the rules put it under the rule “Large amounts”, but its policy was chosen by no rule",
  },
  {
    name: "under the policy for small amounts, by the rule that matches",
    ask: (own) =>
      smallRequest(own, staff, {
        payload: LARGE_PAYLOAD,
        policy: resolvedPolicy(own, SMALL, "Large amounts"),
      }),
    says: "the rule “Large amounts” demands “large”, but the policy “small” was used",
  },
  {
    name: "by one named person, where the rule does not let it",
    ask: (own) =>
      smallRequest(own, staff, {
        payload: LARGE_PAYLOAD,
        policy: namedPolicy(own, staff.cy, "Large amounts"),
      }),
    says: "the rule “Large amounts” demands “large”, but one named person decided",
  },
  {
    name: "by one named person without a policy",
    ask: (own) => {
      own.wait(SLACK_SECONDS);
      return { payload: SMALL_PAYLOAD, votes: [{ by: staff.cy }] };
    },
    says: "the person whom the request names decided without a policy, although rules were in force",
  },
  {
    name: "by one named person, who is an auditor",
    ask: (own) => smallRequest(own, staff, { policy: namedPolicy(own, staff.eve), outcome: "expired" }),
    says: "the person whom the request names could not decide",
    auditSays: "the policy does not ask cy",
  },
  {
    name: "by either of two people, as the named person",
    ask: (own) => {
      const policy = namedPolicy(own, staff.cy);
      const needs = [{ name: "", count: 1, of: [staff.cy.id, staff.dan.id] }];
      return smallRequest(own, staff, { policy: { ...policy, stages: [{ name: "", needs }] } });
    },
    says: "it does not ask exactly the person whom the request names",
  },
  {
    name: "under older rules",
    ask: async (own) => {
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
    ask: (own) =>
      smallRequest(own, staff, {
        payload: LARGE_PAYLOAD,
        policy: withChosen(resolvedPolicy(own, SMALL, ""), { rules: null }),
      }),
    says: "its policy was chosen as if there were no rules",
  },
  {
    name: "under rules that were never in force",
    ask: (own) =>
      smallRequest(own, staff, {
        policy: withChosen(resolvedPolicy(own, SMALL, ""), { rules: "ab".repeat(32) }),
      }),
    says: "the rules that chose its policy were not in force",
  },
  {
    name: "with a directory from before the rules",
    ask: async (own) => {
      own.wait(SLACK_SECONDS);
      const policy = withChosen(resolvedPolicy(own, SMALL, ""), { seq: 8, rules: null });
      return smallRequest(own, staff, { payload: LARGE_PAYLOAD, policy });
    },
    says: "its policy was chosen by older rules than those of record 9",
  },
  {
    name: "under an older version of the policy",
    ask: async (own) => {
      const older = resolvedPolicy(own, LARGE, "Large amounts");
      await own.setPolicy({ ...LARGE, minimum: 1 }, staff.alex);
      const seq = own.records.length - 1;
      return largeRequest(own, staff, { policy: withChosen(older, { seq }) });
    },
    says: "the version of the policy that it was asked under was not in force",
  },
  {
    name: "with an older version of a group",
    ask: async (own) => {
      const older = resolvedPolicy(own, LARGE, "Large amounts");
      await own.setGroup("finance", [staff.dan], staff.alex);
      const seq = own.records.length - 1;
      return largeRequest(own, staff, { policy: withChosen(older, { seq }) });
    },
    says: "the policy “large” was resolved with a version of a group that was not in force",
  },
  {
    name: "with another group than the policy names",
    ask: (own) => {
      const policy = resolvedPolicy(own, LARGE, "Large amounts");
      const [one = ""] = policy.chosen?.groups ?? [];
      return largeRequest(own, staff, { policy: withChosen(policy, { groups: [one] }) });
    },
    says: "the policy “large” was resolved with other groups than it names",
  },
  {
    name: "with another person than the group has",
    ask: (own) => {
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
    ask: async (own) => {
      const policy = resolvedPolicy(own, SMALL, "");
      await own.endorse(staff.zoe, "approver", staff.alex);
      own.wait(SLACK_SECONDS);
      return smallRequest(own, staff, { policy });
    },
    says: "its policy was chosen without record 10 (credential.endorsed), which was in force by then",
  },
  {
    name: "under a policy of another name",
    ask: (own) =>
      largeRequest(own, staff, { policy: { ...resolvedPolicy(own, LARGE, "Large amounts"), name: "small" } }),
    says: "its people or terms are not those of the policy “large” at that time",
  },
  {
    name: "with a policy that does not say how it was chosen",
    ask: (own) =>
      smallRequest(own, staff, {
        policy: { ...resolvedPolicy(own, SMALL, ""), chosen: null },
        isForged: true,
      }),
    says: "its policy does not say how it was chosen",
  },
  {
    name: "with a policy chosen after a record that is no change",
    ask: (own) =>
      smallRequest(own, staff, { policy: withChosen(resolvedPolicy(own, SMALL, ""), { seq: 99 }) }),
    says: "its policy was chosen with record 99, which is no change of the directory before it",
  },
  {
    name: "with another document than its own",
    ask: (own) =>
      smallRequest(own, staff, {
        policy: withChosen(resolvedPolicy(own, SMALL, ""), { document: hashOf(own, "large"), groups: [] }),
      }),
    says: "the policy “large” was resolved with other groups than it names",
  },
];

describe("a decision is refused", () => {
  it.each(ATTACKS)("$name", async ({ ask, says, auditSays = says }) => {
    const own = await ruledTenant(staff);
    const request = await ask(own);
    const receipt = await own.receipt(await own.decide(request));
    const report = await fileAlone(own, receipt);
    expect(choiceOf(report)?.detail.toLowerCase()).toContain(says.toLowerCase());
    const audit = await auditOf(own);
    expect(detailOf(audit, "decisions")).toContain(auditSays);
    expect(failedAuditChecks(audit)).toBe("decisions");
  });
});

describe("rules that nobody signed", () => {
  it("choose nothing: the change fails in the receipt and in the audit", async () => {
    const own = await ruledTenant(staff);
    await own.setRules({ ...RULES, rules: [] }, staff.cy);
    const receipt = await own.receipt(await own.decide(smallRequest(own, staff, { payload: LARGE_PAYLOAD })));
    expect(failedChecks(await fileAlone(own, receipt))).toContain("endorsement");
    expect(failedAuditChecks(await auditOf(own))).toBe("directory decisions");
  });

  it.each(["the rules", "the policy", "a group"])(
    "can't be hidden by leaving out who signed %s",
    async (what) => {
      const own = await ruledTenant(staff);
      const seq = await own.decide(largeRequest(own, staff));
      const bare = { "the rules": 9, "the policy": 7, "a group": 5 }[what] ?? 0;
      expect(failedChecks(await fileAlone(own, await own.receipt(seq, { bare: [bare] })))).toContain(
        "endorsement",
      );
      expect(failedChecks(await fileAlone(own, await own.receipt(seq, { bare: [8] })))).toBe("");
    },
  );

  it("can't end rules without a signature, so that one person decides", async () => {
    const own = await ruledTenant(staff);
    const ended = await own.setRules(null, staff.alex);
    const seq = await own.decide({ payload: LARGE_PAYLOAD, votes: [{ by: staff.cy }] });
    const report = await fileAlone(own, await own.receipt(seq, { bare: [ended] }));
    expect(failedChecks(report)).toContain("endorsement");
  });
});

describe("content that is withheld", () => {
  it("leaves the choice open, and the audit counts it", async () => {
    const own = await ruledTenant(staff);
    const receipt = await own.receipt(await own.decide(largeRequest(own, staff)));
    const { decision } = receipt;
    const withheld = {
      ...receipt,
      decision: { ...decision, evidence: { ...decision.evidence, payload: null } },
    };
    const report = await fileAlone(own, withheld);
    expect(statusOf(report, "choice")).toBe("absent");
    expect(choiceOf(report)?.detail).toBe(
      "The content is withheld, and the rules look at it, so whether it falls under the rule “Large amounts” can't be computed.",
    );
    expect(report.verified).toBe(true);
  });
});
