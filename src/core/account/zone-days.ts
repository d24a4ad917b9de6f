// Days in an organisation's time zone. A day is a text such as `2026-11-28`.

const DAY = /^\d{4}-\d\d-\d\d$/;
const HOUR_MILLISECONDS = 3_600_000;
/** No zone differs more from UTC. */
const ZONE_MAX_HOURS = 14;

/** Whether the text names a day of the calendar. */
export function isDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Some engines read 30 February as a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The day in this zone at this time. */
export function dayAt(milliseconds: number, zone: string): string {
  return formatOf(zone).format(milliseconds);
}

/** The day so many days later. */
export function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, DAY_CHARACTERS);
}

const DAY_CHARACTERS = "2026-11-28".length;

/** When this day begins in this zone: the first moment that has its date. A change of the clocks can skip midnight. */
export function startOfDay(day: string, zone: string): number {
  const format = formatOf(zone);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let before = midnight - (ZONE_MAX_HOURS + 1) * HOUR_MILLISECONDS;
  let after = midnight + (ZONE_MAX_HOURS + 1) * HOUR_MILLISECONDS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (format.format(middle) < day) before = middle;
    else after = middle;
  }
  return after;
}

/** In the form of ISO 8601: texts of days sort by time. */
function formatOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
}
