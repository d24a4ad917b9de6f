import { drizzle } from "drizzle-orm/d1";
import type { Database } from "../database.ts";
import type { Memory } from "./desk-memory.ts";
import { effectOf, type Effect } from "./statement-effect.ts";

// A database whose every statement passes through the memory, however drizzle runs it: no write can be forgotten.

export function watched(database: Database, memory: Memory): Database {
  const client: Pick<D1Database, "prepare" | "batch"> = new WatchedClient(database.$client, memory);
  return drizzle(client as D1Database);
}

class WatchedClient {
  readonly #client: D1Database;
  readonly #memory: Memory;

  constructor(client: D1Database, memory: Memory) {
    this.#client = client;
    this.#memory = memory;
  }

  prepare(text: string): D1PreparedStatement {
    const statement = new WatchedStatement(this.#client.prepare(text), effectOf(text), this.#memory);
    return statement as unknown as D1PreparedStatement;
  }

  async batch<Row>(statements: D1PreparedStatement[]): Promise<D1Result<Row>[]> {
    const own = statements as unknown as readonly WatchedStatement[];
    const effects = own.flatMap(({ effect }) => effect ?? []);
    const send = () => this.#client.batch<Row>(own.map(({ statement }) => statement));
    return (await this.#memory.during(effects, send))[0];
  }
}

/** The calls of a statement that drizzle makes. */
class WatchedStatement implements Pick<D1PreparedStatement, "run" | "all"> {
  readonly statement: D1PreparedStatement;
  readonly effect: Effect | undefined;
  readonly #memory: Memory;

  constructor(statement: D1PreparedStatement, effect: Effect | undefined, memory: Memory) {
    this.statement = statement;
    this.effect = effect;
    this.#memory = memory;
  }

  bind(...values: unknown[]): WatchedStatement {
    return new WatchedStatement(this.statement.bind(...values), this.effect, this.#memory);
  }

  async run<Row>(): Promise<D1Result<Row>> {
    return this.#send(() => this.statement.run<Row>());
  }

  async all<Row>(): Promise<D1Result<Row>> {
    return this.#send(() => this.statement.all<Row>());
  }

  async raw<Row>(): Promise<Row[]> {
    return this.#send(() => this.statement.raw<Row>());
  }

  async #send<Value>(send: () => Promise<Value>): Promise<Value> {
    const effects = this.effect === undefined ? [] : [this.effect];
    return (await this.#memory.during(effects, send))[0];
  }
}
