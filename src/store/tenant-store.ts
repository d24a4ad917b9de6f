import { and, eq, getTableColumns, inArray, isNull, sql, type Placeholder, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { SQLiteColumn, SQLiteTable, SQLiteUpdateSetSource } from "drizzle-orm/sqlite-core";
import { NO_DATABASE, type Database } from "./database.ts";
import { lookUp, makeLookUp, type LookUp } from "./memory/look-up.ts";
import type { Change, Memory } from "./memory/desk-memory.ts";
import { effectOf, type Effect } from "./memory/statement-effect.ts";
import { watched } from "./memory/watched-client.ts";
import { Prepared, type AllRowsOf, type Composed, type DatabaseRow, type Run } from "./prepared-statement.ts";
import { tenants } from "./schema.ts";
import type { Tenant } from "./rows.ts";

// Access to one tenant's rows. Every statement is composed here with a condition on the tenant, and only for tables
// with a `tenantId` column: a read across tenants does not compile. Only tenant-lookup.ts creates a TenantStore.

type TenantTable = SQLiteTable & { readonly tenantId: SQLiteColumn };
export type Statement = BatchItem<"sqlite"> & Composed;
type AllSelected<Selections extends readonly unknown[]> = {
  -readonly [Place in keyof Selections]: Selections[Place] extends Selection<infer Value> ? Value[] : never;
};
type Row<Table extends TenantTable> = Table["$inferSelect"];
export type NewRow<Table extends TenantTable> = Omit<Table["$inferInsert"], "tenantId">;

/** D1 allows 100 parameters: one is the tenant, and a few are for other conditions. */
const VALUES_MAX = 90;
const TENANT = "tenant";

/** Composes statements about one tenant's rows. */
export class Scope<TenantId extends string | Placeholder = string | Placeholder> {
  readonly tenantId: TenantId;
  readonly #database: Database;

  constructor(database: Database, tenantId: TenantId) {
    this.#database = database;
    this.tenantId = tenantId;
  }

  selectOwn(): Selection<Tenant> {
    const own = this.#database.select().from(tenants).where(eq(tenants.id, this.tenantId));
    return own.$dynamic();
  }

  select<Table extends TenantTable>(table: Table, where?: SQL) {
    return this.#database
      .select()
      .from(table as SQLiteTable)
      .where(this.#scope(table, where))
      .$dynamic() as unknown as Selection<Row<Table>>;
  }

  /** For lists: a payload, a policy or a signed statement can be 64 KiB in each row. */
  selectColumns<Table extends TenantTable, Name extends keyof Row<Table> & string>(
    table: Table,
    names: readonly Name[],
    where?: SQL,
  ) {
    const all = getTableColumns(table);
    const columns = Object.fromEntries(names.map((name) => [name, all[name]] as const));
    return this.#database
      .select(columns as Record<string, SQLiteColumn>)
      .from(table as SQLiteTable)
      .where(this.#scope(table, where))
      .$dynamic() as unknown as Selection<Pick<Row<Table>, Name>>;
  }

  /** How many rows match, counted up to this number. */
  count(table: TenantTable, max: number, where?: SQL) {
    const matching = this.#database
      .select({ one: sql`1`.as("one") })
      .from(table as SQLiteTable)
      .where(this.#scope(table, where))
      .limit(max)
      .as("matching");
    return this.#database
      .select({ count: sql<number>`count(*)` })
      .from(matching)
      .$dynamic() as unknown as Selection<{ readonly count: number }>;
  }

  insert<Table extends TenantTable>(table: Table, row: NewRow<Table>) {
    return this.#database.insert(table).values({ ...row, tenantId: this.tenantId } as Table["$inferInsert"]);
  }

  /** Rows of a SELECT that lists every column in the table's order. */
  insertFrom<Table extends TenantTable>(table: Table, rows: (tenantId: SQL) => SQL) {
    return this.#database.insert(table).select(rows(sql`${this.tenantId}`));
  }

  update<Table extends TenantTable>(table: Table, set: SQLiteUpdateSetSource<Table>, where: SQL | undefined) {
    return this.#database.update(table).set(set).where(this.#scope(table, where));
  }

  remove<Table extends TenantTable>(table: Table, where: SQL | undefined) {
    return this.#database.delete(table).where(this.#scope(table, where));
  }

  #scope(table: TenantTable, where: SQL | undefined): SQL | undefined {
    return and(eq(table.tenantId, this.tenantId), where);
  }
}

/** A scope without a tenant: its statements get the tenant from the store that runs them. */
const OPEN_SCOPE = new Scope(NO_DATABASE, sql.placeholder(TENANT));

/** All statements that are composed once, for a test of their query plans. */
export const EVERY_PREPARED: Prepared<unknown>[] = [];

/** A named value of a prepared statement, where SQL is expected; elsewhere `sql.placeholder(name)` does. */
export const value = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** A statement that is composed once. It returns rows of the table, some of their columns, or computed values. */
export function prepared<
  Table extends TenantTable,
  Name extends keyof Row<Table> = keyof Row<Table>,
  Computed = unknown,
>(
  table: Table,
  compose: (scope: Scope) => Composed,
  changedKey?: string,
): Prepared<Pick<Row<Table>, Name> & Computed> {
  const statement = new Prepared<Pick<Row<Table>, Name> & Computed>(
    table,
    () => compose(OPEN_SCOPE),
    changedKey,
  );
  EVERY_PREPARED.push(statement);
  return statement;
}

/** A statement that is composed for this one run, among prepared ones. */
export function runOnce(statement: Statement): Run {
  return new Prepared<never>(tenants, () => statement).with({});
}

const OWN_TENANT = new Prepared<Tenant>(tenants, () => OPEN_SCOPE.selectOwn()).with({});
export const ownTenant = makeLookUp(
  ({ tenant }) => tenant,
  "",
  [OWN_TENANT],
  ([[tenant]]) => tenant,
);

export class TenantStore extends Scope<string> {
  readonly #database: Database;
  /** The client without the memory, for calls that say themselves what they change. */
  readonly #client: D1Database;
  readonly #memory: Memory | undefined;

  /** Only the tenant's Desk has a memory: it must see every write. */
  constructor(database: Database, tenantId: string, memory?: Memory) {
    const own = memory ? watched(database, memory) : database;
    super(own, tenantId);
    this.#database = own;
    this.#client = database.$client;
    this.#memory = memory;
    memory?.attach(this.#client);
  }

  get memory(): Memory | undefined {
    return this.#memory?.isOf(this.#client) ? this.#memory : undefined;
  }

  /** The row of the tenant itself. */
  async own(): Promise<Tenant> {
    const [tenant] = await lookUp(this, [ownTenant]);
    if (tenant === undefined) throw new RangeError("this tenant does not exist");
    return tenant;
  }

  /** Sets the id of the tenant's stream, once. From then on a sign-up is no longer deleted. */
  beginStream(stream: string, where: SQL) {
    return this.#database
      .update(tenants)
      .set({ stream, signupUntil: null })
      .where(and(eq(tenants.id, this.tenantId), isNull(tenants.stream), where));
  }

  /** The statement that changes the row of the tenant itself, if this holds. */
  updateOwn(set: SQLiteUpdateSetSource<typeof tenants>, where: SQL | undefined): Statement {
    return this.#database
      .update(tenants)
      .set(set)
      .where(and(eq(tenants.id, this.tenantId), where));
  }

  /** The end of the tenant, once. */
  endTenant(at: number, where: SQL) {
    return this.#database
      .update(tenants)
      .set({ deletedAt: at })
      .where(and(eq(tenants.id, this.tenantId), isNull(tenants.deletedAt), where));
  }

  async first<Table extends TenantTable>(table: Table, where?: SQL): Promise<Row<Table> | undefined> {
    const rows = await this.select(table, where).limit(1);
    return rows[0];
  }

  /** Rows whose column has one of these values: one round trip of as many statements as D1's limit of parameters needs. */
  async selectIn<Table extends TenantTable>(
    table: Table,
    column: SQLiteColumn,
    values: readonly (string | number)[],
    where?: SQL,
  ): Promise<readonly Row<Table>[]> {
    const chunks: Selection<Row<Table>>[] = [];
    for (let start = 0; start < values.length; start += VALUES_MAX) {
      const chunk = values.slice(start, start + VALUES_MAX);
      chunks.push(this.select(table, and(inArray(column, chunk), where)));
    }
    const [first, ...others] = chunks;
    return first === undefined ? [] : (await this.read([first, ...others])).flat();
  }

  /** Several selections in one round trip and of one moment. */
  async read<const Selections extends readonly [Selection<unknown>, ...Selection<unknown>[]]>(
    selections: Selections,
  ): Promise<AllSelected<Selections>> {
    const rows = await this.#database.batch(selections as unknown as [Statement]);
    return rows as unknown as AllSelected<Selections>;
  }

  /**
   * Prepared statements in one round trip and one transaction. Undefined ones are skipped and return no rows. With a
   * memory, `keep` can remember what they return of a value that they change, and `meanwhile` what is true before they
   * have written it.
   */
  async run<const Runs extends readonly (Run | undefined)[]>(
    runs: Runs,
    keep?: (rows: AllRowsOf<Runs>, change: Change) => void,
    meanwhile?: (change: Change) => void,
  ): Promise<AllRowsOf<Runs>> {
    const given = runs.filter((run) => run !== undefined);
    const bound = given.map((run) => this.#bind(run));
    const [results, change] = await this.#send(bound, meanwhile);
    let next = 0;
    const rows = runs.map((run) =>
      run === undefined ? [] : run.prepared.rows(results[next++]?.results ?? []),
    ) as AllRowsOf<Runs>;
    if (change) keep?.(rows, change);
    return rows;
  }

  /** Changes, and a value as it is after them, in one transaction. */
  async change<const Runs extends readonly (Run | undefined)[], Value>(
    changes: Runs,
    after: LookUp<Value>,
  ): Promise<{ readonly changed: AllRowsOf<Runs>; readonly found: Value | undefined }> {
    const from = (all: readonly unknown[][]) => after.from(all.slice(changes.length));
    const all: readonly unknown[][] = await this.run([...changes, ...after.runs], (rows, change) => {
      const found = from(rows);
      if (found !== undefined) change.keep(after, found);
    });
    return { changed: all.slice(0, changes.length) as AllRowsOf<Runs>, found: from(all) };
  }

  /** One transaction. If a statement raises, none has an effect. */
  async batch(statements: readonly (Statement | Run)[]): Promise<void> {
    await this.#send(
      statements.map((one) => {
        if ("prepared" in one) return this.#bind(one);
        const { sql: text, params } = one.toSQL();
        return { statement: this.#client.prepare(text).bind(...params), effect: effectOf(text) };
      }),
    );
  }

  #bind({ prepared: one, values }: Run): Bound {
    const statement = one.bind(this.#client, { ...values, [TENANT]: this.tenantId });
    return { statement, effect: one.effect(values) };
  }

  async #send(
    bound: readonly Bound[],
    meanwhile?: (change: Change) => void,
  ): Promise<[D1Result<DatabaseRow>[], Change?]> {
    if (bound.length === 0) return [[]];
    const statements = bound.map(({ statement }) => statement);
    const send = () => this.#client.batch<DatabaseRow>(statements);
    const effects = bound.flatMap(({ effect }) => effect ?? []);
    return this.memory ? this.memory.during(effects, send, meanwhile) : [await send()];
  }
}

interface Bound {
  readonly statement: D1PreparedStatement;
  readonly effect: Effect | undefined;
}

/** A selection that can be limited, ordered, awaited, or passed to `read`. */
interface Selection<Value> extends PromiseLike<Value[]> {
  limit(count: number): Selection<Value>;
  offset(count: number | Placeholder): Selection<Value>;
  orderBy(...columns: (SQL | SQLiteColumn)[]): Selection<Value>;
  toSQL(): { sql: string; params: unknown[] };
}
