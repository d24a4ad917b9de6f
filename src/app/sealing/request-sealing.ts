import type { CommittedRecord } from "../../store/confirmation/steps.ts";
import type { Runtime } from "../runtime.ts";

/**
 * When this returns, the records are sealed if the log is available. Otherwise the outcome stays invisible. A failure
 * is ignored, because the rows are already committed: the Desk's alarm, the cron of each minute or the next reader
 * seals them.
 */
export async function requestSealing(runtime: Runtime, committed?: CommittedRecord): Promise<void> {
  await runtime.desk.seal(committed).catch(() => undefined);
}
