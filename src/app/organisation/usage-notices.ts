import { monthName } from "../../core/account/month.ts";
import { eventIdOf } from "../../core/webhook/event-types.ts";
import { insertUsageNotice } from "../../store/account/usage.ts";
import { countedMonth, type NewConfirmation } from "../../store/confirmation/new-confirmations.ts";
import type { Run } from "../../store/prepared-statement.ts";
import { deliveriesOfEntry } from "../../store/webhooks/new-deliveries.ts";

/**
 * To be run after these requests in their transaction: the audit trail and webhooks say once how much of the plan is
 * used.
 */
export function usageNotices(drafts: readonly NewConfirmation[]): readonly Run<object>[] {
  // Around midnight they can be of two months.
  const last = new Map(drafts.map(({ row }) => [countedMonth(row), row] as const));
  return [...last].flatMap(([month, { id, createdAt: at }]) => {
    if (month === null) return [];
    const entry = noticeId(id);
    const event = { eventId: eventIdOf(entry), type: "quota.warning", at, subjectId: "", projectId: null };
    return [
      insertUsageNotice({ id: entry, at, month, monthName: monthName(month) }),
      deliveriesOfEntry(event, { entry, month }),
    ];
  });
}

/** Of the request that is the last one before it: new and in order of time, as that one's. */
function noticeId(confirmation: string): string {
  return `y${confirmation.slice(confirmation.indexOf("_"))}`;
}
