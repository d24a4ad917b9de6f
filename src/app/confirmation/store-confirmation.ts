import { findConfirmation } from "../../store/confirmation/confirmations.ts";
import type { NewConfirmation } from "../../store/confirmation/new-confirmations.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

/** Whether it was inserted. */
export async function storeConfirmation(
  runtime: Runtime,
  store: TenantStore,
  draft: NewConfirmation,
): Promise<boolean> {
  try {
    return await runtime.desk.create(draft);
  } catch (problem) {
    // The insert may have succeeded and only its answer be lost.
    if (await findConfirmation(store, draft.row.id)) return true;
    throw problem;
  }
}
