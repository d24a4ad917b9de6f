import type { DeliveryRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

/** Sends one delivery that is claimed, and records the attempt. */
export async function sendDelivery(
  _runtime: Runtime,
  _store: TenantStore,
  _delivery: DeliveryRow,
): Promise<void> {}
