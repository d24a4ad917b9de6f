import type { CommittedRecord } from "../../store/confirmation/steps.ts";
import type { ClientCall, Runtime, WaitResult } from "../runtime.ts";

// Calls of the tenant's desk whose failure is ignored, because the rows are already committed. What a failed call did
// not do is done by the desk's alarm, by the cron of each minute, or by the next reader.

/** When this returns, the records are sealed if the log is available. Otherwise the outcome stays invisible. */
export async function requestSealing(
  runtime: Runtime,
  tenantId: string,
  committed?: CommittedRecord,
): Promise<void> {
  await ignoreFailure(runtime.desk(tenantId).requestSealing(committed));
}

/** Without an outcome the caller reads the rows next. If the call fails, nobody is expected to read its answer. */
export async function waitFor(
  runtime: Runtime,
  tenantId: string,
  confirmation: string,
  seconds: number,
  caller: ClientCall,
): Promise<WaitResult> {
  const result = await ignoreFailure(runtime.desk(tenantId).wait(confirmation, seconds, caller));
  return result ?? { attended: false, outcome: null };
}

export async function abandonWait(runtime: Runtime, tenantId: string, caller: ClientCall): Promise<void> {
  await ignoreFailure(runtime.desk(tenantId).abandonWait(caller));
}

async function ignoreFailure<Value>(call: Promise<Value>): Promise<Value | undefined> {
  try {
    return await call;
  } catch {
    return undefined;
  }
}
