import { describe, expect, it } from "vitest";
import { parseDateTime } from "../../../src/http/schemas/date-time.ts";

// The times that a query may contain: every date-time of RFC 3339, and nothing else.

describe("a date-time", () => {
  it.each([
    ["with milliseconds", "2026-01-31T12:00:00.250Z", "2026-01-31T12:00:00.250Z"],
    ["without a fraction", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["in lower case", "2026-01-31t12:00:00z", "2026-01-31T12:00:00.000Z"],
    ["with one digit of a second", "2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"],
    ["with nanoseconds", "2026-01-31T12:00:00.123999999Z", "2026-01-31T12:00:00.123Z"],
    ["east of UTC", "2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00.000Z"],
    ["west of UTC, over midnight", "2026-01-31T20:30:00.1-05:45", "2026-02-01T02:15:00.100Z"],
    ["with an unknown offset", "2026-01-31T12:00:00-00:00", "2026-01-31T12:00:00.000Z"],
    ["in a leap second", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
    ["on a leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["in a year before 100", "0099-01-01T00:00:00Z", "0099-01-01T00:00:00.000Z"],
  ])("%s is read: %s", (_name, text, utc) => {
    expect(new Date(parseDateTime(text) ?? Number.NaN).toISOString()).toBe(utc);
  });

  it.each([
    ["a date", "2026-01-31"],
    ["no offset", "2026-01-31T12:00:00"],
    ["no seconds", "2026-01-31T12:00Z"],
    ["a space for the T", "2026-01-31 12:00:00Z"],
    ["a plus that a query has read as a space", "2026-01-31T12:00:00 01:00"],
    ["a day that does not exist", "2026-02-30T12:00:00Z"],
    ["no leap year", "2026-02-29T12:00:00Z"],
    ["month 13", "2026-13-01T12:00:00Z"],
    ["hour 24", "2026-01-31T24:00:00Z"],
    ["minute 60", "2026-01-31T12:60:00Z"],
    ["second 61", "2026-01-31T12:00:61Z"],
    ["an offset of 24 hours", "2026-01-31T12:00:00+24:00"],
    ["an offset without a colon", "2026-01-31T12:00:00+0100"],
    ["a point without digits", "2026-01-31T12:00:00.Z"],
    ["a comma", "2026-01-31T12:00:00,5Z"],
    ["a week", "2026-W05-6T12:00:00Z"],
    ["six digits for the year", "+002026-01-31T12:00:00Z"],
    ["a number", "1769860800000"],
    ["a line break after it", "2026-01-31T12:00:00Z\n"],
    ["a word", "today"],
    ["nothing", ""],
  ])("with %s is refused: %j", (_name, text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});
