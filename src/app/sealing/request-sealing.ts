import type { WrittenRows } from "../../store/steps.ts";
import type { Caller, WaitEnd, Runtime } from "../runtime.ts";

// Calls of the tenant's desk that must not undo what the rows already say. If one fails, what it was to
// do is done by the desk's alarm, by the cron of each minute, or by whoever reads next.

/** Sealed when this returns, if the log is up; else the outcome stays unseen until it is. */
export async function requestSealing(
  runtime: Runtime,
  tenantId: string,
  written?: WrittenRows,
): Promise<void> {
  await quietly(runtime.desk(tenantId).requestSealing(written));
}

/** Whoever is told no outcome reads the rows next; where the waiting failed, nobody is taken to listen. */
export async function waitFor(
  runtime: Runtime,
  tenantId: string,
  confirmation: string,
  seconds: number,
  caller?: Caller,
): Promise<WaitEnd> {
  const end = await quietly(runtime.desk(tenantId).wait(confirmation, seconds, caller));
  return end ?? { attended: false, told: null };
}

export async function hangUp(runtime: Runtime, tenantId: string, caller: Caller): Promise<void> {
  await quietly(runtime.desk(tenantId).hangUp(caller));
}

async function quietly<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch {
    // See above: the rows are the truth.
    return undefined;
  }
}
