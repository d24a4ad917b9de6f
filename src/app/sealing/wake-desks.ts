import { inEachShard } from "../../store/shards/each-shard.ts";
import { endedSandboxes } from "../../store/shards/sandboxes.ts";
import { tenantsWithWork } from "../../store/tenant-lookup.ts";
import type { Platform } from "../runtime.ts";

/** A minute and shard. All that may exist end within ten minutes, and waking one takes some milliseconds. */
const ENDED_SANDBOXES_MAX = 50;

/** Every minute, in case a request for sealing or an alarm was lost. */
export async function wakeDesks(
  { databases, now }: Pick<Platform, "databases" | "now">,
  wake: (ref: string) => Promise<void>,
): Promise<void> {
  await inEachShard(databases, async (database) => {
    const at = now();
    const working = await tenantsWithWork(database, at);
    // Last, and not all at once: they can wait.
    const ended = await endedSandboxes(database, at, ENDED_SANDBOXES_MAX);
    // A Desk that fails does not stop the others.
    for (const ref of [...working, ...ended]) await wake(ref).catch(() => undefined);
  });
}
