import { monthName } from "../../core/account/month.ts";
import { insertUsageNotice } from "../../store/account/usage.ts";
import { countedMonth, type NewConfirmation } from "../../store/confirmation/new-confirmations.ts";

/** To be run after these requests in their transaction: the audit trail says once how much of the plan is used. */
export function usageNotices(drafts: readonly NewConfirmation[]) {
  // Around midnight they can be of two months.
  const last = new Map(drafts.map(({ row }) => [countedMonth(row), row] as const));
  return [...last].flatMap(([month, { id, createdAt }]) =>
    month === null
      ? []
      : [insertUsageNotice({ id: noticeId(id), at: createdAt, month, monthName: monthName(month) })],
  );
}

/** Of the request that is the last one before it: new and in order of time, as that one's. */
function noticeId(confirmation: string): string {
  return `y${confirmation.slice(confirmation.indexOf("_"))}`;
}
