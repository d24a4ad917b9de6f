import { inEachShard } from "../store/shards/each-shard.ts";
import { deleteExpiredRows } from "../store/expired-rows.ts";
import { deleteExpiredSignUps } from "../store/expired-sign-ups.ts";
import type { Platform } from "./runtime.ts";

/** With full batches 50,000 rows of each table. What is left waits for the next minute. */
const BATCHES_MAX = 100;

/** Every minute: deletes sessions, challenges, links, idempotency keys and sign-ups whose time is over. */
export async function sweep({ databases, now }: Pick<Platform, "databases" | "now">): Promise<void> {
  await inEachShard(databases, async (database) => {
    for (const deleteSome of [deleteExpiredRows, deleteExpiredSignUps])
      for (let batch = 0; batch < BATCHES_MAX && (await deleteSome(database, now())); batch++);
  });
}
