import { refuse, type Result } from "../refusal.ts";
import { endOfMonth, monthName } from "./month.ts";
import { limitsOf, PLANS, type PlanName } from "./plans.ts";

// Refusals where a plan ends. The statements that insert count in the rows themselves; this explains why they did not.

/** Whether there can be one more member than these, people who are only invited included. Undefined if so. */
export function checkMemberLimit(plan: PlanName, members: number): Result<never> | undefined {
  const most = limitsOf(plan).members;
  return most === null || members < most
    ? undefined
    : refuse(
        "plan_limit",
        `the plan ${PLANS[plan].title} has ${most} members and all are taken; choose the role approver, which is free, remove a member, or upgrade the plan`,
      );
}

/** Whether there can be one more project than these, archived ones and test projects not included. Undefined if so. */
export function checkProjectLimit(plan: PlanName, projects: number): Result<never> | undefined {
  const most = limitsOf(plan).projects;
  return most === null || projects < most
    ? undefined
    : refuse(
        "plan_limit",
        `the plan ${PLANS[plan].title} has ${most === 1 ? "1 project" : `${most} projects`} and there is no room for another; archive a project, or upgrade the plan`,
      );
}

/** Whether there can be one more request in this month, after so many. Undefined if so. */
export function checkMonthLimit(plan: PlanName, month: string, requests: number): Result<never> | undefined {
  const most = limitsOf(plan).approvals;
  return most === null || requests < most
    ? undefined
    : refuse(
        "quota_exceeded",
        `the plan ${PLANS[plan].title} has ${most} approvals a month, and those of ${monthName(month)} are used; nothing was asked: upgrade the plan, or ask again from ${endOfMonth(month)} on; earlier requests can still be decided and used`,
      );
}
