import { commitStep, type CommitResult, type StepAttempt } from "../../store/confirmation/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Runtime } from "../runtime.ts";

/** Commits a step. Then open pages show it, and its record is sealed if the log is available. */
export async function commit(runtime: Runtime, store: TenantStore, step: StepAttempt): Promise<CommitResult> {
  const result = await commitStep(store, step);
  const { isCommitted, rows, record, sendAt } = result;
  // A use is shown in no inbox.
  const people = step.type === "consume" ? [] : (rows?.audience.map(({ id }) => id) ?? []);
  if (isCommitted && rows) runtime.desk.wakePages(rows.row, people);
  if (sendAt !== undefined) runtime.desk.send(sendAt);
  if (record) await requestSealing(runtime, record);
  return result;
}
