import { describe, expect, it } from "vitest";
import { durationText, figuresFrom, figuresOf, median } from "../../../src/core/report/request-figures.ts";

const NOW = Date.parse("2026-11-28T09:30:00.000Z");
const SECOND = 1_000;
const request = (created: string, status: "approved" | "rejected" | "expired" | "pending", seconds = 0) => ({
  status,
  createdAt: Date.parse(created),
  notifiedAt: Date.parse(created) + SECOND,
  openedAt: status === "pending" ? null : Date.parse(created) + 3 * SECOND,
  decidedAt: status === "pending" ? null : Date.parse(created) + seconds * SECOND,
  approver: "alex",
});

describe("the figures", () => {
  it("have a day each for the last 30 days of UTC, today included", () => {
    const { days, approvers } = figuresOf([], NOW);
    expect([days.length, days[0]?.day, days.at(-1)?.day]).toEqual([30, "2026-10-30", "2026-11-28"]);
    expect(new Date(figuresFrom(NOW)).toISOString()).toBe("2026-10-30T00:00:00.000Z");
    expect(approvers).toEqual([]);
  });

  it("count a request on the day on which it was created, and time only what somebody decided", () => {
    const { days, approvers } = figuresOf(
      [
        request("2026-11-27T23:59:59.000Z", "approved", 10),
        request("2026-11-28T00:00:00.000Z", "approved", 20),
        request("2026-11-28T08:00:00.000Z", "rejected", 40),
        request("2026-11-28T08:30:00.000Z", "expired", 900),
        request("2026-11-28T09:00:00.000Z", "pending"),
        { ...request("2026-11-28T09:00:00.000Z", "approved", 60), approver: "sam" },
        { ...request("2026-11-28T09:00:00.000Z", "approved", 5), approver: null },
      ],
      NOW,
    );
    expect(days.at(-2)).toMatchObject({ approved: 1, rejected: 0, medianSeconds: 10 });
    expect(days.at(-1)).toMatchObject({
      approved: 3,
      rejected: 1,
      expired: 1,
      cancelled: 0,
      pending: 1,
      medianSeconds: 30,
    });
    expect(approvers).toEqual([
      { approver: "alex", decided: 3, medianSeconds: 20 },
      { approver: "sam", decided: 1, medianSeconds: 60 },
    ]);
  });

  it("say where the time goes, of requests that got so far", () => {
    const decided = (seconds: number) => request("2026-11-28T00:00:00.000Z", "approved", seconds);
    const unheard = { ...decided(9), notifiedAt: null, openedAt: null };
    const requests = [decided(10), decided(20), decided(30), unheard];
    expect(figuresOf([...requests, request("2026-11-28T01:00:00.000Z", "pending")], NOW).stages).toEqual([
      { stage: "notified", count: 4, medianSeconds: 1, p95Seconds: 1 },
      { stage: "opened", count: 3, medianSeconds: 2, p95Seconds: 2 },
      { stage: "decided", count: 3, medianSeconds: 17, p95Seconds: 27 },
      { stage: "whole", count: 4, medianSeconds: 15, p95Seconds: 30 },
    ]);
    expect(figuresOf([], NOW).stages).toEqual([]);
  });

  it.each([
    [[], null],
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])("say that the median of %j is %j", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it.each([
    [0, "0 s"],
    [99.4, "99 s"],
    [100, "2 min"],
    [90 * 60, "90 min"],
    [100 * 60, "1 h 40 min"],
    [2 * 3_600, "2 h"],
    [30 * 3_600, "1 day"],
    [72 * 3_600, "3 days"],
  ])("write %d seconds as %s", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
