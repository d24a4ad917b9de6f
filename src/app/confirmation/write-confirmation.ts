import { eq } from "drizzle-orm";
import { insertConfirmations, type NewConfirmation } from "../../store/new-confirmations.ts";
import { confirmations } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

// How a new confirmation is written down. One that comes alone is written here: the way to the tenant's desk would
// take as long as a fifth of it. Where many come, the desk writes those of the same moment in one transaction, and
// one of thirty hardly takes longer than one of one.

/** Alone is what comes so long after the one before it. */
const QUIET_MILLISECONDS = 20;
/** The desk's clock may be ahead of this one's, and the alarm that this Worker knows of be over. */
const CLOCKS_APART_MILLISECONDS = 5_000;
const TENANTS_MAX = 10_000;

/** What this Worker knows of a tenant: nothing that has to be true, and nothing that is missed. */
interface Known {
  lastAt: number;
  /** When the desk wakes up next, as it said: an alarm is only ever put earlier. */
  alarm: number;
}
const tenants = new Map<string, Known>();

/** Whether it was made; if not, a fact that it rests on did not hold. The desk knows by then when it is due. */
export async function writeConfirmation(
  runtime: Runtime,
  store: TenantStore,
  draft: NewConfirmation,
): Promise<boolean> {
  const desk = runtime.desk(store.tenantId);
  const now = runtime.now();
  const known = knownOf(store.tenantId);
  const isAlone = known.lastAt + QUIET_MILLISECONDS < now;
  known.lastAt = now;
  try {
    if (!isAlone) return await desk.create(draft);
    const made = await insertConfirmations(store, [draft]);
    if (made.size === 0) return false;
    const { expiresAt } = draft.row;
    const isHeard = known.alarm <= expiresAt && known.alarm > runtime.now() + CLOCKS_APART_MILLISECONDS;
    if (!isHeard) known.alarm = await desk.wakeAt(expiresAt);
    return true;
  } catch (problem) {
    // Perhaps only the answer was lost.
    if (await store.first(confirmations, eq(confirmations.id, draft.row.id))) return true;
    throw problem;
  }
}

function knownOf(tenantId: string): Known {
  const known = tenants.get(tenantId);
  if (known !== undefined) return known;
  if (tenants.size >= TENANTS_MAX) tenants.clear();
  const fresh = { lastAt: 0, alarm: 0 };
  tenants.set(tenantId, fresh);
  return fresh;
}
