import type { Result } from "../../core/refusal.ts";
import type { RateReport } from "../../desk/rate-limits.ts";

// The fields of draft-ietf-httpapi-ratelimit-headers-11 (23 May 2026), which are structured fields: lists with one
// item, the name of the limit. "q" is its quota for a window of "w" seconds; "r" calls remain for the next "t" seconds.

interface LimitedAnswer {
  readonly result: Result<unknown>;
  readonly rate: RateReport | null;
}

/** For the headers of any answer of the Desk. `Retry-After` is there only if the call was refused for its rate. */
export function rateLimitHeaders({ result, rate }: LimitedAnswer): Readonly<Record<string, string>> {
  if (rate === null) return {};
  const { name, quota, windowSeconds, remaining, resetSeconds } = rate;
  const isLimited = !result.ok && result.refusal.code === "rate_limited";
  return {
    "ratelimit-policy": `"${name}";q=${quota};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${remaining};t=${resetSeconds}`,
    // Never earlier than the end of "t", as the draft requires.
    ...(isLimited ? { "retry-after": `${resetSeconds}` } : {}),
  };
}
