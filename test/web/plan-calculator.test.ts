import { describe, expect, it } from "vitest";
import { PLANS } from "../../src/core/account/plans.ts";
import { calculate } from "../../web/site/pricing/plan-calculator.ts";

// The calculator of the pricing page: numbers as people write them, and what a month costs on each plan.

describe("what a month costs", () => {
  const free = { members: `${PLANS.free.members.included}`, approvals: `${PLANS.free.approvals.included}` };
  const { team } = PLANS;

  it.each([
    ["as much as Free has", free, "free"],
    ["one member more than Free has", { ...free, members: `${Number(free.members) + 1}` }, "team"],
    ["digits in groups", { members: "5", approvals: "5,000" }, "team"],
    ["so much that Business is cheaper", { members: "20", approvals: "50 000" }, "business"],
  ])("%s: the lowest price", (_name, query, cheapest) => {
    expect(calculate(query).cheapest).toBe(cheapest);
  });

  it("names what a plan does not allow, and charges what is started", () => {
    const { costs } = calculate({ members: "6", approvals: "5001" });
    const totals = costs?.map(({ name, beyond, invoice }) => [name, beyond, invoice?.totalCents]);
    expect(totals).toEqual([
      ["free", "members", undefined],
      ["team", "", (team.cents ?? 0) + 900 + 800],
      ["business", "", PLANS.business.cents],
      ["enterprise", "", undefined],
    ]);
  });

  it.each([
    ["", "Enter how many members, such as 20."],
    ["-1", "“-1” is not a whole number. Use digits, such as 20 or 12,000."],
    ["1e9", "“1e9” is not a whole number. Use digits, such as 20 or 12,000."],
    ["1,5", "“1,5” is not a whole number. Use digits, such as 20 or 12,000."],
    [
      "<script>alert(1)</script>",
      "“<script>alert(1)</sc…” is not a whole number. Use digits, such as 20 or 12,000.",
    ],
    ["1000000001", "This calculator goes up to 1,000,000,000."],
  ])("%j gets an answer in words", (members, fault) => {
    expect(calculate({ members, approvals: "10" })).toEqual({
      members: expect.objectContaining({ text: members, fault }),
      approvals: expect.objectContaining({ fault: "" }),
      costs: null,
      cheapest: null,
    });
  });
});
