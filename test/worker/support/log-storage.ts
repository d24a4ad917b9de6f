import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { toHex, utf8Text } from "../../../src/core/encoding/bytes.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import { Log } from "../../../src/log/log.ts";
import type { LogSettings } from "../../../src/log/log-settings.ts";
import { log } from "./log-audit.ts";

// The log's copy in R2, and its storage failing or rolled back to an earlier moment.

const TABLES = ["entries", "tiles", "checkpoint", "copied"] as const;
type Row = Record<string, SqlStorageValue>;
export type Rows = ReadonlyMap<(typeof TABLES)[number], readonly Row[]>;

/** In calls of at most 256 entries, with one checkpoint each. */
export async function appendAll(entries: readonly LabelledEntry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += 256) await log().append(entries.slice(from, from + 256));
}

/** Runs the alarm, which does one copy round. Returns whether an alarm was set. */
export async function copyNow(): Promise<boolean> {
  return await runDurableObjectAlarm(log());
}

/** All rows in the log's storage. */
export async function takeRows(): Promise<Rows> {
  return await runInDurableObject(
    log(),
    (_instance, { storage }) =>
      new Map(TABLES.map((table) => [table, storage.sql.exec<Row>(`SELECT * FROM ${table}`).toArray()])),
  );
}

/** The log's storage fails until the returned function is called. */
export async function breakLog(): Promise<() => Promise<void>> {
  const broken = (storage: DurableObjectStorage) => storage as unknown as { transactionSync?: unknown };
  await runInDurableObject(log(), (_instance, { storage }) => {
    broken(storage).transactionSync = () => {
      throw new Error("the disk failed");
    };
  });
  return () =>
    runInDurableObject(log(), (_instance, { storage }) => {
      delete broken(storage).transactionSync;
    });
}

/** Rolls the storage back to earlier rows, as a point-in-time recovery does, without a trace. */
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
  await restart();
}

async function restart(): Promise<void> {
  await evictDurableObject(log());
  // `reset` clears only the storage of objects that ran since. With a changed key the log may not start.
  await failure(() => log().vkey());
}

/** Starts the log with other settings on the same storage. The next call uses the usual settings again. */
export async function withSettings<Value>(
  settings: Partial<LogSettings>,
  use: (instance: Log) => Promise<Value>,
): Promise<Value> {
  const value = await runInDurableObject(log(), async (_instance, state) => {
    return await use(new Log(state, { ...env, ...settings }));
  });
  await restart();
  return value;
}

/** The objects in the bucket, by name without the log's prefix. */
export async function copyObjects(): Promise<ReadonlyMap<string, Uint8Array>> {
  const prefix = `${env.LOG_ORIGIN}/`;
  const objects = new Map<string, Uint8Array>();
  let cursor: string | undefined;
  do {
    const page = await env.COPY.list(cursor === undefined ? { prefix } : { prefix, cursor });
    for (const { key } of page.objects) {
      const object = await env.COPY.get(key);
      if (object !== null) objects.set(key.slice(prefix.length), new Uint8Array(await object.arrayBuffer()));
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return objects;
}

export async function copiedText(name: string): Promise<string> {
  const bytes = (await copyObjects()).get(name);
  if (bytes === undefined) throw new Error(`the copy has no ${name}`);
  return utf8Text(bytes) ?? toHex(bytes);
}

/** The error message of a call that must fail. A stub's rejection is unhandled unless it is awaited here. */
export async function failure(call: () => PromiseLike<unknown>): Promise<string> {
  try {
    await call();
  } catch (problem) {
    return String(problem);
  }
  return "it did not fail";
}
