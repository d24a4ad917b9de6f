import { commitStep, type CommitResult, type StepAttempt } from "../../store/confirmation/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Runtime } from "../runtime.ts";

/** Commits a step. Then open inboxes show it, and its record is sealed if the log is available. */
export async function commit(runtime: Runtime, store: TenantStore, step: StepAttempt): Promise<CommitResult> {
  const result = await commitStep(store, step);
  const { isCommitted, rows, record } = result;
  // A use is shown in no inbox.
  if (isCommitted && rows && step.type !== "consume")
    runtime.desk.wakeInboxes(
      rows.row,
      rows.audience.map(({ id }) => id),
    );
  if (record) await requestSealing(runtime, record);
  return result;
}
