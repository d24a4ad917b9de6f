import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { and, count, eq, gte, inArray, max, ne } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { drizzle } from "drizzle-orm/sqlite-proxy";
import {
  confirmations,
  notices,
  outbox,
  steps,
  tenants,
  votes,
  webhookDeliveries,
} from "../../src/store/schema.ts";
import type { ConfirmationRow, OutboxRow, StepRow, Tenant, VoteRow } from "../../src/store/rows.ts";
import type { StoredNotice } from "./receivers/chaos-device.ts";
import type { StoredDelivery } from "./receivers/chaos-webhook.ts";

// Reads the rows in the file of one shard from outside. The file is opened while the server runs and closed before it
// is killed: an open reader, or one that opens the file first after a kill, would do the recovery instead of the server.

/** The server may be writing what became of a delivery. */
const LOCKED_MAX_MILLISECONDS = 10_000;
/** SQLite allows 32,766 parameters. */
const IDS_MAX = 10_000;

type Remote = ReturnType<typeof drizzle>;

export interface RequestRows {
  readonly confirmation: ConfirmationRow;
  readonly steps: readonly StepRow[];
  readonly votes: readonly VoteRow[];
  readonly records: readonly OutboxRow[];
}

export class DatabaseFile {
  readonly #file: DatabaseSync;
  readonly #database: Remote;
  readonly tenants: readonly Tenant[];

  constructor(file: DatabaseSync, database: Remote, all: readonly Tenant[]) {
    this.#file = file;
    this.#database = database;
    this.tenants = all;
  }

  static async open(path: string): Promise<DatabaseFile> {
    const file = new DatabaseSync(path, { readOnly: true, timeout: LOCKED_MAX_MILLISECONDS });
    // One transaction, so that all reads see the same state.
    file.exec("BEGIN");
    const database = drizzle(async (sql, parameters) => {
      const statement = file.prepare(sql);
      statement.setReturnArrays(true);
      return { rows: statement.all(...(parameters as SQLInputValue[])) };
    });
    return new DatabaseFile(file, database, await database.select().from(tenants));
  }

  close(): void {
    this.#file.close();
  }

  /** The records of a stream, from this one on. */
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

  /** The number of requests for a decision. */
  async requestCount(): Promise<number> {
    const [counted] = await this.#database
      .select({ rows: count() })
      .from(confirmations)
      .where(eq(confirmations.type, "decision"));
    return counted?.rows ?? 0;
  }

  /** The events of the only webhook of the tenant, in their order, and the notices of its only device. */
  async sendingOf(tenant: string): Promise<{
    readonly deliveries: readonly StoredDelivery[];
    readonly notices: readonly StoredNotice[];
  }> {
    const { eventId, sequence, state } = webhookDeliveries;
    const [deliveries, sentNotices] = await Promise.all([
      this.#database
        .select({ eventId, sequence, state })
        .from(webhookDeliveries)
        .where(eq(webhookDeliveries.tenantId, tenant))
        .orderBy(sequence),
      this.#database
        .select({ confirmationId: notices.confirmationId, kind: notices.kind, state: notices.state })
        .from(notices)
        .where(eq(notices.tenantId, tenant)),
    ]);
    return { deliveries, notices: sentNotices };
  }

  /** Requests to change the directory, which the API does not show. */
  async changeRequests(): Promise<readonly ConfirmationRow[]> {
    return await this.#database.select().from(confirmations).where(ne(confirmations.type, "decision"));
  }

  async requestRows(ids: readonly string[]): Promise<ReadonlyMap<string, RequestRows>> {
    const byId = new Map<string, RequestRows>();
    const tenantIds = this.tenants.map(({ id }) => id);
    // With the tenant, since the primary keys start with it.
    const matching = (table: { tenantId: SQLiteColumn }, id: SQLiteColumn, some: readonly string[]) =>
      and(inArray(table.tenantId, tenantIds), inArray(id, some));
    for (let from = 0; from < ids.length; from += IDS_MAX) {
      const some = ids.slice(from, from + IDS_MAX);
      const [rows, allSteps, allVotes, allRecords] = await Promise.all([
        this.#database
          .select()
          .from(confirmations)
          .where(matching(confirmations, confirmations.id, some)),
        this.#database
          .select()
          .from(steps)
          .where(matching(steps, steps.confirmationId, some))
          .orderBy(steps.n),
        this.#database
          .select()
          .from(votes)
          .where(matching(votes, votes.confirmationId, some))
          .orderBy(votes.at),
        this.#database
          .select()
          .from(outbox)
          .where(matching(outbox, outbox.confirmationId, some))
          .orderBy(outbox.seq),
      ]);
      const stepsOf = Map.groupBy(allSteps, ({ confirmationId }) => confirmationId);
      const votesOf = Map.groupBy(allVotes, ({ confirmationId }) => confirmationId);
      const recordsOf = Map.groupBy(allRecords, ({ confirmationId }) => confirmationId);
      for (const confirmation of rows) {
        const { id } = confirmation;
        byId.set(id, {
          confirmation,
          steps: stepsOf.get(id) ?? [],
          votes: votesOf.get(id) ?? [],
          records: recordsOf.get(id) ?? [],
        });
      }
    }
    return byId;
  }
}
