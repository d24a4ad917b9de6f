import { toHex } from "../core/encoding/bytes.ts";
import { inEachShard } from "../store/shards/each-shard.ts";
import { checkWritable } from "../store/write-check.ts";
import { inTime } from "./in-time.ts";
import type { Platform } from "./runtime.ts";

/** Anybody may ask, so a Worker writes at most once in this time. */
const CHECK_MILLISECONDS = 10_000;
const NAME_BYTES = 16;

type HealthRuntime = Pick<Platform, "databases" | "now" | "random">;

/** Tells whether every database can be written: a full disk still answers every read. */
export function healthCheck(
  report: (problem: unknown) => void,
): (runtime: HealthRuntime) => Promise<boolean> {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let isHealthy = true;
  return async (runtime) => {
    const now = runtime.now();
    // Otherwise a clock that was ahead once would keep its result for as long as it was ahead.
    if (now >= checkedAt && now < checkedAt + CHECK_MILLISECONDS) return isHealthy;
    // Before the check: calls that come meanwhile get the earlier result.
    checkedAt = now;
    isHealthy = await isWritable(runtime, report);
    return isHealthy;
  };
}

async function isWritable(runtime: HealthRuntime, report: (problem: unknown) => void): Promise<boolean> {
  const name = `health ${toHex(runtime.random(NAME_BYTES))}`;
  try {
    await inTime(
      "a database",
      inEachShard(runtime.databases, (database) => checkWritable(database, name)),
    );
    return true;
  } catch (problem) {
    report(problem);
    return false;
  }
}
