import { and, lte, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { isNotMoving } from "./shards/moved-tenants.ts";
import { TENANT_TABLES } from "./shards/tenant-tables.ts";
import { tenants } from "./schema.ts";

/** Each has some five rows. A batch keeps D1's one writer for some milliseconds. */
const SIGN_UPS_MAX = 100;

/**
 * Deletes tenants that have made no passkey in their time, with all their rows. Nothing outside refers to them: without a
 * passkey there is no session, no key and no record. Returns whether there may be more.
 */
export async function deleteExpiredSignUps(database: Database, now: number): Promise<boolean> {
  const client = database.$client;
  const over = database
    .select({ id: tenants.id })
    .from(tenants)
    // With the plus, the planner takes the index of the times and not the one of the streams.
    .where(and(lte(tenants.signupUntil, now), sql`+${tenants.stream} IS NULL`, isNotMoving(tenants.id)))
    .orderBy(tenants.signupUntil, tenants.id)
    .limit(SIGN_UPS_MAX);
  if ((await over).length === 0) return false;
  const { sql: some, params } = over.toSQL();
  // Rows to which others refer after those. Each statement selects the tenants again, in one transaction: one whose
  // passkey arrived meanwhile keeps its rows.
  const results = await client.batch(
    TENANT_TABLES.toReversed().map(({ name, tenant }) =>
      client.prepare(`DELETE FROM ${name} WHERE ${tenant} IN (${some})`).bind(...params),
    ),
  );
  return results.at(-1)?.meta.changes === SIGN_UPS_MAX;
}
