/** After the first attempt, the second, and so on: a request often expires after 15 minutes. */
export const NOTICE_DELAYS_SECONDS = [5, 30, 120, 600] as const;
/** A receiver can ask for more time, but not for so much that nobody would know what it was about. */
const AFTER_MAX_SECONDS = 24 * 3_600;

/** When to try again after so many attempts; undefined if it was the last one. */
export function nextNoticeTry(attempts: number, now: number, afterSeconds = 0): number | undefined {
  const delay = NOTICE_DELAYS_SECONDS[attempts - 1];
  if (delay === undefined) return undefined;
  return now + Math.max(delay, Math.min(afterSeconds, AFTER_MAX_SECONDS)) * 1_000;
}
