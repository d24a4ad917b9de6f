import { dueAt } from "../../core/confirmation/decision.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { readConfirmationWithKey } from "../../store/confirmation/confirmations.ts";
import type { CommittedRecord } from "../../store/confirmation/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { UNAUTHORIZED, type Principal } from "../account/principal.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Runtime } from "../runtime.ts";
import { applyUnsigned } from "./apply-unsigned.ts";
import { confirmationFrom, loadConfirmation, withOutcome, type LoadedConfirmation } from "./load.ts";

const absent = () => refuse("not_found", "there is no such request");

/**
 * A confirmation of the API key's project, if the key is active at this moment. One of another project is absent.
 * An outcome that the caller knows is used if the rows do not have it yet.
 */
export async function read(
  runtime: Runtime,
  { store, key, project }: Principal,
  id: string,
  outcome: CommittedRecord | null = null,
): Promise<Result<LoadedConfirmation>> {
  const { isKeyActive, rows } = await readConfirmationWithKey(store, id, key.id, runtime.now());
  if (!isKeyActive) return UNAUTHORIZED;
  if (rows?.row.projectId !== project.id || rows.row.type !== "decision") return absent();
  return tickOrSeal(runtime, store, applyOutcome(confirmationFrom(rows), outcome));
}

/** With this outcome, unless the rows have it. */
function applyOutcome(loaded: LoadedConfirmation, outcome: CommittedRecord | null): LoadedConfirmation {
  const confirmation = outcome?.confirmation;
  if (loaded.state.sealed || confirmation === undefined || outcome?.row.seq !== confirmation.decidedSeq)
    return loaded;
  return withOutcome(loaded, { ...outcome, confirmation });
}

/** The confirmation as it is now, for people of the tenant. */
export async function loadCurrent(
  runtime: Runtime,
  store: TenantStore,
  id: string,
): Promise<Result<LoadedConfirmation>> {
  const loaded = await loadConfirmation(store, id);
  return loaded ? tickOrSeal(runtime, store, loaded) : absent();
}

/** Nobody reads an outcome by time alone before it is a committed row, or any outcome before it is sealed. */
async function tickOrSeal(
  runtime: Runtime,
  store: TenantStore,
  loaded: LoadedConfirmation,
): Promise<Result<LoadedConfirmation>> {
  const { id } = loaded.row;
  const { status, sealed } = loaded.state;
  if (status === "pending" && runtime.now() >= dueAt(loaded.policy, loaded.state))
    return applyUnsigned(runtime, store, id, { kind: "tick" });
  if (status === "pending" || sealed) return accept(loaded);
  // Decided but not sealed: an earlier request for sealing was lost.
  await requestSealing(runtime, store.tenantId);
  const after = await loadConfirmation(store, id);
  return after ? accept(after) : absent();
}
