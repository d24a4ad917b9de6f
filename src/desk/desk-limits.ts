import { LIMITS, SANDBOX_LIMITS, type Rates } from "./rate-limits.ts";
import { WAIT_CAPS, type WaitCaps } from "./waits/waiters.ts";

/** Everything that bounds the callers of one tenant. */
export interface DeskLimits {
  readonly rates: Rates;
  /** Of a sandbox, for all of its callers together. */
  readonly sandboxRates: Rates;
  readonly waits: WaitCaps;
  /** How many requests of one API key may wait for one person. */
  readonly pendingRequests: number;
}

export const DESK_LIMITS: DeskLimits = {
  rates: LIMITS,
  sandboxRates: SANDBOX_LIMITS,
  waits: WAIT_CAPS,
  /** Half an hour's work for a person who decides one in ten seconds. More would hide what others ask. */
  pendingRequests: 200,
};
