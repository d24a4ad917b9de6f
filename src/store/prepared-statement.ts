import { getTableColumns, is, Placeholder } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

// Statements whose text is made once. To compose one out of drizzle's parts and write it down takes as long as
// to run it, and from one run to the next only the values differ.

export type Value = string | number | boolean | null;
export type Values = Readonly<Record<string, Value>>;
export type DatabaseRow = Readonly<Record<string, unknown>>;

/** Whatever drizzle has composed. */
export interface Composed {
  toSQL(): { sql: string; params: unknown[] };
}

/** A statement with its values, to be run once. */
export interface Run<Row = unknown> {
  readonly prepared: Prepared<Row>;
  readonly values: Values;
}

/** The names in it stand for values: `sql.placeholder(name)`. */
export class Prepared<Row> {
  readonly #compose: () => Composed;
  readonly #table: SQLiteTable;
  #made: Numbered | undefined;
  #columns: readonly (readonly [property: string, name: string, read: (value: unknown) => unknown])[] = [];

  /** What it returns, if anything, are columns of the table, and what it computes under names of its own. */
  constructor(table: SQLiteTable, compose: () => Composed) {
    this.#table = table;
    this.#compose = compose;
  }

  with(values: Values): Run<Row> {
    return { prepared: this, values };
  }

  bind(client: D1Database, values: Values): D1PreparedStatement {
    // At the first run, not when the module is loaded: most starts need few of all statements.
    const { text, places } = (this.#made ??= numbered(this.#compose()));
    return client.prepare(text).bind(...places.map((valueIn) => valueIn(values)));
  }

  rows(found: readonly DatabaseRow[]): Row[] {
    const [first] = found;
    if (first !== undefined && this.#columns.length === 0) {
      const columns = Object.entries(getTableColumns(this.#table));
      this.#columns = Object.keys(first).map((name) => {
        const [property, column] = columns.find(([, one]) => one.name === name) ?? [name];
        return [property, name, (value) => (column ? column.mapFromDriverValue(value) : value)];
      });
    }
    return found.map((row) => {
      const read: Record<string, unknown> = {};
      for (const [property, name, from] of this.#columns) {
        const value = row[name];
        read[property] = value === null ? null : from(value);
      }
      return read as Row;
    });
  }
}

/** What stands at a place, of the values that are given. */
type Place = (values: Values) => unknown;

/** A text in which ?1 is the first of its places. */
interface Numbered {
  readonly text: string;
  readonly places: readonly Place[];
}

/** A name has one place, however often it stands in the text: its value is written down and read once. */
function numbered(composed: Composed): Numbered {
  const { sql, params } = composed.toSQL();
  const places: Place[] = [];
  const known = new Map<string, number>();
  let count = 0;
  const text = sql.replaceAll("?", () => {
    const param = params[count++];
    if (!is(param, Placeholder)) return `?${places.push(() => param)}`;
    const { name } = param;
    const number = known.get(name) ?? places.push((values) => valueOf(name, values));
    known.set(name, number);
    return `?${number}`;
  });
  if (count !== params.length) throw new RangeError(`${count} marks for ${params.length} parameters: ${sql}`);
  return { text, places };
}

function valueOf(name: string, values: Values): Value {
  const value = values[name];
  if (value === undefined) throw new RangeError(`no value for "${name}" was given`);
  return value;
}
