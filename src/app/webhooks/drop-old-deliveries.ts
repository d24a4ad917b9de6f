import { deleteOldDeliveries } from "../../store/webhooks/old-deliveries.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

/** As long as this, people can look at what was sent, and send it again. */
const DELIVERIES_KEPT_MILLISECONDS = 30 * 24 * 3_600_000;
/** With full batches 5,000 rows in one alarm. */
const BATCHES_MAX = 10;
const PAUSE_MILLISECONDS = 1_000;

/** Deletes old deliveries, by the Desk's alarm. Returns when to look again; undefined if there are none. */
export async function dropOldDeliveries(
  { now }: Pick<Runtime, "now">,
  store: TenantStore,
): Promise<number | undefined> {
  const until = now() - DELIVERIES_KEPT_MILLISECONDS;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const { hasMore, nextAt } = await deleteOldDeliveries(store, until);
    if (!hasMore) return nextAt === undefined ? undefined : nextAt + DELIVERIES_KEPT_MILLISECONDS;
  }
  return now() + PAUSE_MILLISECONDS;
}
