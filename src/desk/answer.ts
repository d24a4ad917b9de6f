import type { Result } from "../core/refusal.ts";
import type { RateReport } from "./rate-limits.ts";

/** What a Desk answers to one call. */
export interface Answer<Value> {
  readonly result: Result<Value>;
  /** What is left of the caller's share; null if the caller is not known. */
  readonly rate: RateReport | null;
  /** Whether the session was extended, so that the cookie must be, too. */
  readonly renewed: boolean;
}

/** An answer to somebody who is not known here. */
export function answerUnknown<Value>(result: Result<Value>): Answer<Value> {
  return { result, rate: null, renewed: false };
}
