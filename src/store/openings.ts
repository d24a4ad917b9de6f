import { and, eq, getTableColumns, inArray, lte, sql, type SQL } from "drizzle-orm";
import {
  apiKeys,
  asked,
  confirmations,
  credentials,
  idempotency,
  people,
  type ConfirmationRow,
} from "./schema.ts";
import type { Statement, TenantStore } from "./tenant.ts";

// New confirmations, several in one transaction, as statements that never raise: one that may not be made
// leaves the others of its batch alone, and who asked for it finds out by reading.

/** Of one batch: their ids are parameters of its last statement, and D1 takes 100. */
export const OPENINGS_MAX = 32;
/** A name of a call is good for so long; so is the answer that stands under it. */
export const IDEMPOTENCY_HOURS = 24;

/** The same name with the same request gives the first answer again; with another it is refused. */
export interface Idempotency {
  readonly key: string;
  readonly name: string;
  readonly requestHash: string;
}

export interface Opening {
  readonly row: ConfirmationRow;
  /** Who is asked: a person by name, if they can sign at this moment; or people whom a policy names. */
  readonly asks: { readonly username: string } | { readonly people: readonly string[] };
  /** The API key that asks; it must still be good. */
  readonly key: string | null;
  readonly once: Idempotency | null;
}

/** The ids of those that were made. The others met a fact that no longer held, or an earlier call of the same name. */
export async function writeOpenings(
  store: TenantStore,
  openings: readonly Opening[],
): Promise<ReadonlySet<string>> {
  const ids = openings.map(({ row }) => row.id);
  const results = await store.batch([
    ...openings.flatMap((opening) => statementsOf(store, opening)),
    store.select(confirmations, inArray(confirmations.id, ids)),
  ]);
  return new Set((results.at(-1) as ConfirmationRow[]).map(({ id }) => id));
}

/** What no two openings of one batch may share: the second would not see the first. */
export function namesOf({ row, once }: Opening): readonly string[] {
  return [
    ...(once === null ? [] : [`once ${once.key} ${once.name}`]),
    ...(row.dedupeKey === null ? [] : [`call ${row.dedupeKey}`]),
  ];
}

function statementsOf(store: TenantStore, opening: Opening): readonly Statement[] {
  const { once } = opening;
  return [
    ...(once === null ? [] : [forgetDead(store, once, opening.row.createdAt)]),
    insertConfirmation(store, opening),
    ...insertAsked(store, opening),
    ...(once === null ? [] : [insertName(store, opening.row, once)]),
  ];
}

function forgetDead(store: TenantStore, { key }: Idempotency, now: number): Statement {
  const dead = lte(idempotency.createdAt, now - IDEMPOTENCY_HOURS * 3_600_000);
  return store.remove(idempotency, and(eq(idempotency.keyId, key), dead));
}

function insertConfirmation(store: TenantStore, opening: Opening): Statement {
  const { row } = opening;
  return store.insertFrom(confirmations, (tenant) => {
    const names = Object.keys(getTableColumns(confirmations)) as (keyof ConfirmationRow)[];
    const values = names.map((name) => (name === "tenantId" ? tenant : sql`${row[name]}`));
    const facts = factsOf(tenant, opening);
    return sql`SELECT ${sql.join(values, sql`, `)} WHERE ${sql.join(facts, sql` AND `)}`;
  });
}

/** Everything that must hold at this moment for the request to be made. */
function factsOf(tenant: SQL, { row, asks, key, once }: Opening): SQL[] {
  const now = row.createdAt;
  return [
    key === null
      ? sql`TRUE`
      : sql`EXISTS (SELECT 1 FROM ${apiKeys} k WHERE k.tenant_id = ${tenant} AND k.id = ${key}
          AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ${now}))`,
    "username" in asks
      ? sql`EXISTS (SELECT 1 FROM ${people} p JOIN ${credentials} c ON c.tenant_id = p.tenant_id
          AND c.person_id = p.id AND c.endorsed_seq IS NOT NULL AND c.revoked_at IS NULL
          WHERE p.tenant_id = ${tenant} AND p.username = ${asks.username} AND p.role <> 'auditor')`
      : sql`TRUE`,
    once === null
      ? sql`TRUE`
      : sql`NOT EXISTS (SELECT 1 FROM ${idempotency} i WHERE i.tenant_id = ${tenant}
          AND i.key_id = ${once.key} AND i.operation = 'create' AND i.name = ${once.name})`,
    row.dedupeKey === null
      ? sql`TRUE`
      : sql`NOT EXISTS (SELECT 1 FROM ${confirmations} d WHERE d.tenant_id = ${tenant}
          AND d.dedupe_key = ${row.dedupeKey})`,
  ];
}

function insertAsked(store: TenantStore, { row, asks }: Opening): readonly Statement[] {
  const made = (tenant: SQL) => sql`c.tenant_id = ${tenant} AND c.id = ${row.id}`;
  if ("username" in asks) {
    return [
      store.insertFrom(
        asked,
        (tenant) => sql`SELECT c.tenant_id, p.id, c.id FROM ${confirmations} c
          JOIN ${people} p ON p.tenant_id = c.tenant_id AND p.username = ${asks.username} WHERE ${made(tenant)}`,
      ),
    ];
  }
  return asks.people.map((person) =>
    store.insertFrom(
      asked,
      (tenant) => sql`SELECT c.tenant_id, ${person}, c.id FROM ${confirmations} c WHERE ${made(tenant)}`,
    ),
  );
}

function insertName(store: TenantStore, row: ConfirmationRow, once: Idempotency): Statement {
  return store.insertFrom(
    idempotency,
    (
      tenant,
    ) => sql`SELECT c.tenant_id, ${once.key}, ${once.name}, 'create', ${once.requestHash}, c.id, c.created_at
      FROM ${confirmations} c WHERE c.tenant_id = ${tenant} AND c.id = ${row.id}`,
  );
}
