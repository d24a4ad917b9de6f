import type { Database } from "../database.ts";
import { TENANT_TABLES, type TenantTable } from "./tenant-tables.ts";

// All rows of a tenant: to copy them to another shard, to count them, and to delete them.

/** With the largest payload, policy and metadata in each some 8 MB. */
const COPY_MAX_ROWS = 40;
/** A batch keeps D1's one writer for some milliseconds. */
const DELETE_MAX_ROWS = 500;

const PAUSE_MILLISECONDS = 1;

type Row = Readonly<Record<string, unknown>>;

/** A number of batches that one call may still run. */
export class Budget {
  #left: number;

  constructor(batches: number) {
    this.#left = batches;
  }

  /** False once it is used up. Between two batches, others have their turn. */
  async take(): Promise<boolean> {
    await scheduler.wait(PAUSE_MILLISECONDS);
    return this.#left-- > 0;
  }
}

/**
 * Copies the rows in the order of their keys. So the rows that the copy has are always the first ones, and after a crash
 * it goes on behind the last of them. Returns whether all are copied. No row may change meanwhile.
 */
export async function copyRows(from: Database, to: Database, ref: string, budget: Budget): Promise<boolean> {
  for (const table of TENANT_TABLES) {
    let last = await lastRow(to, table, ref);
    for (;;) {
      if (!(await budget.take())) return false;
      const rows = await rowsAfter(from, table, ref, last);
      if (rows.length === 0) break;
      await insertRows(to, ref, table.name, rows);
      last = rows.at(-1);
    }
  }
  return true;
}

async function lastRow(database: Database, table: TenantTable, ref: string): Promise<Row | undefined> {
  const { name, tenant, key } = table;
  const order = [tenant, ...key].map((column) => `${column} DESC`).join();
  const text = `SELECT * FROM ${name} WHERE ${tenant} = ?1 ORDER BY ${order} LIMIT 1`;
  return (await database.$client.prepare(text).bind(ref).all<Row>()).results[0];
}

async function rowsAfter(
  database: Database,
  { name, tenant, key }: TenantTable,
  ref: string,
  last: Row | undefined,
): Promise<readonly Row[]> {
  const columns = key.join();
  const marks = key.map((_column, place) => `?${place + 2}`).join();
  // The row of the tenant itself has no further column in its key.
  const after = last === undefined ? "TRUE" : key.length === 0 ? "FALSE" : `(${columns}) > (${marks})`;
  const values = last === undefined ? [] : key.map((column) => last[column]);
  const order = [tenant, ...key].join();
  const text = `SELECT * FROM ${name} WHERE ${tenant} = ?1 AND ${after} ORDER BY ${order} LIMIT ${COPY_MAX_ROWS}`;
  return (
    await database.$client
      .prepare(text)
      .bind(ref, ...values)
      .all<Row>()
  ).results;
}

async function insertRows(
  database: Database,
  ref: string,
  name: string,
  rows: readonly Row[],
): Promise<void> {
  const client = database.$client;
  const inserts = rows.map((row) => {
    const columns = Object.keys(row);
    const marks = columns.map(() => "?").join();
    return client
      .prepare(`INSERT INTO ${name} (${columns.join()}) VALUES (${marks})`)
      .bind(...Object.values(row));
  });
  // The database has counted the copied requests as new ones. The true counts are copied later.
  const uncount = client.prepare("DELETE FROM usage WHERE tenant_id = ?1").bind(ref);
  await client.batch(name === "confirmations" ? [...inserts, uncount] : inserts);
}

/** The number of rows in each table. */
export async function countRows(database: Database, ref: string): Promise<ReadonlyMap<string, number>> {
  const client = database.$client;
  const results = await client.batch<{ readonly count: number }>(
    TENANT_TABLES.map(({ name, tenant }) =>
      client.prepare(`SELECT count(*) AS count FROM ${name} WHERE ${tenant} = ?1`).bind(ref),
    ),
  );
  return new Map(TENANT_TABLES.map(({ name }, place) => [name, results[place]?.results[0]?.count ?? 0]));
}

/** Deletes rows to which others refer after those, but none of the tables that are kept. Returns whether none is left. */
export async function deleteRows(
  database: Database,
  ref: string,
  budget: Budget,
  kept: readonly string[] = [],
): Promise<boolean> {
  for (const { name } of TENANT_TABLES.toReversed())
    if (!kept.includes(name) && !(await deleteWhere(database, ref, budget, name))) return false;
  return true;
}

/** Deletes the rows of this table, if there is a condition only those for which it holds. Returns whether none is left. */
export async function deleteWhere(
  database: Database,
  ref: string,
  budget: Budget,
  table: string,
  condition?: string,
): Promise<boolean> {
  const { tenant = "", key = [] } = TENANT_TABLES.find(({ name }) => name === table) ?? {};
  const columns = [tenant, ...key].join();
  const where = `${tenant} = ?1${condition === undefined ? "" : ` AND ${condition}`}`;
  const some = `SELECT ${columns} FROM ${table} WHERE ${where} LIMIT ${DELETE_MAX_ROWS}`;
  const text = `DELETE FROM ${table} WHERE (${columns}) IN (${some})`;
  for (let deleted = DELETE_MAX_ROWS; deleted === DELETE_MAX_ROWS;) {
    if (!(await budget.take())) return false;
    deleted = (await database.$client.prepare(text).bind(ref).run()).meta.changes;
  }
  return true;
}
