import { CHOICE_ATTACKS, SLACK_SECONDS } from "../../../support/evidence/choice-attacks.ts";
import { beforeAll, describe, expect, it } from "vitest";
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
import { LARGE_PAYLOAD, RULES, SMALL } from "../../../support/rules/ruled-documents.ts";
import {
  largeRequest,
  namedPolicy,
  resolvedPolicy,
  ruledTenant,
  smallRequest,
} from "../../../support/evidence/ruled-tenant.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// The policy of a decision is chosen again from the sealed rules. Each attack is right but for one thing.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

async function fileAlone(own: TestTenant, receipt: Receipt) {
  const { history: _history, ...options } = fullOptions(own);
  return verifiedReport(receipt, options);
}

const choiceOf = ({ checks }: Awaited<ReturnType<typeof fileAlone>>) =>
  checks.find(({ name }) => name === "choice");

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

it("asks no rule about a test request of the console, which decides nothing real", async () => {
  const own = await ruledTenant(staff);
  const request = { payload: LARGE_PAYLOAD, mode: "test", votes: [{ by: staff.cy }] } as const;
  const receipt = await own.receipt(await own.decide(request));
  expect(failedChecks(await fileAlone(own, receipt))).toBe("");
  expect(failedAuditChecks(await auditOf(own))).toBe("");
});

describe("a decision is refused", () => {
  it.each(CHOICE_ATTACKS)("$name", async ({ ask, says, auditSays = says }) => {
    const own = await ruledTenant(staff);
    const request = await ask(own, staff);
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

  // The record of a later version could deny which one it replaced.
  it.each(["the rules", "the policy", "a later policy", "a group"])(
    "can't be hidden by leaving out who signed %s",
    async (what) => {
      const own = await ruledTenant(staff);
      const seq = await own.decide(largeRequest(own, staff));
      const bare = { "the rules": 9, "the policy": 7, "a later policy": 8, "a group": 5 }[what] ?? 0;
      expect(failedChecks(await fileAlone(own, await own.receipt(seq, { bare: [bare] })))).toContain(
        "endorsement",
      );
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
