import { inEachShard } from "../../store/shards/each-shard.ts";
import { tenantsWithWork } from "../../store/tenant-lookup.ts";
import type { Platform } from "../runtime.ts";

/** Every minute, in case a request for sealing or an alarm was lost. */
export async function wakeDesks(
  { databases, now }: Pick<Platform, "databases" | "now">,
  wake: (ref: string) => Promise<void>,
): Promise<void> {
  await inEachShard(databases, async (database) => {
    // A Desk that fails does not stop the others.
    for (const ref of await tenantsWithWork(database, now())) await wake(ref).catch(() => undefined);
  });
}
