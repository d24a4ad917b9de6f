import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { singleApproverPolicy, type Policy } from "../../../../src/core/policy/policy.ts";
import { missingPlaces, type Need } from "../../../../src/core/policy/seats.ts";
import {
  createStaff,
  failedChecks,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// Policies of the right form that are not valid, signed and sealed nevertheless. They may name thousands of people and
// places, so they are refused without seating anybody.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});
afterEach(() => vi.restoreAllMocks());

const CY = "person-cy";
const need = (count: number, ...of: readonly string[]): Need => ({ name: "", count, of });
const cy = need(1, CY);
const numbers = (count: number, first = 0) =>
  Array.from({ length: count }, (_none, place) => String(first + place));
const several = <Item>(count: number, item: Item): readonly Item[] =>
  Array.from({ length: count }, () => item);
const policy = (more: Partial<Policy>): Policy => ({ ...singleApproverPolicy(CY), name: "Costly", ...more });
const needing = (...needs: readonly Need[]): Policy => policy({ stages: [{ name: "", needs }] });
const later = (needs: readonly Need[], ...times: readonly number[]): Policy =>
  policy({ escalations: times.map((afterSeconds) => ({ afterSeconds, stage: 1, needs })) });
/** 64 places, each for any of the same 64 people. */
const crowded = several(8, need(8, ...numbers(63), CY));
/** As many stages, needs, places and names as the form of a policy allows. */
const largest = several(8, need(64, ...numbers(63), CY));

/** How often somebody was looked for in a list of ids: to seat people, it looks for a free one for each place. */
function countQuestions(): () => number {
  const { mock } = vi.spyOn(Array.prototype, "find");
  mock.contexts.length = 0;
  return () => mock.contexts.filter((list) => Array.isArray(list) && isPerson(list[0])).length;
}
const isPerson = (one: unknown) => typeof one === "string" && /^(?:\d+|person-\w+)$/.test(one);
const QUESTIONS_MAX = 60;

const inStages = (count: number, more: Partial<Policy> = {}): Policy =>
  policy({ stages: several(count, { name: "", needs: [cy] }), ...more });

const ROWS: readonly (readonly [what: string, policy: Policy])[] = [
  ["65 places", needing(cy, need(64, ...numbers(63), CY))],
  ["2,048 places", policy({ stages: several(4, { name: "", needs: largest }) })],
  ["4,096 places in escalations", later(largest, 1, 2, 3, 4, 5, 6, 7, 8)],
  ["641 names", { ...needing(cy, ...several(7, need(1, ...numbers(64)))), breakGlass: numbers(64) }],
  ["96 people", { ...needing(cy, need(1, ...numbers(60))), breakGlass: numbers(35, 60) }],
  ["a person twice in one need", needing(need(1, CY, CY))],
  ["nobody who could meet it", needing(need(2, CY))],
  ["a person who would have to sign twice", needing(cy, cy)],
  ["a person who would have to sign in two stages", inStages(2)],
  ["an escalation that nobody could meet", later([need(2, CY)], 60)],
  ["two escalations at the same time", later([cy], 60, 60)],
  ["escalations in falling order", later([cy], 120, 60)],
  [
    "an escalation of a stage that is not there",
    policy({ escalations: [{ afterSeconds: 60, stage: 2, needs: [cy] }] }),
  ],
  ["a minimum that it does not reach", policy({ minimum: 2 })],
];

async function verdicts(tenant: TestTenant, seq: number) {
  const options = { tenant: tenant.stream, trust: tenant.log.trust(3) };
  const report = await verifiedReport(await tenant.receipt(seq), options);
  expect(report.verified).toBe(failedChecks(report) === "");
  return [failedChecks(report), failedAuditChecks(await auditOf(tenant))];
}

describe("a decision under a policy with", () => {
  it.each(ROWS)("%s is refused at once", async (_what, costly) => {
    const requests: readonly SampleRequest[] = [
      { isForged: true, policy: costly, votes: [{ by: staff.cy }] },
      {
        isForged: true,
        policy: { ...costly, rejection: "impossible" },
        outcome: "rejected",
        votes: [{ by: staff.cy, vote: "reject" }],
      },
      { isForged: true, policy: costly, outcome: "expired", votes: [] },
    ];
    for (const request of requests) {
      const tenant = await staff.tenant();
      const seq = await tenant.decide(request);
      const questions = countQuestions();
      const failed = request.votes.length > 0 ? "policy choice outcome" : "policy outcome";
      expect(await verdicts(tenant, seq)).toEqual([failed, "decisions"]);
      expect(questions()).toBeLessThan(QUESTIONS_MAX);
    }
  });

  it("five stages is not a receipt and not an export", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ isForged: true, policy: inStages(5), votes: [{ by: staff.cy }] });
    expect(await verdicts(tenant, seq)).toEqual(["form", "form"]);
  });

  it("64 places for the same 64 people is judged, though no document leads to it", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({
      policy: { ...needing(...crowded), rejection: "impossible" },
      outcome: "rejected",
      votes: [{ by: staff.cy, vote: "reject" }],
    });
    const questions = countQuestions();
    expect(await verdicts(tenant, seq)).toEqual(["choice", "decisions"]);
    expect(questions()).toBeGreaterThan(QUESTIONS_MAX);
  });
});

it("to seat people in the largest of these policies takes many questions", () => {
  const questions = countQuestions();
  expect(missingPlaces(several(8, largest).flat(), new Set(numbers(64)))).toBe(64 * 64 - 63);
  expect(questions()).toBeGreaterThan(QUESTIONS_MAX);
});

describe("a change of the directory under such a policy", () => {
  it("is refused at once, alone and before a decision", async () => {
    const tenant = await staff.tenant();
    const costly = later(largest, 1, 2, 3, 4, 5, 6, 7, 8);
    const stages = [{ name: "", needs: [need(1, staff.bea.id)] }];
    const change = await tenant.endorse(staff.zoe, "approver", staff.bea, { policy: { ...costly, stages } });
    const decision = await tenant.decide({ votes: [{ by: staff.zoe }] });
    const questions = countQuestions();
    expect(await verdicts(tenant, change)).toEqual(["policy outcome", "directory decisions"]);
    expect(await verdicts(tenant, decision)).toEqual([
      "signature credential endorsement",
      "directory decisions",
    ]);
    expect(questions()).toBeLessThan(QUESTIONS_MAX);
  });
});
