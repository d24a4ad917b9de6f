import { and, eq, inArray, isNull, sql, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { SQLiteColumn, SQLiteTable, SQLiteUpdateSetSource } from "drizzle-orm/sqlite-core";
import type { Database } from "./db.ts";
import { tenants, type Tenant } from "./schema.ts";

// The scoped handle. Every statement about a tenant's rows is made here, with the tenant's predicate, and
// only for tables that have one: a read across tenants does not compile. Only lookup.ts makes handles, and
// background work through `TenantStore.of` with the name that the tenant's own Durable Object bears.

export type TenantTable = SQLiteTable & { readonly tenantId: SQLiteColumn };
export type Statement = BatchItem<"sqlite">;
type RowsOf<Some> = Some extends Selection<infer Value> ? Value[] : never;
type Row<Table extends TenantTable> = Table["$inferSelect"];
type NewRow<Table extends TenantTable> = Omit<Table["$inferInsert"], "tenantId">;

/** Of D1's 100 parameters one is the tenant, and a few are for other conditions. */
const VALUES_MAX = 90;

export class TenantStore {
  readonly tenantId: string;
  readonly #database: Database;

  constructor(database: Database, tenantId: string) {
    this.#database = database;
    this.tenantId = tenantId;
  }

  /** The tenant itself, whose row bears the id under which the others stand. */
  async own(): Promise<Tenant> {
    const [tenant] = await this.selectOwn();
    if (tenant === undefined) throw new RangeError("a handle was made for a tenant that is not there");
    return tenant;
  }

  selectOwn(): Selection<Tenant> {
    const own = this.#database.select().from(tenants).where(eq(tenants.id, this.tenantId));
    return own.$dynamic();
  }

  /** Begins the tenant's stream, once. */
  beginStream(stream: string, where: SQL) {
    return this.#database
      .update(tenants)
      .set({ stream })
      .where(and(eq(tenants.id, this.tenantId), isNull(tenants.stream), where));
  }

  select<Table extends TenantTable>(table: Table, where?: SQL) {
    return this.#database
      .select()
      .from(table as SQLiteTable)
      .where(this.#scope(table, where))
      .$dynamic() as unknown as Selection<Row<Table>>;
  }

  async first<Table extends TenantTable>(table: Table, where?: SQL): Promise<Row<Table> | undefined> {
    const rows = await this.select(table, where).limit(1);
    return rows[0];
  }

  /** Rows whose column has one of these values, however many: D1 takes 100 parameters in one statement. */
  async selectIn<Table extends TenantTable>(
    table: Table,
    column: SQLiteColumn,
    values: readonly (string | number)[],
    where?: SQL,
  ): Promise<readonly Row<Table>[]> {
    const chunks: Promise<Row<Table>[]>[] = [];
    for (let start = 0; start < values.length; start += VALUES_MAX) {
      chunks.push(
        Promise.resolve(
          this.select(table, and(inArray(column, values.slice(start, start + VALUES_MAX)), where)),
        ),
      );
    }
    return (await Promise.all(chunks)).flat();
  }

  insert<Table extends TenantTable>(table: Table, row: NewRow<Table>) {
    return this.#database.insert(table).values({ ...row, tenantId: this.tenantId } as Table["$inferInsert"]);
  }

  /** Rows from a SELECT that lists every column in the table's order; the tenant is its parameter. */
  insertFrom<Table extends TenantTable>(table: Table, rows: (tenantId: SQL) => SQL) {
    return this.#database.insert(table).select(rows(sql`${this.tenantId}`));
  }

  update<Table extends TenantTable>(table: Table, set: SQLiteUpdateSetSource<Table>, where: SQL | undefined) {
    return this.#database.update(table).set(set).where(this.#scope(table, where));
  }

  remove<Table extends TenantTable>(table: Table, where: SQL | undefined) {
    return this.#database.delete(table).where(this.#scope(table, where));
  }

  /** Several selections in one round trip, and of one moment. */
  async read<const Selections extends readonly [Selection<unknown>, ...Selection<unknown>[]]>(
    selections: Selections,
  ): Promise<{ -readonly [Place in keyof Selections]: RowsOf<Selections[Place]> }> {
    const rows = await this.#database.batch(selections as unknown as [Statement]);
    return rows as unknown as { -readonly [Place in keyof Selections]: RowsOf<Selections[Place]> };
  }

  /** One transaction. A statement that raises undoes all of them; the guarded chain never raises. */
  async batch(statements: readonly (Statement | Selection<unknown>)[]): Promise<readonly unknown[]> {
    const [first, ...rest] = statements as readonly Statement[];
    return first === undefined ? [] : this.#database.batch([first, ...rest]);
  }

  #scope(table: TenantTable, where: SQL | undefined): SQL | undefined {
    return and(eq(table.tenantId, this.tenantId), where);
  }
}

/** What a scoped selection can still be told; a thenable that a batch takes, too. */
export interface Selection<Value> extends PromiseLike<Value[]> {
  limit(count: number): Selection<Value>;
  orderBy(...columns: (SQL | SQLiteColumn)[]): Selection<Value>;
}
