import { desc, eq, gte, isNotNull, isNull, notInArray, sql } from "drizzle-orm";
import { PLAN_NAMES, PLANS } from "../core/account/plans.ts";
import { shardOfId } from "../core/confirmation/confirmation-id.ts";
import { isRef, shardOfRef } from "../core/confirmation/tenant-ref.ts";
import type { Database, Databases } from "./database.ts";
import { confirmations, notices, outbox, retention, tenants, webhookDeliveries, webhooks } from "./schema.ts";
import type { Memory } from "./memory/desk-memory.ts";
import type { NewTenant, Tenant } from "./rows.ts";
import { placeOf, shardsAfter } from "./shards/moved-tenants.ts";
import type { Run } from "./prepared-statement.ts";
import { TenantStore, type Statement } from "./tenant-store.ts";

// The only statements that are not limited to one tenant, except challenges and the deletions of expired-rows.ts and
// expired-sign-ups.ts: they create a tenant, open it by its ref, find it by a public link or its organisation id,
// list all for the operator, and read the records of all for the log and the cron.

/**
 * For the verification link, which names the shard and no tenant. A confirmation's id has 128 random bits. Its tenant
 * may have moved, so the shards to which tenants of this one have moved are looked at, too.
 */
export async function storeOfConfirmation(
  databases: Databases,
  id: string,
): Promise<TenantStore | undefined> {
  const shards = new Set([shardOfId(id) ?? ""]);
  for (const shard of shards) {
    const database = databases.of(shard);
    if (database === undefined) continue;
    const [[row], after] = await Promise.all([
      database
        .select({ tenantId: confirmations.tenantId })
        .from(confirmations)
        .where(eq(confirmations.id, id))
        .limit(1),
      shardsAfter(database),
    ]);
    // What is found may be a copy that does not count yet, or no longer.
    if (row !== undefined) return openTenant(databases, row.tenantId);
    for (const next of after) shards.add(next);
  }
  return undefined;
}

/**
 * The smallest size that the log can have, from the indices of all tenants' records. Raises if one shard does not answer:
 * a log that was reset must not sign because of what the others know.
 */
export async function sealedCount(databases: Databases): Promise<number> {
  return Math.max(...(await Promise.all([...databases.all.values()].map(sealedCountIn))));
}

async function sealedCountIn(database: Database): Promise<number> {
  const [last] = await database
    .select({ index: outbox.index })
    .from(outbox)
    .where(isNotNull(outbox.index))
    .orderBy(desc(outbox.index))
    .limit(1);
  return (last?.index ?? -1) + 1;
}

interface SealedRecord {
  /** Null if it can be computed from the stream key. */
  readonly label: string | null;
  readonly streamKey: string;
  readonly seq: number;
  readonly index: number;
  readonly commitment: string;
}

/** For a log that is being restored: the sealed records of all tenants, in the log's order. */
export async function sealedFrom(
  databases: Databases,
  index: number,
  limit: number,
): Promise<readonly SealedRecord[]> {
  const rows = await Promise.all(
    [...databases.all.values()].map((database) => sealedFromIn(database, index, limit)),
  );
  // While a tenant moves, two shards have its records.
  const byIndex = new Map(rows.flat().map((row) => [row.index, row]));
  return [...byIndex.values()].toSorted((one, other) => one.index - other.index).slice(0, limit);
}

async function sealedFromIn(
  database: Database,
  index: number,
  limit: number,
): Promise<readonly SealedRecord[]> {
  const rows = await database
    .select({
      label: outbox.label,
      streamKey: tenants.streamKey,
      seq: outbox.seq,
      index: outbox.index,
      commitment: outbox.commitment,
    })
    .from(outbox)
    .innerJoin(tenants, eq(tenants.id, outbox.tenantId))
    .where(gte(outbox.index, index))
    .orderBy(outbox.index)
    .limit(limit);
  // The condition requires an index, and the commitment is written together with it.
  return rows.map((row) => ({ ...row, index: row.index ?? -1, commitment: row.commitment ?? "" }));
}

/** The database in which the tenant was created. Undefined if the ref is malformed or its shard has no binding. */
export function databaseOf(databases: Databases, ref: string | undefined): Database | undefined {
  return ref !== undefined && isRef(ref) ? databases.of(shardOfRef(ref)) : undefined;
}

/**
 * In the shard that it is served from. Undefined if there is no such tenant, or no longer. With `at` neither is a sandbox
 * whose time was over then, although its rows are still there.
 */
