// A span of time as people type it: "30 min", "2 hours", "1 day 12 hours". A number alone is minutes.

const UNITS = new Map([
  ["s", 1],
  ["sec", 1],
  ["second", 1],
  ["seconds", 1],
  ["", 60],
  ["m", 60],
  ["min", 60],
  ["minute", 60],
  ["minutes", 60],
  ["h", 3_600],
  ["hour", 3_600],
  ["hours", 3_600],
  ["d", 86_400],
  ["day", 86_400],
  ["days", 86_400],
]);

export const SPAN_MAX_CHARACTERS = 40;
export const SPAN_RULE = "must be a time such as 30 min, 2 hours or 1 day";

/** Seconds; undefined if the text is no span. */
export function readSpan(text: string): number | undefined {
  const words = text.trim().toLowerCase();
  if (words.length > SPAN_MAX_CHARACTERS || !/^(?:\d{1,8} ?[a-z]* ?)+$/.test(words)) return undefined;
  let seconds = 0;
  for (const [, count, unit = ""] of words.matchAll(/(\d+) ?([a-z]*)/g)) {
    const size = UNITS.get(unit);
    if (size === undefined) return undefined;
    seconds += Number(count) * size;
  }
  return seconds;
}
