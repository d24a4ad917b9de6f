import { and, eq, inArray, sql, type Placeholder, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database, Databases } from "../database.ts";
import type { MovedTenant, Tenant } from "../rows.ts";
import { movedTenants, tenants } from "../schema.ts";

// Where a tenant is served from. A tenant's ref leads to the shard in which it was created. Each shard that it has left
// has a row that leads on.

/** What a shard says of a tenant. */
export interface ShardRows {
  readonly tenant: Tenant | undefined;
  readonly move: MovedTenant | undefined;
}

/** The shard that a tenant is served from. */
export interface Place {
  readonly shard: string;
  readonly database: Database;
  readonly tenant: Tenant;
  readonly move: MovedTenant | undefined;
}

export async function readShard(database: Database, ref: string): Promise<ShardRows> {
  const [[tenant], [move]] = await database.batch([
    database.select().from(tenants).where(eq(tenants.id, ref)),
    database.select().from(movedTenants).where(eq(movedTenants.ref, ref)),
  ]);
  return { tenant, move };
}

/** Follows the rows that the tenant has left, from this shard on. */
export async function placeOf(databases: Databases, ref: string, first: string): Promise<Place | undefined> {
  let shard = first;
  let previous: string | undefined;
  // A tenant has left each shard but one, and only the first one can be needed twice.
  for (let reads = 0; reads <= databases.all.size; reads++) {
    const database = databases.of(shard);
    if (database === undefined) return undefined;
    const { tenant, move } = await readShard(database, ref);
    const isLeft = move?.state === "left";
    // One that is arriving is here as soon as it has left the other shard.
    const isArriving = move?.state === "arriving" && move.shard !== previous;
    if (!isLeft && !isArriving) return tenant && { shard, database, tenant, move };
    previous = isLeft ? shard : undefined;
    shard = move.shard;
  }
  return undefined;
}

/** The other shards to which tenants of this one have moved. */
export async function shardsAfter(database: Database): Promise<readonly string[]> {
  const rows = await database
    .selectDistinct({ shard: movedTenants.shard })
    .from(movedTenants)
    // Not a parameter, so that the planner can use the index of these rows.
    .where(sql`${movedTenants.state} = 'left'`);
  return rows.map(({ shard }) => shard);
}

/** Sets the state, if it is one of these. With null, also if there is no row. Returns whether it did. */
export async function setMove(
  database: Database,
  move: MovedTenant,
  from: readonly (MovedTenant["state"] | null)[],
): Promise<boolean> {
  const { ref, shard, state, at } = move;
  const states = from.filter((one) => one !== null);
  const changed = from.includes(null)
    ? await database
        .insert(movedTenants)
        .values(move)
        .onConflictDoUpdate({
          target: movedTenants.ref,
          set: { shard, state, at },
          setWhere: inArray(movedTenants.state, states),
        })
        .returning()
    : await database
        .update(movedTenants)
        .set({ shard, state, at })
        .where(and(eq(movedTenants.ref, ref), inArray(movedTenants.state, states)))
        .returning();
  return changed.length === 1;
}

/** Raises nothing if the row is in another state by now. */
export async function endMove(database: Database, { ref, state }: MovedTenant): Promise<void> {
  await database.delete(movedTenants).where(and(eq(movedTenants.ref, ref), eq(movedTenants.state, state)));
}

/** For rows that the cron deletes: not while they are copied, since then no row may change. */
export function isNotMoving(tenantId: SQLiteColumn): SQL {
  return sql`${tenantId} NOT IN (SELECT ${movedTenants.ref} FROM ${movedTenants})`;
}

/**
 * For a write that a call can do without, such as the last use of a key. A tenant that is moving is still read from its
 * old shard.
 */
export function isWritable(tenantId: string | Placeholder): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${movedTenants} WHERE ${movedTenants.ref} = ${tenantId}
    AND ${movedTenants.state} IN ('leaving', 'left'))`;
}

/** Whether a write was refused because its tenant is moving to another shard. */
export function isMovingError(problem: unknown): boolean {
  return (
    problem instanceof Error &&
    (problem.message.includes("this tenant is moving to another shard") || isMovingError(problem.cause))
  );
}
