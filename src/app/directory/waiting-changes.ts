import { canonicalText } from "../../core/encoding/jcs.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Change } from "../../core/stream/change-format.ts";
import { countPendingChanges, findSameRequests } from "../../store/confirmation/confirmations.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

/** As many as a page of an inbox has, where changes come first: no API key may push everything else out. */
const WAITING_MAX = 50;

/** For changes of which an API key can ask for any number. A request that is pending already can be asked for again. */
export async function checkWaitingChanges(
  store: TenantStore,
  change: Change,
  now: number,
): Promise<Result<"allowed">> {
  const type = change.change;
  if ((await countPendingChanges(store, type, now, WAITING_MAX)) < WAITING_MAX) return accept("allowed");
  const same = await findSameRequests(store, { type, payload: canonicalText(change) }, ["pending"]);
  return same.some(({ expiresAt }) => expiresAt > now)
    ? accept("allowed")
    : refuse(
        "quota_exceeded",
        `${WAITING_MAX} changes of this kind wait for a signature; ask again when some are decided or have expired`,
      );
}
