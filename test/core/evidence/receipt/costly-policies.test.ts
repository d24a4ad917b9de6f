import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  isSatisfied,
  singleApproverPolicy,
  type Policy,
  type Requirement,
} from "../../../../src/core/policy/policy.ts";
import {
  createStaff,
  failedChecks,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// Policies of the right form that are not valid, signed and sealed nevertheless. To find out whether such a policy is met
// could take for ever, so it is refused without trying.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});
afterEach(() => vi.restoreAllMocks());

const person = (id: string | number): Requirement => ({ kind: "person", person: String(id) });
const quorum = (threshold: number, of: readonly Requirement[]): Requirement => ({
  kind: "quorum",
  name: "",
  threshold,
  of,
});
const numbers = (count: number) => Array.from({ length: count }, (_none, place) => place);
/**
 * cy, or so many others in so many groups. Each group needs so many of them that there are too few people for all groups,
 * which an evaluation finds out only by trying.
 */
const crowded = (people: number, groups: number): Requirement =>
  quorum(1, [
    person("person-cy"),
    quorum(
      groups,
      numbers(groups).map(() => quorum(Math.floor(people / groups) + 1, numbers(people).map(person))),
    ),
  ]);
/** As many seats as `width` to the power of `depth`. */
const tree = (width: number, depth: number): Requirement =>
  depth === 0
    ? person("person-cy")
    : quorum(
        1,
        numbers(width).map(() => tree(width, depth - 1)),
      );
const chain = (depth: number): Requirement =>
  depth === 0 ? person("person-cy") : quorum(1, [chain(depth - 1)]);
const policy = (more: Partial<Policy>): Policy => ({
  ...singleApproverPolicy("person-cy"),
  name: "Costly",
  ...more,
});
const later = (require: Requirement, ...times: readonly number[]): Policy =>
  policy({ escalations: times.map((afterSeconds) => ({ afterSeconds, require })) });

/** An evaluation tries a person's seats until some seat is enough. The verifier asks little else in this way. */
function countQuestions(): () => number {
  const asked = vi.spyOn(Array.prototype, "some");
  return () => asked.mock.calls.length;
}
/** An evaluation of the smallest crowded policy here asks more often. */
const QUESTIONS_MAX = 20_000;
const SMALLEST = crowded(18, 2);

const ROWS: readonly (readonly [what: string, policy: Policy])[] = [
  ["18 people twice", policy({ require: SMALLEST })],
  ["31 people twice", policy({ require: crowded(31, 2) })],
  ["15 people four times", policy({ require: crowded(15, 4) })],
  ["31 people twice, after an escalation", later(crowded(31, 2), 1)],
  ["31 people twice, only in the last escalation", later(crowded(31, 2), 1, 2, 3, 4, 5, 6, 7, 8)],
  ["65 seats", policy({ require: quorum(1, [tree(33, 1), tree(32, 1)]) })],
  ["4,096 seats", policy({ require: tree(64, 2) })],
  ["five levels", policy({ require: chain(5) })],
  ["17 levels", policy({ require: chain(17) })],
  ["nobody who could meet it", policy({ require: quorum(2, [person("person-cy")]) })],
  [
    "a person who would have to sign twice",
    policy({ require: quorum(2, [person("person-cy"), person("person-cy")]) }),
  ],
  ["an escalation that nobody could meet", later(quorum(2, [person("person-cy")]), 60)],
  ["two escalations at the same time", later(person("person-cy"), 60, 60)],
  ["escalations in falling order", later(person("person-cy"), 120, 60)],
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
      { policy: costly, votes: [{ by: staff.cy }] },
      {
        policy: { ...costly, rejection: "impossible" },
        outcome: "rejected",
        votes: [{ by: staff.cy, vote: "reject" }],
      },
      { policy: costly, outcome: "expired", votes: [] },
    ];
    for (const request of requests) {
      const tenant = await staff.tenant();
      const seq = await tenant.decide(request);
      const questions = countQuestions();
      expect(await verdicts(tenant, seq)).toEqual(["policy outcome", "decisions"]);
      expect(questions()).toBeLessThan(QUESTIONS_MAX);
    }
  });

  it("18 levels is not a receipt and not an export", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ policy: policy({ require: chain(18) }), votes: [{ by: staff.cy }] });
    expect(await verdicts(tenant, seq)).toEqual(["form", "form"]);
  });

  it("12 people twice is accepted", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({
      policy: policy({ require: crowded(12, 2), rejection: "impossible" }),
      outcome: "rejected",
      votes: [{ by: staff.cy, vote: "reject" }],
    });
    expect(await verdicts(tenant, seq)).toEqual(["", ""]);
  });
});

it("an evaluation of the smallest of these policies would take long", () => {
  const questions = countQuestions();
  expect(isSatisfied(SMALLEST, new Set(numbers(18).map(String)))).toBe(false);
  expect(questions()).toBeGreaterThan(QUESTIONS_MAX);
});

describe("a change of the directory under such a policy", () => {
  it("is refused at once, alone and before a decision", async () => {
    const tenant = await staff.tenant();
    const require = quorum(1, [person(staff.bea.id), crowded(31, 2)]);
    const change = await tenant.endorse(staff.zoe, "approver", staff.bea, { policy: policy({ require }) });
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
