import { describe, expect, it } from "vitest";
import { countOfCall, summariesOf, type CallCount } from "../../../src/core/report/call-figures.ts";

const START = Date.parse("2026-11-28T10:59:59.900Z");

/** Calls of one kind that took so many milliseconds; those below zero failed. */
const counts = (...durations: readonly number[]): readonly CallCount[] =>
  durations.map((duration) =>
    countOfCall({
      kind: "ask",
      startedAt: START,
      endedAt: START + Math.abs(duration),
      hasFailed: duration < 0,
    }),
  );

describe("a call is counted", () => {
  it.each([
    ["in no time", 0, 1],
    ["at a bound", 15, 15],
    ["beyond a bound", 16, 20],
    ["for longer than any client waits", 3_600_000, 60_000],
  ])("that took %s", (_name, duration, bound) => {
    expect(counts(duration)).toMatchObject([{ withinMilliseconds: bound, answered: 1, failed: 0 }]);
  });

  it("in the minute in which it ended", () => {
    const [before, after] = counts(99, 100);
    expect(new Date(before?.minute ?? 0).toISOString()).toBe("2026-11-28T10:59:00.000Z");
    expect(new Date(after?.minute ?? 0).toISOString()).toBe("2026-11-28T11:00:00.000Z");
  });

  it("as one of no duration if the clock was set back", () => {
    const call = { kind: "use", startedAt: START, endedAt: START - 5_000, hasFailed: false } as const;
    expect(countOfCall(call).withinMilliseconds).toBe(1);
  });
});

describe("the summary", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1);

  it.each<[string, readonly number[], object]>([
    ["of nothing", [], { answered: 0, failed: 0, medianMilliseconds: null, p95Milliseconds: null }],
    ["of one call", [7], { answered: 1, failed: 0, medianMilliseconds: 8, p95Milliseconds: 8 }],
    ["of two calls", [3, 90], { answered: 2, medianMilliseconds: 3, p95Milliseconds: 100 }],
    ["of a hundred calls", hundred, { answered: 100, medianMilliseconds: 60, p95Milliseconds: 100 }],
    ["of one slow call among many", [...hundred.slice(0, 40), 9_000], { p95Milliseconds: 40 }],
    ["of calls that failed", [-5, -900], { answered: 0, failed: 2, medianMilliseconds: null }],
    ["without the time of calls that failed", [5, -900], { answered: 1, failed: 1, p95Milliseconds: 6 }],
  ])("%s", (_name, durations, expected) => {
    const [ask, ...others] = summariesOf(counts(...durations));
    expect(ask).toMatchObject(expected);
    expect(others.map(({ kind, answered }) => [kind, answered])).toEqual([
      ["read", 0],
      ["decide", 0],
      ["use", 0],
    ]);
  });
});
