import { findConfirmation } from "../../store/confirmation/confirmations.ts";
import { insertConfirmations, type NewConfirmation } from "../../store/confirmation/new-confirmations.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

// How a new confirmation is stored. A single one is inserted from this Worker: the call to the desk would take a
// fifth of the insert's time. When many arrive, the desk inserts those of the same moment in one transaction, and
// thirty take hardly longer than one.

/** A confirmation is a single one if none came in this time before it. */
const QUIET_MILLISECONDS = 20;
/** If the desk's clock is ahead by this much, the alarm that this Worker remembers has already fired. */
const CLOCK_SKEW_MILLISECONDS = 5_000;
const TENANTS_MAX = 10_000;

/** What this Worker remembers of a tenant. If it is wrong or lost, only time is lost. */
interface Activity {
  lastAt: number;
  /** The desk's alarm, as the desk reported it. Alarms are only set to earlier times. */
  alarm: number;
}
const activities = new Map<string, Activity>();

/** Whether it was inserted. If so, the desk's alarm is set for when it is due. */
export async function storeConfirmation(
  runtime: Runtime,
  store: TenantStore,
  draft: NewConfirmation,
): Promise<boolean> {
  const desk = runtime.desk(store.tenantId);
  const now = runtime.now();
  const activity = activityOf(store.tenantId);
  const isSingle = activity.lastAt + QUIET_MILLISECONDS < now;
  activity.lastAt = now;
  try {
    if (!isSingle) return await desk.create(draft);
    const inserted = await insertConfirmations(store, [draft]);
    if (inserted.size === 0) return false;
    const { dueAt } = draft.row;
    const isAlarmSet = activity.alarm <= dueAt && activity.alarm > runtime.now() + CLOCK_SKEW_MILLISECONDS;
    if (!isAlarmSet) activity.alarm = await desk.wakeAt(dueAt);
    return true;
  } catch (problem) {
    // The insert may have succeeded and only its answer be lost.
    if (await findConfirmation(store, draft.row.id)) return true;
    throw problem;
  }
}

function activityOf(tenantId: string): Activity {
  const remembered = activities.get(tenantId);
  if (remembered !== undefined) return remembered;
  if (activities.size >= TENANTS_MAX) activities.clear();
  const activity = { lastAt: 0, alarm: 0 };
  activities.set(tenantId, activity);
  return activity;
}
