import { dollars, grouped } from "./amounts.ts";
import { endOfMonth } from "./month.ts";
import { PLANS, type PlanName } from "./plans.ts";

/** People get a notice when so much of what the plan includes is used, in percent. */
export const NOTICE_PERCENTS = [80, 100] as const;

export interface UsageNotice {
  readonly percent: (typeof NOTICE_PERCENTS)[number];
  readonly text: string;
}

/** What members should know about this month's use of the plan. */
export function usageNotice(
  name: PlanName,
  { month, requests }: { readonly month: string; readonly requests: number },
): UsageNotice | undefined {
  const { title, approvals } = PLANS[name];
  const { included } = approvals;
  if (included === null) return undefined;
  const percent = NOTICE_PERCENTS.findLast((one) => requests * 100 >= one * included);
  if (percent === undefined) return undefined;
  const used =
    percent === 100
      ? `All ${grouped(included)} approvals of the plan ${title} for this month are used.`
      : `${grouped(requests)} of the ${grouped(included)} approvals of the plan ${title} for this month are used.`;
  return { percent, text: `${used} ${nextStep(name, percent, month)}` };
}

function nextStep(name: PlanName, percent: UsageNotice["percent"], month: string): string {
  const { further } = PLANS[name].approvals;
  if (further !== null)
    return `Further ones cost ${dollars(further.cents)} for each started ${grouped(further.per)}.`;
  const until = `until ${endOfMonth(month)}`;
  return percent === 100
    ? `New requests are refused ${until}, unless you upgrade the plan.`
    : `After the last one, new requests are refused ${until}. You can upgrade the plan.`;
}
