import { describe, expect, it } from "vitest";
import { endOfPause } from "../../../src/core/notice/pause.ts";

describe("a pause ends", () => {
  it.each([
    ["after an hour", "hour", "2026-11-28T10:15:00Z", "UTC", "2026-11-28T11:15:00.000Z"],
    ["tomorrow at eight", "tomorrow", "2026-11-28T10:15:00Z", "UTC", "2026-11-29T08:00:00.000Z"],
    [
      "tomorrow where the person is",
      "tomorrow",
      "2026-11-28T23:30:00Z",
      "Europe/Vienna",
      "2026-11-30T07:00:00.000Z",
    ],
    [
      "in the morning of a day",
      "2027-01-07",
      "2026-11-28T10:15:00Z",
      "America/New_York",
      "2027-01-07T13:00:00.000Z",
    ],
    [
      "at eight, also if a clock went forward",
      "tomorrow",
      "2026-03-28T12:00:00Z",
      "Europe/Vienna",
      "2026-03-29T06:00:00.000Z",
    ],
    [
      "at eight, also if a clock went back",
      "tomorrow",
      "2026-10-24T12:00:00Z",
      "Europe/Vienna",
      "2026-10-25T07:00:00.000Z",
    ],
    [
      "today, if the morning is to come",
      "2026-11-28",
      "2026-11-28T05:00:00Z",
      "UTC",
      "2026-11-28T08:00:00.000Z",
    ],
  ])("%s", (_name, choice, now, zone, end) => {
    const ended = endOfPause(choice, Date.parse(now), zone);
    expect(ended.ok && new Date(ended.value).toISOString()).toBe(end);
  });

  it.each([
    ["a day that has started", "2026-11-28", "has started"],
    ["a day long ago", "2020-01-01", "has started"],
    ["in more than a year", "2027-11-30", "must be within 366 days"],
    ["a day that does not exist", "2027-02-30", "must be a day"],
    ["nothing", "", "must be a day"],
    ["forever", "forever", "must be a day"],
  ])("not on %s", (_name, choice, text) => {
    const ended = endOfPause(choice, Date.parse("2026-11-28T10:15:00Z"), "UTC");
    expect(ended).toMatchObject({ ok: false, refusal: { at: "/until" } });
    expect(ended.ok ? "" : ended.refusal.detail).toContain(text);
  });
});
