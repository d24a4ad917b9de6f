import { dueAt } from "../../core/confirmation/decision.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { readForPage, type Related } from "../../store/confirmation/related-requests.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Principal } from "../account/principal.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Runtime } from "../runtime.ts";
import { applyUnsigned } from "./apply-unsigned.ts";
import {
  confirmationFrom,
  ERASED_REQUEST,
  loadConfirmation,
  UNKNOWN_REQUEST,
  type LoadedConfirmation,
} from "./load.ts";

/** A confirmation of the API key's project. One of another project is absent. */
export async function read(
  runtime: Runtime,
  { store, project }: Principal,
  id: string,
): Promise<Result<LoadedConfirmation>> {
  const loaded = await loadConfirmation(store, id);
  if (loaded?.row.projectId !== project.id || loaded.row.type !== "decision") return UNKNOWN_REQUEST;
  if (loaded.row.erasedAt !== null) return ERASED_REQUEST;
  return tickOrSeal(runtime, store, loaded);
}

/** The confirmation as it is now, for people of the tenant. It may be erased. */
export async function loadCurrent(
  runtime: Runtime,
  store: TenantStore,
  id: string,
): Promise<Result<LoadedConfirmation>> {
  const loaded = await loadConfirmation(store, id);
  return loaded ? tickOrSeal(runtime, store, loaded) : UNKNOWN_REQUEST;
}

/** The same, with what the approval page of this person compares it with. */
export async function loadForPage(
  runtime: Runtime,
  store: TenantStore,
  ids: { readonly confirmation: string; readonly person: string },
): Promise<Result<{ readonly loaded: LoadedConfirmation; readonly related: Related }>> {
  const { rows, related } = await readForPage(store, ids, runtime.now());
  const current = rows ? await tickOrSeal(runtime, store, confirmationFrom(rows)) : UNKNOWN_REQUEST;
  return current.ok ? accept({ loaded: current.value, related }) : current;
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
  await requestSealing(runtime);
  const after = await loadConfirmation(store, id);
  return after ? accept(after) : UNKNOWN_REQUEST;
}
