import { monthOf, nextMonth } from "./month.ts";
import { PLANS, type PlanName } from "./plans.ts";

// When the content of decided requests is erased. An organisation keeps as many days as its plan has, or fewer if it
// has chosen so. Erasing goes on for a calendar month, in UTC, and people are notified seven days before each month's
// first erasure, and again before a shorter history applies.

const DAY_MILLISECONDS = 24 * 3_600_000;
export const NOTICE_DAYS = 7;
const NOTICE_MILLISECONDS = NOTICE_DAYS * DAY_MILLISECONDS;
/** The shortest history that an organisation can choose. */
export const RETENTION_MIN_DAYS = 1;

export interface History {
  readonly days: number;
  /** As the record of an erasure names it. */
  readonly rule: string;
}

/** Null if nothing is erased. */
export function historyOf(plan: PlanName, chosenDays: number | null): History | null {
  const { historyDays, title } = PLANS[plan];
  if (chosenDays !== null && (historyDays === null || chosenDays < historyDays))
    return { days: chosenDays, rule: `history of ${dayCount(chosenDays)} (chosen by the organisation)` };
  return historyDays === null
    ? null
    : { days: historyDays, rule: `history of ${dayCount(historyDays)} (plan ${title})` };
}

function dayCount(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}

/** What was announced. */
export interface Announcement {
  /** The history that was announced. */
  readonly days: number;
  /** The first erasure that was announced last. */
  readonly erasesAt: number;
  /** The month in which content is being erased; null before the first erasure. */
  readonly month: string | null;
}

interface RetentionStep {
  /** What is to be stored now, before anything is erased; null: nothing. */
  readonly announce: Announcement | null;
  /** Content from before this time may be erased now; null: none. */
  readonly before: number | null;
}

/** `oldest` is the time of the oldest record that can be erased. */
export function retentionStep(
  { days }: History,
  known: Announcement | undefined,
  oldest: number | undefined,
  now: number,
): RetentionStep {
  const month = monthOf(now);
  const isReached = (at: number) => oldest !== undefined && oldest < at - days * DAY_MILLISECONDS;
  // A shorter history than the one that was announced is announced again.
  if (known !== undefined && known.days <= days) {
    const isAhead = known.month === null || known.erasesAt >= nextMonth(known.month);
    if (isAhead && known.erasesAt > now && known.month !== month)
      return { announce: known.days === days ? null : { ...known, days }, before: null };
    if (known.month === month || isAhead) {
      const next = Math.max(nextMonth(month), now + NOTICE_MILLISECONDS);
      const isDue = known.erasesAt < nextMonth(month) && next === now + NOTICE_MILLISECONDS;
      const erasesAt = isDue && isReached(next) ? next : known.erasesAt;
      const announce = { days, erasesAt, month };
      return { announce: isSame(announce, known) ? null : announce, before: now - days * DAY_MILLISECONDS };
    }
  }
  const erasesAt = now + NOTICE_MILLISECONDS;
  return { announce: isReached(erasesAt) ? { days, erasesAt, month: null } : null, before: null };
}

function isSame(one: Announcement, other: Announcement): boolean {
  return one.days === other.days && one.erasesAt === other.erasesAt && one.month === other.month;
}

/** The erasure to notify people of. */
export interface RetentionNotice {
  readonly at: number;
  /** Requests that were decided before this time lose their content. */
  readonly before: number;
}

export function noticeOf({ days, erasesAt }: Announcement, now: number): RetentionNotice | null {
  return erasesAt > now ? { at: erasesAt, before: erasesAt - days * DAY_MILLISECONDS } : null;
}
