import { refuse, type Result } from "../../core/refusal.ts";
import { findLastRejection } from "../../store/confirmation/deliveries.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import type { RequestIdentity } from "./deduplicate.ts";

/** After a rejection nobody is asked the same for this time. */
const REJECTION_LOCK_MINUTES = 15;

/** The refusal of a request that a person has recently rejected. */
export async function rejectionLock(
  runtime: Runtime,
  store: TenantStore,
  { hash }: RequestIdentity,
): Promise<Extract<Result<never>, { ok: false }> | undefined> {
  const row = await findLastRejection(store, hash);
  if (row === undefined) return undefined;
  // The time runs from the delivery, so a requester that reads the rejection late has the same lock.
  const start = Math.max(row.decidedAt ?? 0, row.deliveredAt ?? 0);
  const until = start + REJECTION_LOCK_MINUTES * 60_000;
  if (until <= runtime.now()) return undefined;
  return refuse(
    "rejection_locked",
    `this was rejected (${row.id}) and can't be asked again before ${isoTime(until)}`,
  );
}
