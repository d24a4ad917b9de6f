import { bindings } from "../../support/worker-fixture.ts";

// A database that records each statement and how many rows it read.

export class MeasuredDatabase {
  /** The texts of all statements. */
  readonly statements = new Set<string>();
  #rowsRead = new Map<string, number>();

  /** Since the last call, by statement: the most rows that one run has read. */
  takeRowsRead(): ReadonlyMap<string, number> {
    const taken = this.#rowsRead;
    this.#rowsRead = new Map();
    return taken;
  }

  record(text: string, { meta }: D1Result): void {
    this.#rowsRead.set(text, Math.max(this.#rowsRead.get(text) ?? 0, meta.rows_read));
  }

  prepare(text: string): MeasuredStatement {
    this.statements.add(text);
    return new MeasuredStatement(this, text, bindings.DB.prepare(text));
  }

  async batch(statements: readonly MeasuredStatement[]): Promise<D1Result[]> {
    const results = await bindings.DB.batch(statements.map(({ own }) => own));
    for (const [place, result] of results.entries()) this.record(statements[place]?.text ?? "", result);
    return results;
  }
}

/** It has the calls that the store makes. */
export function asDatabase(measured: unknown): D1Database {
  return measured as D1Database;
}

class MeasuredStatement {
  readonly text: string;
  readonly own: D1PreparedStatement;
  readonly #database: MeasuredDatabase;

  constructor(database: MeasuredDatabase, text: string, own: D1PreparedStatement) {
    this.#database = database;
    this.text = text;
    this.own = own;
  }

  bind(...values: unknown[]): MeasuredStatement {
    return new MeasuredStatement(this.#database, this.text, this.own.bind(...values));
  }

  async all(): Promise<D1Result<Record<string, unknown>>> {
    const result = await this.own.all<Record<string, unknown>>();
    this.#database.record(this.text, result);
    return result;
  }

  async run(): Promise<D1Result> {
    return this.all();
  }

  /** Arrays come without a number of rows, and in objects two columns of one name are one. So what reads runs twice. */
  async raw(): Promise<unknown[]> {
    const { results } = await this.all();
    return /^select/i.test(this.text) ? this.own.raw() : results.map((row) => Object.values(row));
  }
}
