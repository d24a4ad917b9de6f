/** A `date-time` of RFC 3339, which is also the format of JSON Schema and OpenAPI. */
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})t((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;

/**
 * In milliseconds since 1970, or undefined if the text is not a date-time. Finer digits are cut off. A leap second is
 * the second after it, as in the times that we store.
 */
export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, date = "", minutes = "", seconds = "", fraction = "", sign, hours = "0", rest = "0"] = match;
  const day = new Date(`${date}T00:00:00Z`);
  // Without this check February 30 would be March 2.
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) return undefined;
  const milliseconds = Number(seconds) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  const offset = (Number(hours) * 60 + Number(rest)) * 60_000;
  return Date.parse(`${date}T${minutes}:00Z`) + milliseconds - (sign === "-" ? -offset : offset);
}
