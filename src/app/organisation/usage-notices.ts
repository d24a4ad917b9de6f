import { monthName } from "../../core/account/month.ts";
import { NOTICE_PERCENTS } from "../../core/account/usage-notice.ts";
import { insertUsageNotices } from "../../store/account/usage.ts";
import { countedMonth, type NewConfirmation } from "../../store/confirmation/new-confirmations.ts";
import { newId, type Platform } from "../runtime.ts";

/** To be run after these requests in their transaction: the audit trail says once how much of the plan is used. */
export function usageNotices(platform: Platform, drafts: readonly NewConfirmation[]) {
  // Around midnight they can be of two months.
  const months = new Set(drafts.flatMap(({ row }) => countedMonth(row) ?? []));
  return [...months].map((month) =>
    insertUsageNotices({
      month,
      at: platform.now(),
      subjectName: monthName(month),
      ids: NOTICE_PERCENTS.map(() => newId(platform, "y")),
    }),
  );
}
