import { describe, expect, it } from "vitest";
import {
  checkMemberLimit,
  checkMonthLimit,
  checkProjectLimit,
} from "../../../src/core/account/plan-limits.ts";
import type { PlanName } from "../../../src/core/account/plans.ts";
import { usageNotice } from "../../../src/core/account/usage-notice.ts";
import type { Result } from "../../../src/core/refusal.ts";

const refusalOf = (result: Result<never> | undefined) =>
  result && !result.ok ? `${result.refusal.code}: ${result.refusal.detail}` : undefined;

describe("where a plan ends", () => {
  it.each<[string, Result<never> | undefined, string | undefined]>([
    ["the second member of Free", checkMemberLimit("free", 1), undefined],
    [
      "the third member of Free",
      checkMemberLimit("free", 2),
      "plan_limit: the plan Free has 2 members and all are taken; choose the role approver, which is free, remove a member, or upgrade the plan",
    ],
    ["the hundredth member of Team", checkMemberLimit("team", 99), undefined],
    [
      "the second project of Free",
      checkProjectLimit("free", 1),
      "plan_limit: the plan Free has 1 project and there is no room for another; archive a project, or upgrade the plan",
    ],
    [
      "the sixth project of Team",
      checkProjectLimit("team", 5),
      "plan_limit: the plan Team has 5 projects and there is no room for another; archive a project, or upgrade the plan",
    ],
    ["a project of Enterprise", checkProjectLimit("enterprise", 1_000), undefined],
    ["the last request of Free", checkMonthLimit("free", "2026-11", 499), undefined],
    [
      "one request more",
      checkMonthLimit("free", "2026-12", 500),
      "quota_exceeded: the plan Free has 500 approvals a month, and those of December 2026 are used; nothing was asked: upgrade the plan, or ask again from 1 January 2027, 00:00 UTC on; earlier requests can still be decided and used",
    ],
    ["a request of Team beyond what is included", checkMonthLimit("team", "2026-11", 5_000), undefined],
  ])("%s", (_what, result, expected) => expect(refusalOf(result)).toBe(expected));
});

describe("a notice about the month's use", () => {
  it.each<[PlanName, number, string | undefined]>([
    ["free", 399, undefined],
    [
      "free",
      400,
      "400 of the 500 approvals of the plan Free for this month are used. After the last one, new requests are refused until 1 December 2026, 00:00 UTC. You can upgrade the plan.",
    ],
    [
      "free",
      500,
      "All 500 approvals of the plan Free for this month are used. New requests are refused until 1 December 2026, 00:00 UTC, unless you upgrade the plan.",
    ],
    [
      "team",
      4_000,
      "4,000 of the 5,000 approvals of the plan Team for this month are used. Further ones cost $8 for each started 1,000.",
    ],
    [
      "business",
      60_000,
      "All 50,000 approvals of the plan Business for this month are used. Further ones cost $5 for each started 1,000.",
    ],
    ["enterprise", 1_000_000, undefined],
  ])("%s after %i requests", (plan, requests, text) =>
    expect(usageNotice(plan, { month: "2026-11", requests })?.text).toBe(text),
  );
});
