import { tenantsWithWork } from "../../store/tenant-lookup.ts";
import type { Runtime } from "../runtime.ts";

/** Every minute, in case a request for sealing or an alarm was lost. */
export async function wakeDesks(runtime: Runtime): Promise<void> {
  const now = runtime.now();
  for (const tenant of await tenantsWithWork(runtime.database, now)) {
    // A desk that fails does not stop the others.
    await Promise.allSettled([runtime.desk(tenant).wakeAt(now), runtime.desk(tenant).requestSealing()]);
  }
}
