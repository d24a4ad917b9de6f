import { describe, expect, test } from "vitest";
import { hasFailedTooLong, outcomeOfAttempt } from "../../../src/core/webhook/ladder.ts";

const NOW = 1_800_000_000_000;
const DAY = 86_400;
const answer = (status: number | null, retryAfterSeconds: number | null = null) => ({
  status,
  retryAfterSeconds,
});

/** The seconds until the next attempt. */
function waitAfter(attempts: number, status: number | null, retryAfter: number | null = null): number {
  const outcome = outcomeOfAttempt(answer(status, retryAfter), attempts, NOW);
  if (outcome.kind !== "retry") throw new Error(`the outcome is ${outcome.kind}`);
  return (outcome.at - NOW) / 1_000;
}

test("a delivery is repeated nine times, in the steps of the documents, and then failed", () => {
  const waits = Array.from({ length: 9 }, (_, at) => waitAfter(at + 1, 500));
  expect(waits).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, DAY]);
  expect(outcomeOfAttempt(answer(500), 10, NOW)).toEqual({ kind: "failed" });
  expect(outcomeOfAttempt(answer(204), 10, NOW)).toEqual({ kind: "delivered" });
});

describe("an answer", () => {
  test.each([200, 201, 204, 299])("%i is a delivery", (status) => {
    expect(outcomeOfAttempt(answer(status), 1, NOW)).toEqual({ kind: "delivered" });
  });
  test.each([100, 300, 302, 304, 400, 401, 404, 409, 429, 500, 503, null])("%s is repeated", (status) => {
    expect(waitAfter(1, status)).toBe(5);
  });
  test("410 disables the webhook, in the last attempt, too", () => {
    expect([1, 10].map((attempts) => outcomeOfAttempt(answer(410), attempts, NOW).kind)).toEqual([
      "gone",
      "gone",
    ]);
  });
});

test.each([
  ["a longer wait is respected", 1, 120, 120],
  ["a shorter one is not: the steps are the least", 3, 60, 1_800],
  ["more than a day is a day", 1, 30 * DAY, DAY],
  ["nonsense is no wait", 1, -5, 5],
])("Retry-After: %s", (_name, attempts, retryAfter, wait) => {
  expect(waitAfter(attempts, 429, retryAfter)).toBe(wait);
});

test("a webhook fails too long after five days without a delivery", () => {
  const since = (days: number) => NOW - days * DAY * 1_000;
  expect([null, since(0), since(4.99)].map((at) => hasFailedTooLong(at, NOW))).toEqual([false, false, false]);
  expect(hasFailedTooLong(since(5), NOW)).toBe(true);
});
