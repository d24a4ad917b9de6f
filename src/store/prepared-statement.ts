import { getTableColumns, is, Placeholder } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { effectOf, type Effect } from "./memory/statement-effect.ts";

// Statements whose text is built once. Composing a statement with drizzle takes as long as running it, and only the
// values differ from one run to the next.

export type Value = string | number | boolean | null;
export type Values = Readonly<Record<string, Value>>;
export type DatabaseRow = Readonly<Record<string, unknown>>;

/** A statement composed with drizzle. */
export interface Composed {
  toSQL(): { sql: string; params: unknown[] };
}

/** A statement with its values. */
export interface Run<Row = unknown> {
  readonly prepared: Prepared<Row>;
  readonly values: Values;
}

/** The rows that each run returns. */
export type AllRowsOf<Runs extends readonly unknown[]> = {
  -readonly [Place in keyof Runs]: Runs[Place] extends Run<infer Row> | undefined ? Row[] : never;
};

/** Its parameters are named: `sql.placeholder(name)`. */
export class Prepared<Row> {
  readonly #compose: () => Composed;
  readonly #table: SQLiteTable;
  readonly #changedKey: string | undefined;
  #numbered: Numbered | undefined;
  #columns: readonly (readonly [property: string, name: string, read: (value: unknown) => unknown])[] = [];

  /**
   * Results are read as columns of this table. Other names are computed values. `changedKey` names the parameter with
   * the key of the only remembered value that the statement may change. Without it the statement may change all that
   * have columns of its table.
   */
  constructor(table: SQLiteTable, compose: () => Composed, changedKey?: string) {
    this.#table = table;
    this.#compose = compose;
    this.#changedKey = changedKey;
  }

  with(values: Values): Run<Row> {
    return { prepared: this, values };
  }

  bind(client: D1Database, values: Values): D1PreparedStatement {
    const { text, parameters } = this.#built();
    return client.prepare(text).bind(...parameters.map((valueIn) => valueIn(values)));
  }

  /** What it changes with these values; undefined if it only reads. */
  effect(values: Values): Effect | undefined {
    const { effect } = this.#built();
    if (effect === undefined || this.#changedKey === undefined) return effect;
    const key = valueOf(this.#changedKey, values);
    return { ...effect, keys: new Set(key === null ? [] : [String(key)]) };
  }

  /** At the first run: most starts need few of the statements. */
  #built(): Numbered {
    return (this.#numbered ??= numbered(this.#compose()));
  }

  rows(results: readonly DatabaseRow[]): Row[] {
    const [first] = results;
    if (first !== undefined && this.#columns.length === 0) {
      const columns = Object.entries(getTableColumns(this.#table));
      this.#columns = Object.keys(first).map((name) => {
        const [property, column] = columns.find(([, one]) => one.name === name) ?? [name];
        return [property, name, (value) => (column ? column.mapFromDriverValue(value) : value)];
      });
    }
    return results.map((row) => {
      const read: Record<string, unknown> = {};
      for (const [property, name, from] of this.#columns) {
        const value = row[name];
        read[property] = value === null ? null : from(value);
      }
      return read as Row;
    });
  }
}

/** Reads one parameter out of the values. */
type Parameter = (values: Values) => unknown;

/** In the text ?1 is the first parameter. */
interface Numbered {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly effect: Effect | undefined;
}

/** A name has one number, however often the text uses it, so its value is bound once. */
function numbered(composed: Composed): Numbered {
  const { sql, params } = composed.toSQL();
  const parameters: Parameter[] = [];
  const numbers = new Map<string, number>();
  let count = 0;
  const text = sql.replaceAll("?", () => {
    const param = params[count++];
    if (!is(param, Placeholder)) return `?${parameters.push(() => param)}`;
    const { name } = param;
    const number = numbers.get(name) ?? parameters.push((values) => valueOf(name, values));
    numbers.set(name, number);
    return `?${number}`;
  });
  if (count !== params.length) throw new RangeError(`${count} marks for ${params.length} parameters: ${sql}`);
  return { text, parameters, effect: effectOf(text) };
}

function valueOf(name: string, values: Values): Value {
  const value = values[name];
  if (value === undefined) throw new RangeError(`the statement has no value for "${name}"`);
  return value;
}
