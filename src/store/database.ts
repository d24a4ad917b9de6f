import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";

// The only file that uses the D1 binding, so that tenants can be spread over several databases here alone.

export interface DatabaseBindings {
  readonly DB: D1Database;
}

export type Database = DrizzleD1Database & { readonly $client: D1Database };

/**
 * Reads see every acknowledged write, so no decision is made on a stale replica: without a D1 session every query
 * goes to the primary. In a session only the first query does, and a later one may be answered by a replica that
 * lacks other callers' writes.
 */
export function openDatabase(bindings: DatabaseBindings): Database {
  return drizzle(bindings.DB);
}

/** Composes statements and is connected to no database. */
export const NO_DATABASE: Database = drizzle({} as D1Database);
