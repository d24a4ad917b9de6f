import { LIMITS, type Rates } from "./rate-limits.ts";
import { WAIT_CAPS, type WaitCaps } from "./waiters.ts";

/** Everything that bounds the callers of one tenant. */
export interface DeskLimits {
  readonly rates: Rates;
  readonly waits: WaitCaps;
}

export const DESK_LIMITS: DeskLimits = { rates: LIMITS, waits: WAIT_CAPS };
