import { refuse, type Result } from "../../core/refusal.ts";
import type { LastRejection } from "../../store/confirmation/deliveries.ts";
import { isoTime } from "../runtime.ts";

/** After a rejection nobody is asked the same for this time. */
const REJECTION_LOCK_MINUTES = 15;

/** A rejection before this time no longer locks. */
export function locksAfter(now: number): number {
  return now - REJECTION_LOCK_MINUTES * 60_000;
}

/** The refusal of a request that a person has recently rejected. */
export function rejectionLock({ id, at }: LastRejection): Extract<Result<never>, { ok: false }> {
  const until = isoTime(at + REJECTION_LOCK_MINUTES * 60_000);
  return refuse("rejection_locked", `this was rejected (${id}) and can't be asked again before ${until}`);
}
