import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { and, count, eq, gte, inArray, max, ne } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { drizzle } from "drizzle-orm/sqlite-proxy";
import { confirmations, outbox, steps, tenants, votes } from "../../src/store/schema.ts";
import type { ConfirmationRow, OutboxRow, StepRow, Tenant, VoteRow } from "../../src/store/rows.ts";

// The rows as they stand in D1's file, read from outside. It is opened while the runtime lives and closed
// before it is killed: whoever holds the file open, or opens it first, takes the recovery from the runtime.

/** SQLite takes 32,766 parameters. */
const IDS_MAX = 10_000;

type Remote = ReturnType<typeof drizzle>;

export interface About {
  readonly confirmation: ConfirmationRow;
  readonly steps: readonly StepRow[];
  readonly votes: readonly VoteRow[];
  readonly records: readonly OutboxRow[];
}

export class Rows {
  readonly #file: DatabaseSync;
  readonly #database: Remote;
  readonly tenants: readonly Tenant[];

  constructor(file: DatabaseSync, database: Remote, all: readonly Tenant[]) {
    this.#file = file;
    this.#database = database;
    this.tenants = all;
  }

  static async open(path: string): Promise<Rows> {
    const file = new DatabaseSync(path, { readOnly: true });
    // One moment for all that is read.
    file.exec("BEGIN");
    const database = drizzle(async (sql, parameters) => {
      const statement = file.prepare(sql);
      statement.setReturnArrays(true);
      return { rows: statement.all(...(parameters as SQLInputValue[])) };
    });
    return new Rows(file, database, await database.select().from(tenants));
  }

  close(): void {
    this.#file.close();
  }

  /** The stream's records from this one on. */
  async stream(tenant: string, from: number): Promise<readonly OutboxRow[]> {
    return await this.#database
      .select()
      .from(outbox)
      .where(and(eq(outbox.tenantId, tenant), gte(outbox.seq, from)))
      .orderBy(outbox.seq);
  }

  async streamSize(tenant: string): Promise<{ readonly rows: number; readonly last: number | null }> {
    const [size] = await this.#database
      .select({ rows: count(), last: max(outbox.seq) })
      .from(outbox)
      .where(eq(outbox.tenantId, tenant));
    return size ?? { rows: 0, last: null };
  }

  /** How many decisions were asked for. */
  async asked(): Promise<number> {
    const [asked] = await this.#database
      .select({ rows: count() })
      .from(confirmations)
      .where(eq(confirmations.type, "decision"));
    return asked?.rows ?? 0;
  }

  /** Requests to let a passkey count, which the API does not show. */
  async changes(): Promise<readonly ConfirmationRow[]> {
    return await this.#database.select().from(confirmations).where(ne(confirmations.type, "decision"));
  }

  async about(ids: readonly string[]): Promise<ReadonlyMap<string, About>> {
    const about = new Map<string, About>();
    const every = this.tenants.map(({ id }) => id);
    // The keys begin with the tenant.
    const here = (table: { tenantId: SQLiteColumn }, id: SQLiteColumn, some: readonly string[]) =>
      and(inArray(table.tenantId, every), inArray(id, some));
    for (let from = 0; from < ids.length; from += IDS_MAX) {
      const some = ids.slice(from, from + IDS_MAX);
      const [rows, made, cast, records] = await Promise.all([
        this.#database
          .select()
          .from(confirmations)
          .where(here(confirmations, confirmations.id, some)),
        this.#database
          .select()
          .from(steps)
          .where(here(steps, steps.confirmationId, some))
          .orderBy(steps.n),
        this.#database
          .select()
          .from(votes)
          .where(here(votes, votes.confirmationId, some))
          .orderBy(votes.at),
        this.#database
          .select()
          .from(outbox)
          .where(here(outbox, outbox.confirmationId, some))
          .orderBy(outbox.seq),
      ]);
      const stepsOf = Map.groupBy(made, ({ confirmationId }) => confirmationId);
      const votesOf = Map.groupBy(cast, ({ confirmationId }) => confirmationId);
      const recordsOf = Map.groupBy(records, ({ confirmationId }) => confirmationId);
      for (const confirmation of rows) {
        const { id } = confirmation;
        about.set(id, {
          confirmation,
          steps: stepsOf.get(id) ?? [],
          votes: votesOf.get(id) ?? [],
          records: recordsOf.get(id) ?? [],
        });
      }
    }
    return about;
  }
}
