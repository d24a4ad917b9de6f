// When a person wants no notices: each day between two times of the person's clock, and until a time once.

const MINUTE_MILLISECONDS = 60_000;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;

interface QuietSettings {
  /** Minutes of the day. Null, or both the same: no quiet hours. */
  readonly quietFrom: number | null;
  readonly quietUntil: number | null;
  readonly timeZone: string;
  readonly pausedUntil: number | null;
}

/** When the person wants notices again; null if now. */
export function quietUntil(settings: QuietSettings, now: number): number | null {
  const at = Math.max(now, settings.pausedUntil ?? 0);
  const end = isQuiet(settings, at) ? endOfQuiet(settings, at) : at;
  return end > now ? end : null;
}

function isQuiet({ quietFrom, quietUntil: until, timeZone }: QuietSettings, at: number): boolean {
  if (quietFrom === null || until === null) return false;
  const minute = minuteOfDay(at, timeZone);
  const isAfterStart = minute >= quietFrom;
  const isBeforeEnd = minute < until;
  // The night is over midnight.
  return quietFrom < until ? isAfterStart && isBeforeEnd : quietFrom > until && (isAfterStart || isBeforeEnd);
}

function endOfQuiet(settings: QuietSettings, at: number): number {
  const until = settings.quietUntil ?? 0;
  const minutesTo = (time: number) =>
    (until - minuteOfDay(time, settings.timeZone) + DAY_MINUTES) % DAY_MINUTES;
  const startOfMinute = at - (at % MINUTE_MILLISECONDS);
  const end = startOfMinute + minutesTo(at) * MINUTE_MILLISECONDS;
  // The clocks were changed meanwhile.
  const missing = minutesTo(end);
  const moved = missing < DAY_MINUTES / 2 ? missing : missing - DAY_MINUTES;
  const corrected = end + moved * MINUTE_MILLISECONDS;
  // A change of the clocks can skip the end.
  return isQuiet(settings, corrected) ? end : corrected;
}

function minuteOfDay(at: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const [hour = 0, minute = 0] = format.format(at).split(":").map(Number);
  return hour * HOUR_MINUTES + minute;
}