export async function openTenant(
  databases: Databases,
  ref: string,
  memory?: Memory,
  at?: number,
): Promise<TenantStore | undefined> {
  const place = isRef(ref) ? await placeOf(databases, ref, shardOfRef(ref)) : undefined;
  if (place?.tenant.deletedAt !== null) return undefined;
  const isOver = at !== undefined && (place.tenant.sandboxUntil ?? Number.POSITIVE_INFINITY) <= at;
  return isOver ? undefined : new TenantStore(place.database, ref, memory);
}

/** A sandbox whose time is over and that is not marked as deleted yet. Undefined if the tenant is not one. */
export async function openEnding(
  databases: Databases,
  ref: string,
  now: number,
): Promise<TenantStore | undefined> {
  const place = isRef(ref) ? await placeOf(databases, ref, shardOfRef(ref)) : undefined;
  const { deletedAt = null, sandboxUntil = null }: Partial<Tenant> = place?.tenant ?? {};
  const isEnding = deletedAt === null && sandboxUntil !== null && sandboxUntil <= now;
  return place !== undefined && isEnding ? new TenantStore(place.database, ref) : undefined;
}

/** For what its webhooks still get: undefined unless the tenant is deleted. Its rows are being destroyed. */
export async function openDeleted(databases: Databases, ref: string): Promise<TenantStore | undefined> {
  const place = isRef(ref) ? await placeOf(databases, ref, shardOfRef(ref)) : undefined;
  const isDeleted = place !== undefined && place.tenant.deletedAt !== null;
  return isDeleted ? new TenantStore(place.database, ref) : undefined;
}

const UNLIMITED_PLANS = PLAN_NAMES.filter((name) => PLANS[name].historyDays === null);

/** For the operator: all that are not deleted, sandboxes included. */
export async function listTenants(databases: Databases): Promise<readonly Tenant[]> {
  const rows = await Promise.all(
    [...databases.all.values()].map((database) =>
      database.select().from(tenants).where(isNull(tenants.deletedAt)),
    ),
  );
  // While a tenant moves, two shards have its row.
  return [...new Map(rows.flat().map((tenant) => [tenant.id, tenant])).values()];
}

/** The ref of the tenant with this organisation id. */
export async function refOfStream(databases: Databases, stream: string): Promise<string | undefined> {
  const rows = await Promise.all(
    [...databases.all.values()].map((database) =>
      database.select({ id: tenants.id }).from(tenants).where(eq(tenants.stream, stream)),
    ),
  );
  return rows.flat()[0]?.id;
}

/**
 * Tenants with records to seal, confirmations that time alone changes now, something to send, old content to look for, or
 * much to destroy. For sandboxes whose time is over see `endedSandboxes`.
 */
export async function tenantsWithWork(database: Database, now: number): Promise<readonly string[]> {
  const rows = await database
    .select({ id: tenants.id })
    .from(tenants)
    .where(
      sql`(${tenants.deletedAt} IS NOT NULL OR ${tenants.sandboxUntil} IS NULL OR ${tenants.sandboxUntil} > ${now})
       AND (EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${tenants.id} AND ${outbox.index} IS NULL)
       OR EXISTS (SELECT 1 FROM ${confirmations} WHERE ${confirmations.tenantId} = ${tenants.id}
                  AND ${confirmations.status} = 'pending' AND ${confirmations.dueAt} <= ${now})
       OR EXISTS (SELECT 1 FROM ${webhookDeliveries} WHERE ${webhookDeliveries.tenantId} = ${tenants.id}
                  AND ${webhookDeliveries.dueAt} <= ${now})
       OR EXISTS (SELECT 1 FROM ${notices} WHERE ${notices.tenantId} = ${tenants.id} AND ${notices.dueAt} <= ${now})
       OR (${tenants.deletedAt} IS NOT NULL AND (${tenants.streamKey} <> ''
           OR EXISTS (SELECT 1 FROM ${webhooks} WHERE ${webhooks.tenantId} = ${tenants.id})))
       OR (${tenants.deletedAt} IS NULL AND ${tenants.sandboxUntil} IS NULL
           AND (${tenants.retentionDays} IS NOT NULL OR ${notInArray(tenants.plan, UNLIMITED_PLANS)})
           AND NOT EXISTS (SELECT 1 FROM ${retention} WHERE ${retention.tenantId} = ${tenants.id}
                           AND ${retention.dueAt} > ${now})))`,
    );
  return rows.map(({ id }) => id);
}

/** In one transaction with its first rows. */
export async function insertTenant(
  databases: Databases,
  tenant: NewTenant,
  firstRows: (store: TenantStore) => readonly (Statement | Run)[],
): Promise<TenantStore> {
  const database = databaseOf(databases, tenant.id);
  if (database === undefined) throw new RangeError("the shard of this tenant has no binding");
  const store = new TenantStore(database, tenant.id);
  await store.batch([database.insert(tenants).values(tenant), ...firstRows(store)]);
  return store;
}
