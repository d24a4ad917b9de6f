import { dayAfter, dayAt, isDay, startOfDay } from "../account/zone-days.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { PAUSE_MAX_DAYS } from "./channel-limits.ts";

// Until when a person wants no notices: for an hour, until tomorrow, or until a day. A pause that ends on a day ends in
// its morning, so that nobody is woken up.

const HOUR_MILLISECONDS = 3_600_000;
export const MORNING_HOUR = 8;

/** A day is a text such as `2026-11-28`. */
export function endOfPause(choice: string, now: number, timeZone: string): Result<number> {
  if (choice === "hour") return accept(now + HOUR_MILLISECONDS);
  const today = dayAt(now, timeZone);
  if (choice === "tomorrow") return accept(morningOf(dayAfter(today, 1), timeZone));
  const wrong = (detail: string) => refuse("validation_failed", detail, "/until");
  if (!isDay(choice)) return wrong("must be a day, such as 2026-01-31");
  if (choice > dayAfter(today, PAUSE_MAX_DAYS)) return wrong(`must be within ${PAUSE_MAX_DAYS} days`);
  const end = morningOf(choice, timeZone);
  return end > now ? accept(end) : wrong("has started; choose a later day");
}

/** The clocks are changed before the morning, if at all. */
function morningOf(day: string, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  const nearly = startOfDay(day, timeZone) + MORNING_HOUR * HOUR_MILLISECONDS;
  return nearly + (MORNING_HOUR - Number(format.format(nearly))) * HOUR_MILLISECONDS;
}
