import { and, isNotNull, isNull, lte, sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import { outbox, tenants } from "../schema.ts";
import { lookUp } from "../memory/look-up.ts";
import { ownTenant, type TenantStore } from "../tenant-store.ts";

// How many sandboxes there are, and the end of one.

/** Written as in the partial index. */
const EXISTS = and(isNotNull(tenants.sandboxUntil), isNull(tenants.deletedAt));

/** False if the tenant is gone. */
export async function isSandbox(store: TenantStore): Promise<boolean> {
  const [tenant] = await lookUp(store, [ownTenant]);
  return (tenant?.sandboxUntil ?? null) !== null;
}

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

/** Those whose time is over and that are not marked as deleted yet, the oldest first. */
export async function endedSandboxes(
  database: Database,
  now: number,
  max: number,
): Promise<readonly string[]> {
  const rows = await database
    .select({ id: tenants.id })
    .from(tenants)
    .where(and(EXISTS, lte(tenants.sandboxUntil, now)))
    .orderBy(tenants.sandboxUntil, tenants.id)
    .limit(max);
  return rows.map(({ id }) => id);
}

/**
 * Marks a sandbox as deleted, if its time is over and every record of it is sealed. From then on no further one is
 * possible. Returns whether it is marked.
 */
export async function markSandboxEnded(store: TenantStore, now: number): Promise<boolean> {
  const isSealed = sql`NOT EXISTS ${store.select(outbox, isNull(outbox.index))}`;
  await store.batch([store.endTenant(now, sql`${lte(tenants.sandboxUntil, now)} AND ${isSealed}`)]);
  const [own] = await store.selectOwn();
  return own?.deletedAt !== null;
}
