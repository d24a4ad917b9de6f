import { tenantsWithWork } from "../../store/tenant-lookup.ts";
import type { Runtime } from "../runtime.ts";

/** Every minute: nobody may be left asleep because a ring was lost. */
export async function wakeDesks(runtime: Runtime): Promise<void> {
  const now = runtime.now();
  for (const tenant of await tenantsWithWork(runtime.database, now)) {
    // One tenant whose desk fails must not keep the others asleep.
    await Promise.allSettled([runtime.desk(tenant).wakeAt(now), runtime.desk(tenant).requestSealing()]);
  }
}
