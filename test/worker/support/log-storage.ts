import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { toHex, utf8Text } from "../../../src/core/encoding/bytes.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import { Log } from "../../../src/log/log.ts";
import type { LogSettings } from "../../../src/log/log-settings.ts";
import { log } from "./log-audit.ts";

// The log's copy in R2, and its storage set back to an earlier moment.

const TABLES = ["entries", "tiles", "checkpoint", "copied"] as const;
type Row = Record<string, SqlStorageValue>;
export type Rows = ReadonlyMap<(typeof TABLES)[number], readonly Row[]>;

/** In calls of at most 256, each its own checkpoint. */
export async function appendAll(entries: readonly LabelledEntry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += 256) await log().append(entries.slice(from, from + 256));
}

/** One round of copying, as the alarm does it. Whether there was an alarm. */
export async function copyNow(): Promise<boolean> {
  return await runDurableObjectAlarm(log());
}

/** Everything that the storage holds of the log. */
export async function takeRows(): Promise<Rows> {
  return await runInDurableObject(
    log(),
    (_instance, { storage }) =>
      new Map(TABLES.map((table) => [table, storage.sql.exec<Row>(`SELECT * FROM ${table}`).toArray()])),
  );
}

/** What a restoration of the storage to an earlier moment does: it is as it was then, and knows of nothing. */
export async function rollBack(rows: Rows): Promise<void> {
  await runInDurableObject(log(), async (_instance, { storage }) => {
    for (const [table, earlier] of rows) {
      storage.sql.exec(`DELETE FROM ${table}`);
      for (const row of earlier) {
        const columns = Object.keys(row);
        storage.sql.exec(
          `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => "?").join()})`,
          ...Object.values(row),
        );
      }
    }
    for (const [key] of storage.kv.list()) storage.kv.delete(key);
    await storage.deleteAlarm();
  });
  await startAgain();
}

async function startAgain(): Promise<void> {
  await evictDurableObject(log());
  // `reset` clears the storage of objects that were called since; with another key this one doesn't start.
  await failure(() => log().vkey());
}

/** A start of the log with other settings, on the same storage; the usual one comes back with its next call. */
export async function withSettings<Value>(
  settings: Partial<LogSettings>,
  use: (instance: Log) => Promise<Value>,
): Promise<Value> {
  const value = await runInDurableObject(log(), async (_instance, state) => {
    return await use(new Log(state, { ...env, ...settings }));
  });
  await startAgain();
  return value;
}

/** Names in the bucket, without the log's, and the bytes behind them. */
export async function copyObjects(): Promise<ReadonlyMap<string, Uint8Array>> {
  const prefix = `${env.LOG_ORIGIN}/`;
  const found = new Map<string, Uint8Array>();
  let cursor: string | undefined;
  do {
    const page = await env.COPY.list(cursor === undefined ? { prefix } : { prefix, cursor });
    for (const { key } of page.objects) {
      const object = await env.COPY.get(key);
      if (object !== null) found.set(key.slice(prefix.length), new Uint8Array(await object.arrayBuffer()));
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}

export async function copiedText(name: string): Promise<string> {
  const bytes = (await copyObjects()).get(name);
  if (bytes === undefined) throw new Error(`the copy has no ${name}`);
  return utf8Text(bytes) ?? toHex(bytes);
}

/** Rejections of a stub count as unhandled unless awaited here; the message is what crosses the call. */
export async function failure(call: () => PromiseLike<unknown>): Promise<string> {
  try {
    await call();
  } catch (problem) {
    return String(problem);
  }
  return "it did not fail";
}
