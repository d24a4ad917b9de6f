import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";

// The only file that touches the D1 binding. Which database holds a tenant is decided here and nowhere
// else, so that tenants can be spread over many.

export interface DatabaseBindings {
  readonly DB: D1Database;
}

export type Database = DrizzleD1Database & { readonly $client: D1Database };

/**
 * Reads see every write that was acknowledged before: a decision is never made on a lagging copy. Whatever is asked
 * outside of a session goes to the primary. In a session only the first call does, and a handle outlives it: what
 * others wrote since, the copy that answers the next one need not have.
 */
export function openDatabase(bindings: DatabaseBindings): Database {
  return drizzle(bindings.DB);
}

/** Writes statements' texts, and reaches no database. */
export const NO_DATABASE: Database = drizzle({} as D1Database);
