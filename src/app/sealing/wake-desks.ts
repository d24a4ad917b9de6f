import { inEachShard } from "../../store/each-shard.ts";
import { tenantsWithWork } from "../../store/tenant-lookup.ts";
import type { Runtime } from "../runtime.ts";

/** Every minute, in case a request for sealing or an alarm was lost. */
export async function wakeDesks(runtime: Runtime): Promise<void> {
  const now = runtime.now();
  await inEachShard(runtime.databases, async (database) => {
    for (const tenant of await tenantsWithWork(database, now)) {
      // A desk that fails does not stop the others.
      await Promise.allSettled([runtime.desk(tenant).wakeAt(now), runtime.desk(tenant).requestSealing()]);
    }
  });
}
