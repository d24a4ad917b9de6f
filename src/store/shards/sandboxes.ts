import { and, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { tenants } from "../schema.ts";

// Sandboxes of all tenants of a shard, by the index of their times.

/** Written as in the partial index. */
const EXISTS = and(isNotNull(tenants.sandboxUntil), isNull(tenants.deletedAt));

/** How many there are, counted up to this number. */
export async function countSandboxes(database: Database, max: number): Promise<number> {
  const some = database
    .select({ one: sql`1`.as("one") })
    .from(tenants)
    .where(EXISTS)
    .limit(max)
    .as("some");
  const [row] = await database.select({ count: sql<number>`count(*)` }).from(some);
  return row?.count ?? 0;
}
