import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { SQLitePreparedQuery } from "drizzle-orm/sqlite-core";
import { BASE62 } from "../core/encoding/base62.ts";

// The only file that uses the D1 bindings. Tenants are spread over several databases, the shards. A shard is named by
// one character: "0" is the binding DB, "1" is DB_1, and so on.

type ShardBinding = `DB_${number}`;

export interface DatabaseBindings {
  readonly DB: D1Database;
  readonly [shard: ShardBinding]: D1Database | undefined;
  /** Where new tenants go: names of shards, with spaces between them. */
  readonly OPEN_SHARDS: string;
}

/**
 * An error of drizzle has all values of its statement in its message, and the platform's log shows that. The database's
 * own error names none of them.
 */
Object.assign(SQLitePreparedQuery.prototype, {
  queryWithCache: async (_text: string, _values: unknown, run: () => Promise<unknown>) => run(),
});

export type Database = DrizzleD1Database & { readonly $client: D1Database };

export interface Databases {
  /** For the few rows that belong to no tenant. */
  readonly first: Database;
  /** Undefined for a shard without a binding. */
  readonly of: (shard: string) => Database | undefined;
  /** By shard. */
  readonly all: ReadonlyMap<string, Database>;
  /** The shards for new tenants. */
  readonly open: readonly string[];
}

/**
 * Reads see every acknowledged write, so no decision is made on a stale replica: without a D1 session every query
 * goes to the primary. In a session only the first query does, and a later one may be answered by a replica that
 * lacks other callers' writes.
 */
export function openDatabases(bindings: DatabaseBindings): Databases {
  const first: Database = drizzle(bindings.DB);
  const all = new Map([["0", first]]);
  for (let number = 1; number < BASE62.length; number++) {
    const binding = bindings[`DB_${number}`];
    if (binding !== undefined) all.set(BASE62.charAt(number), drizzle(binding));
  }
  return { first, of: (shard) => all.get(shard), all, open: bindings.OPEN_SHARDS.split(" ") };
}

/** Composes statements and is connected to no database. */
export const NO_DATABASE: Database = drizzle({} as D1Database);
