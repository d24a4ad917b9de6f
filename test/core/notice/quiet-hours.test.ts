import { describe, expect, it } from "vitest";
import { nextNoticeTry } from "../../../src/core/notice/notice-ladder.ts";
import { quietUntil } from "../../../src/core/notice/quiet-hours.ts";

const HOUR = 60;
const at = (text: string) => Date.parse(text);
const shown = (time: number | null) => (time === null ? null : new Date(time).toISOString().slice(0, 16));

const NIGHT = { quietFrom: 22 * HOUR, quietUntil: 7 * HOUR, timeZone: "Europe/Berlin", pausedUntil: null };
const LUNCH = { ...NIGHT, quietFrom: 12 * HOUR, quietUntil: 13 * HOUR + 30 };

describe("a notice waits", () => {
  it.each([
    ["before the night", NIGHT, "2026-11-28T20:59:59Z", null],
    ["from the first minute of the night", NIGHT, "2026-11-28T21:00:00Z", "2026-11-29T06:00"],
    ["after midnight", NIGHT, "2026-11-29T03:12:45Z", "2026-11-29T06:00"],
    ["until the last minute", NIGHT, "2026-11-29T05:59:59Z", "2026-11-29T06:00"],
    ["after the night", NIGHT, "2026-11-29T06:00:00Z", null],
    ["at noon", LUNCH, "2026-11-28T11:30:00Z", "2026-11-28T12:30"],
    ["in the evening, with a break at noon", LUNCH, "2026-11-28T21:30:00Z", null],
    [
      "in Kathmandu, 5 h 45 min ahead",
      { ...NIGHT, timeZone: "Asia/Kathmandu" },
      "2026-11-28T18:00:00Z",
      "2026-11-29T01:15",
    ],
    ["in the night with an hour less", NIGHT, "2026-03-28T22:30:00Z", "2026-03-29T05:00"],
    ["in the night with an hour more", NIGHT, "2026-10-24T21:30:00Z", "2026-10-25T06:00"],
    [
      "until a time that the clocks skip",
      { ...NIGHT, quietUntil: 2.5 * HOUR },
      "2026-03-28T23:00:00Z",
      "2026-03-29T01:30",
    ],
    ["without quiet hours", { ...NIGHT, quietFrom: null, quietUntil: null }, "2026-11-29T03:00:00Z", null],
    [
      "with quiet hours of no length",
      { ...NIGHT, quietUntil: NIGHT.quietFrom },
      "2026-11-28T21:00:00Z",
      null,
    ],
    [
      "during a pause",
      { ...LUNCH, pausedUntil: at("2026-12-24T16:00:00Z") },
      "2026-11-28T20:00:00Z",
      "2026-12-24T16:00",
    ],
    ["after a pause", { ...LUNCH, pausedUntil: at("2026-11-28T19:00:00Z") }, "2026-11-28T20:00:00Z", null],
    [
      "for a pause that ends at night",
      { ...NIGHT, pausedUntil: at("2026-11-29T02:00:00Z") },
      "2026-11-28T20:00:00Z",
      "2026-11-29T06:00",
    ],
  ])("%s", (_when, settings, now, until) => {
    expect(shown(quietUntil(settings, at(now)))).toBe(until);
  });

  it("until a time that is not quiet itself, also in the nights in which the clocks are changed", () => {
    const evenings = ["2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"].map(at);
    const minutes = Array.from({ length: 100 }, (_one, place) => place * 7 * 60_000);
    const quietAtEnd = [1, 2, 2.5, 3, 7].flatMap((hours) =>
      evenings.flatMap((evening) =>
        minutes.filter((minute) => {
          const settings = { ...NIGHT, quietUntil: hours * HOUR };
          const end = quietUntil(settings, evening + minute);
          return end !== null && quietUntil(settings, end) !== null;
        }),
      ),
    );
    expect(quietAtEnd).toEqual([]);
  });
});

describe("a notice that could not be sent", () => {
  it.each([
    ["once", 1, undefined, 5],
    ["twice", 2, undefined, 30],
    ["three times", 3, undefined, 120],
    ["four times", 4, undefined, 600],
    ["five times", 5, undefined, undefined],
    ["once, and the receiver asks for more time", 1, 90, 90],
    ["once, and the receiver asks for less time", 1, 1, 5],
    ["once, and the receiver asks for a year", 1, 31_536_000, 86_400],
  ])("%s", (_how, attempts, after, seconds) => {
    const next = nextNoticeTry(attempts, 1_000, after);
    expect(next).toBe(seconds === undefined ? undefined : 1_000 + seconds * 1_000);
  });
});
