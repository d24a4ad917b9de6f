import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type * as schema from "../schema.ts";

type Tables = (typeof schema)[keyof typeof schema];
export type TableName = Extract<Tables, SQLiteTable>["_"]["name"];

/** What a statement changes. */
export interface Effect {
  /** Undefined if its text does not say which table: then it may be any. */
  readonly table: TableName | undefined;
  /** The keys of the only remembered values that it may change. */
  readonly keys: ReadonlySet<string> | "all";
}

/** Undefined for a statement that only reads. */
export function effectOf(text: string): Effect | undefined {
  if (/^\s*select\b/iu.test(text)) return undefined;
  const [, table] = /^\s*(?:insert into|update|delete from) "(\w+)"/iu.exec(text) ?? [];
  return { table: table as TableName | undefined, keys: "all" };
}
