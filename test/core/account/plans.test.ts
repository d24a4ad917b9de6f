import { describe, expect, it } from "vitest";
import { invoicePreview, limitsOf, PLANS, type PlanName } from "../../../src/core/account/plans.ts";

describe("a plan", () => {
  it.each<[PlanName, number | null, number | null, number | null, number | null, number | null, boolean]>([
    // plan, cents a month, projects, members included, approvals included, days of history, export
    ["free", 0, 1, 2, 500, 7, false],
    ["team", 4_900, 5, 5, 5_000, 90, false],
    ["business", 24_900, 20, 20, 50_000, 365, true],
    ["enterprise", null, null, null, null, null, true],
  ])("%s includes what its price says", (name, ...row) => {
    const { cents, projects, members, approvals, historyDays, canExport } = PLANS[name];
    expect([cents, projects, members.included, approvals.included, historyDays, canExport]).toEqual(row);
  });

  it.each<[PlanName, number | null, number | null, number | null]>([
    // plan, most projects, most members, most approvals in a month
    ["free", 1, 2, 500],
    ["team", 5, null, null],
    ["business", 20, null, null],
    ["enterprise", null, null, null],
  ])("%s ends only where nothing further can be bought", (name, projects, members, approvals) => {
    expect(limitsOf(name)).toEqual({ projects, members, approvals });
  });
});

describe("an invoice preview", () => {
  it.each<[PlanName, members: number, approvals: number, total: number, lines: string[]]>([
    ["free", 2, 500, 0, ["plan 1 × 0"]],
    ["team", 1, 0, 4_900, ["plan 1 × 4900"]],
    ["team", 5, 5_000, 4_900, ["plan 1 × 4900"]],
    ["team", 5, 5_001, 5_700, ["plan 1 × 4900", "approvals 1 × 800"]],
    ["team", 5, 6_000, 5_700, ["plan 1 × 4900", "approvals 1 × 800"]],
    ["team", 5, 6_001, 6_500, ["plan 1 × 4900", "approvals 2 × 800"]],
    ["team", 7, 5_000, 6_700, ["plan 1 × 4900", "members 2 × 900"]],
    ["team", 6, 5_001, 6_600, ["plan 1 × 4900", "members 1 × 900", "approvals 1 × 800"]],
    ["business", 20, 50_000, 24_900, ["plan 1 × 24900"]],
    ["business", 21, 52_500, 27_300, ["plan 1 × 24900", "members 1 × 900", "approvals 3 × 500"]],
  ])("of %s with %i members and %i approvals", (name, members, approvals, totalCents, lines) => {
    const preview = invoicePreview(name, { members, approvals });
    expect(preview?.totalCents).toBe(totalCents);
    expect(preview?.lines.map((line) => `${line.name} ${line.quantity} × ${line.unitCents}`)).toEqual(lines);
    for (const { quantity, unitCents, cents } of preview?.lines ?? [])
      expect(cents).toBe(quantity * unitCents);
  });

  it("has no sum where the price is by agreement", () => {
    expect(invoicePreview("enterprise", { members: 1_000, approvals: 1_000_000 })).toBeNull();
  });
});
