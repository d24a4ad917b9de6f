import { monthOf, nextMonth } from "../../core/account/month.ts";
import { invoicePreview, limitsOf, PLANS } from "../../core/account/plans.ts";
import type { UsageData } from "../../core/pages/usage-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { readUsage } from "../../store/account/usage.ts";
import { act, type ActCall } from "../acts/act.ts";
import { isoTime } from "../runtime.ts";

export const USAGE_ACTS = { "usage.read": act("usage.read", usageOf) };

export async function usageOf({ runtime, store }: ActCall, _input: null): Promise<Result<UsageData>> {
  const { plan, months, members, projects } = await readUsage(store);
  const month = monthOf(runtime.now());
  const approvals = months.find((one) => one.month === month)?.requests ?? 0;
  const max = limitsOf(plan);
  const included = PLANS[plan];
  return accept({
    plan,
    month,
    monthEndsAt: isoTime(nextMonth(month)),
    approvals: { used: approvals, included: included.approvals.included, max: max.approvals },
    members: { used: members, included: included.members.included, max: max.members },
    projects: { used: projects, included: max.projects, max: max.projects },
    months: months.map((one) => ({ month: one.month, approvals: one.requests })),
    invoicePreview: invoicePreview(plan, { members, approvals }),
  });
}
