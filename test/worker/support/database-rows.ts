import { bindings, noteEdit } from "./worker-fixture.ts";

// Direct access to rows, for tests that check the tables or change times.

export type Row = Readonly<Record<string, string | number | null>>;

/** The rows of one statement. */
export async function rows(sql: string, ...values: (string | number | null)[]): Promise<readonly Row[]> {
  if (!/^\s*SELECT\b/iu.test(sql)) noteEdit();
  const { results } = await bindings.DB.prepare(sql)
    .bind(...values)
    .all<Row>();
  return results;
}

/** Columns that are not named have their defaults. */
export async function insertRow(tenant: string, table: string, row: Row): Promise<void> {
  const all = { tenant_id: tenant, ...row };
  const marks = Object.keys(all).map((_name, place) => `?${place + 1}`);
  await rows(
    `INSERT INTO ${table} (${Object.keys(all).join()}) VALUES (${marks.join()})`,
    ...Object.values(all),
  );
}

export async function tableNames(): Promise<readonly string[]> {
  const found = await rows(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name <> 'd1_migrations' ORDER BY name",
  );
  return found.map(({ name }) => String(name));
}

/** How long calls took is no state: a Worker adds to it whenever a minute is over. */
const FIGURES = "call_figures";

/** Every row of every table but the figures, as text, without the last use of API keys. */
export async function everything(): Promise<Readonly<Record<string, readonly string[]>>> {
  const names = (await tableNames()).filter((name) => name !== FIGURES);
  const results = await bindings.DB.batch<Row>(
    names.map((name) => bindings.DB.prepare(`SELECT * FROM ${name}`)),
  );
  return Object.fromEntries(
    names.map((name, place) => [
      name,
      (results[place]?.results ?? []).map((row) =>
        JSON.stringify(name === "api_keys" ? { ...row, last_used_at: null } : row),
      ),
    ]),
  );
}

type Everything = Awaited<ReturnType<typeof everything>>;

/** The tables that differ, so that a failure names them. */
export function changed(before: Everything, after: Everything): readonly string[] {
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** The tables that this changes. */
export async function changedBy(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = await everything();
  await work();
  return changed(before, await everything());
}
