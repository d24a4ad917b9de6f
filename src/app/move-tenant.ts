import { isRef, shardOfRef } from "../core/confirmation/tenant-ref.ts";
import { endMove, placeOf, readShard, setMove, type Place } from "../store/shards/moved-tenants.ts";
import { Budget, copyRows, countRows, deleteRows } from "../store/shards/tenant-rows.ts";
import type { Database, Databases } from "../store/database.ts";
import type { MovedTenant } from "../store/rows.ts";

// Moves a tenant to another shard. Each step is one statement, or repeats until nothing is left to do, and what comes
// next follows from the rows. So after a crash at any line the next call goes on.
//
// 1. Its shard says that it is leaving. From then on no row of it can change there; it is still read.
// 2. The other shard says that it is arriving, and gets its rows.
// 3. If both have the same rows, its shard says that it has left: the point of no return. Now it is served from the other
//    shard, which then forgets that it was arriving.
// 4. A while later its old rows are deleted.
//
// A move is stopped by moving the tenant to the shard that it is in.

export type MoveProgress =
  /** More calls are needed. */
  | "working"
  /** Old rows are deleted later. */
  | "waiting"
  | "done";

interface MoveRuntime {
  readonly databases: Databases;
  readonly now: () => number;
}

/** With full batches 8,000 rows in one call. */
const BATCHES_MAX = 200;
/**
 * A Desk that was replaced and does not know it reads from the old shard for at most MEMORY_SECONDS. An export that it
 * has started may take some more. Less than a minute, so that the next run of the cron deletes the rows.
 */
const DELETE_AFTER_SECONDS = 50;

export async function moveTenant(runtime: MoveRuntime, ref: string, target: string): Promise<MoveProgress> {
  const { databases } = runtime;
  const destination = databases.of(target);
  if (destination === undefined) throw new RangeError(`shard ${target} has no binding`);
  const place = isRef(ref) ? await placeOf(databases, ref, shardOfRef(ref)) : undefined;
  if (place === undefined) throw new RangeError(`there is no tenant ${ref}`);
  const budget = new Budget(BATCHES_MAX);
  if (place.move?.state !== "leaving") {
    // First what is left of an earlier move.
    const settled = await settle(runtime, place, budget);
    if (settled !== "done" || place.shard === target) return settled;
  } else if (place.shard === target) {
    await setMove(place.database, { ...place.move, state: "staying", at: runtime.now() }, ["leaving"]);
    return "working";
  } else if (place.move.shard !== target) {
    throw new RangeError(`tenant ${ref} is moving to shard ${place.move.shard}; stop that first`);
  }
  return copyTo(runtime, place, { shard: target, database: destination }, budget);
}

async function copyTo(
  { now }: MoveRuntime,
  { shard, database, tenant: { id: ref } }: Place,
  target: { readonly shard: string; readonly database: Database },
  budget: Budget,
): Promise<MoveProgress> {
  const move = (other: string, state: MovedTenant["state"]): MovedTenant => ({
    ref,
    shard: other,
    state,
    at: now(),
  });
  await setMove(database, move(target.shard, "leaving"), [null]);
  await setMove(target.database, move(shard, "arriving"), [null, "left"]);
  if (!(await copyRows(database, target.database, ref, budget))) return "working";
  const copied = await countRows(target.database, ref);
  for (const [table, count] of await countRows(database, ref)) {
    if (copied.get(table) !== count)
      throw new Error(`${table} has ${count} rows of tenant ${ref}, and its copy ${copied.get(table)}`);
  }
  // The point of no return.
  await setMove(database, move(target.shard, "left"), ["leaving"]);
  return "working";
}

/** Ends what is left of earlier moves. */
async function settle(
  { databases, now }: MoveRuntime,
  { shard: here, database, tenant: { id: ref }, move }: Place,
  budget: Budget,
): Promise<MoveProgress> {
  if (move?.state === "arriving") await endMove(database, move);
  if (move?.state === "staying") {
    const other = databases.of(move.shard);
    if (other !== undefined) {
      if (!(await deleteRows(other, ref, budget))) return "working";
      // Not deleted: the tenant's ref may lead there first.
      await setMove(other, { ref, shard: here, state: "left", at: now() }, ["arriving"]);
    }
    await endMove(database, move);
  }
  for (const [shard, other] of databases.all) {
    const old = shard === here ? undefined : await readShard(other, ref);
    if (old?.tenant === undefined || old.move?.state !== "left") continue;
    if (now() < old.move.at + DELETE_AFTER_SECONDS * 1_000) return "waiting";
    if (!(await deleteRows(other, ref, budget))) return "working";
  }
  return "done";
}
