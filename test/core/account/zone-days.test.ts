import { describe, expect, it } from "vitest";
import { dayAfter, dayAt, isDay, startOfDay } from "../../../src/core/account/zone-days.ts";

// Days in an organisation's time zone: for the filter of a period, and for figures of each day.

describe("a day", () => {
  it.each([
    ["2026-11-28", "UTC", "2026-11-28T00:00:00.000Z"],
    ["2026-11-28", "Europe/Vienna", "2026-11-27T23:00:00.000Z"],
    ["2026-07-01", "Europe/Vienna", "2026-06-30T22:00:00.000Z"],
    ["2026-11-28", "Asia/Kolkata", "2026-11-27T18:30:00.000Z"],
    ["2026-11-28", "Pacific/Kiritimati", "2026-11-27T10:00:00.000Z"],
    ["2026-11-28", "Pacific/Pago_Pago", "2026-11-28T11:00:00.000Z"],
    // Clocks go forward at midnight, so the day begins at one o'clock.
    ["2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00.000Z"],
  ])("%s in %s begins at %s", (day, zone, start) => {
    const time = startOfDay(day, zone);
    expect(new Date(time).toISOString()).toBe(start);
    expect([dayAt(time - 1, zone) < day, dayAt(time, zone)]).toEqual([true, day]);
  });

  it.each([
    ["2026-12-31", 1, "2027-01-01"],
    ["2026-03-01", -1, "2026-02-28"],
    ["2026-11-28", -29, "2026-10-30"],
  ])("%s and %d days more is %s", (day, days, other) => expect(dayAfter(day, days)).toBe(other));

  it.each(["2026-02-30", "2026-1-1", "yesterday", "", "2026-13-01", "2026-11-28T00:00:00Z"])(
    "is not %j",
    (text) => expect(isDay(text)).toBe(false),
  );
});
