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
  // The insert may have succeeded and only its answer be lost. A repetition of it may then be refused.
  const isThere = async () => (await findConfirmation(store, draft.row.id)) !== undefined;
  try {
    return (await runtime.desk.create(draft)) || (await isThere());
  } catch (problem) {
    if (await isThere()) return true;
    throw problem;
  }
}
