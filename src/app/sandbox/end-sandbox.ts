import { markSandboxEnded } from "../../store/shards/sandboxes.ts";
import { openEnding } from "../../store/tenant-lookup.ts";
import type { Platform } from "../runtime.ts";
import { sealAll } from "../sealing/seal.ts";

/** Nobody waits for these records. */
const UNHEARD = { onSealed: () => undefined, onReport: () => undefined };

/**
 * Ends a sandbox whose time is over. From then on it is destroyed like every deleted organisation, without a record that
 * somebody has signed. What was committed is sealed first: of an entry of the log whose index no row has, a lost log
 * could not be made again. After a crash at any line the next alarm goes on.
 *
 * Returns whether it has ended now. If another record came meanwhile, the next alarm tries again.
 */
export async function endSandbox(
  { databases, log, now }: Pick<Platform, "databases" | "log" | "now">,
  ref: string,
): Promise<boolean> {
  const store = await openEnding(databases, ref, now());
  if (store === undefined) return false;
  await sealAll(store, log, UNHEARD);
  return markSandboxEnded(store, now());
}
