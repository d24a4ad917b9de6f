import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { LIMITS, RateLimits, type LimitName } from "../../../src/desk/rate-limits.ts";
import { rateLimitHeaders } from "../../../src/http/desk/rate-limit-headers.ts";

// How often one owner may call, what the answers say about it, and how much memory it takes.

const SECOND = 1_000;
let now = 0;
beforeEach(() => {
  now = 1_000_000;
});
const limitsOf = (bucketsMax?: number) => new RateLimits(LIMITS, () => now, bucketsMax);

/** How many of these calls are allowed. */
const allowed = (limits: RateLimits, name: LimitName, owner: string, calls: number): number =>
  Array.from({ length: calls }, () => limits.take(name, owner).result.ok).filter(Boolean).length;

describe("an owner", () => {
  it.each([
    ["creates", 600],
    ["polls", 6_000],
    ["waits", 1_200],
    ["exports", 60],
    ["messages", 30],
    ["ceremonies", 60],
    ["reads", 1_200],
    ["changes", 120],
    ["signIns", 600],
    ["enrolments", 120],
    ["unsubscribes", 600],
  ] as const)("may use %s %i times in a burst, and as often in each minute after it", (name, quota) => {
    const limits = limitsOf();
    expect(allowed(limits, name, "k", quota + 10)).toBe(quota);
    now += 60 * SECOND;
    expect(allowed(limits, name, "k", quota + 10)).toBe(quota);
    now += 30 * SECOND;
    expect(allowed(limits, name, "k", quota + 10)).toBe(quota / 2);
  });

  it("does not use up another owner's calls, or its own calls of another kind", () => {
    const limits = limitsOf();
    expect(allowed(limits, "ceremonies", "a", 100)).toBe(60);
    expect(allowed(limits, "ceremonies", "b", 100)).toBe(60);
    expect(allowed(limits, "changes", "a", 100)).toBe(100);
  });

  it("is never allowed more than a burst and what was refilled since", () => {
    const gaps = fc.array(fc.integer({ min: -5_000, max: 20_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const limits = limitsOf();
        let forward = 0;
        let count = allowed(limits, "ceremonies", "a", 100);
        for (const step of steps) {
          now += step;
          forward += Math.max(0, step);
          count += allowed(limits, "ceremonies", "a", 100);
        }
        expect(count).toBeLessThanOrEqual(60 + forward / SECOND);
      }),
    );
  });

  it("is served again soon after the clock was set back", () => {
    const limits = limitsOf();
    allowed(limits, "ceremonies", "a", 100);
    now -= 3_600 * SECOND;
    expect(allowed(limits, "ceremonies", "a", 5)).toBe(0);
    now += 2 * SECOND;
    expect(allowed(limits, "ceremonies", "a", 5)).toBe(2);
  });
});

describe("an answer", () => {
  it.each([
    ["the first call", 0, 0, '"ceremonies";r=59;t=59', undefined],
    ["half of the burst is used", 29, 0, '"ceremonies";r=30;t=30', undefined],
    ["the last call", 59, 0, '"ceremonies";r=0;t=1', undefined],
    ["one call too many", 60, 0, '"ceremonies";r=0;t=1', "1"],
    ["a second later", 60, 1, '"ceremonies";r=0;t=1', undefined],
  ])("says what remains: %s", (_when, before, seconds, expected, retryAfter) => {
    const limits = limitsOf();
    allowed(limits, "ceremonies", "a", before);
    now += seconds * SECOND;
    const headers = new Headers(rateLimitHeaders(limits.take("ceremonies", "a")));
    expect(headers.get("ratelimit")).toBe(expected);
    expect(headers.get("ratelimit-policy")).toBe('"ceremonies";q=60;w=60');
    expect(headers.get("retry-after") ?? undefined).toBe(retryAfter);
  });

  it("says what to do when there were too many calls", () => {
    const limits = limitsOf();
    allowed(limits, "creates", "a", 600);
    expect(limits.take("creates", "a").result).toEqual({
      ok: false,
      refusal: {
        code: "rate_limited",
        detail:
          "this API key may create 600 requests a minute; wait 1 s, then repeat the call, and call less often",
      },
    });
  });

  it("says nothing about limits if the call has none", () => {
    expect(rateLimitHeaders({ result: { ok: true, value: null }, rate: null })).toEqual({});
  });
});

describe("many owners", () => {
  const flood = (limits: RateLimits, from: number, count: number) => {
    for (let index = from; index < from + count; index++) limits.take("reads", `flood ${index}`);
  };

  it("take bounded memory, plus one bucket for each kind of call", () => {
    const limits = limitsOf(100);
    flood(limits, 0, 1_000);
    limits.take("polls", "flood");
    expect(limits.size).toBe(102);
  });

  it("get no calls back for anyone", () => {
    const limits = limitsOf(100);
    expect(allowed(limits, "ceremonies", "a", 100)).toBe(60);
    flood(limits, 0, 1_000);
    expect(allowed(limits, "ceremonies", "a", 100)).toBe(0);
  });

  it("share one quota if there is no place for them", () => {
    const limits = limitsOf(100);
    flood(limits, 0, 100);
    const counts = ["b", "c", "d"].map((owner) => allowed(limits, "ceremonies", owner, 50));
    expect(counts).toEqual([50, 10, 0]);
  });

  it("make place for others once they have been idle for a minute", () => {
    const limits = limitsOf(100);
    flood(limits, 0, 100);
    now += 60 * SECOND;
    expect(allowed(limits, "ceremonies", "b", 100)).toBe(60);
    expect(allowed(limits, "ceremonies", "c", 100)).toBe(60);
    expect(limits.size).toBe(100);
  });
});
