import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { leafHash } from "../../../src/core/tlog/merkle.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import { migrateTables } from "../../../src/log/log-migrations.ts";
import { LogRows } from "../../../src/log/log-rows.ts";
import { audit, log, sealed, sealedRange } from "../support/log-audit.ts";
import { appendAll, copyNow, failure, takeRows, type Rows } from "../support/log-storage.ts";

// A log with exactly the tables of the first version.

const OLD_TABLES = [
  "ALTER TABLE entries RENAME TO new_entries",
  "ALTER TABLE tiles RENAME TO new_tiles",
  `CREATE TABLE IF NOT EXISTS entries (
     position INTEGER PRIMARY KEY, label BLOB NOT NULL UNIQUE, entry BLOB NOT NULL) STRICT`,
  `CREATE TABLE IF NOT EXISTS tiles (
     level INTEGER NOT NULL, position INTEGER NOT NULL, root BLOB NOT NULL, hashes BLOB NOT NULL,
     PRIMARY KEY (level, position)) STRICT`,
  "INSERT INTO entries SELECT position, substr(entry, 2, 32), entry FROM new_entries",
  "INSERT INTO tiles SELECT level, position, root, hashes FROM new_tiles",
  "DROP TABLE new_entries",
  "DROP TABLE new_tiles",
];

const record = encodeEntry({ kind: "public", record: { type: "release", v: 1 } });
const published: LabelledEntry = { label: toHex(leafHash(record)), entry: record };
const entries = [...sealedRange(0, 300), published, ...sealedRange(301, 700)];

const proofsOfSome = async () => Promise.all([0, 255, 300, 699].map(async (index) => log().proof(index)));

let before: Rows;
let proofs: readonly string[];
beforeEach(async () => {
  await reset();
  await appendAll(entries);
  await copyNow();
  proofs = await proofsOfSome();
  before = await takeRows();
});
afterAll(() => reset());

function makeOld(sql: SqlStorage): void {
  for (const statement of OLD_TABLES) sql.exec(statement);
  sql.exec("UPDATE entries SET label = ? WHERE position = 300", leafHash(record));
}

const tablesOf = (sql: SqlStorage): readonly unknown[] =>
  sql
    .exec("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name")
    .toArray();

describe("a log with the old tables", () => {
  it("keeps all its rows and continues", async () => {
    const { note } = await audit();
    const tables = await runInDurableObject(log(), (_instance, { storage: { sql } }) => {
      const current = tablesOf(sql);
      makeOld(sql);
      return current;
    });
    // The second start finds nothing to migrate.
    for (let start = 0; start < 2; start++) {
      await evictDurableObject(log());
      expect((await audit()).note).toBe(note);
      expect(await takeRows()).toEqual(before);
      expect(await proofsOfSome()).toEqual(proofs);
      const now = await runInDurableObject(log(), (_instance, { storage: { sql } }) => tablesOf(sql));
      expect(now).toEqual(tables);
    }
    expect(await log().append([sealed(0), published, sealed(699), sealed(700)])).toEqual([0, 300, 699, 700]);
    expect(await failure(() => log().append([sealed(5, 1)]))).toContain("has another entry");
  });

  it("is unchanged if the migration fails at any statement", async () => {
    await runInDurableObject(log(), (_instance, { storage }) => {
      const { sql } = storage;
      makeOld(sql);
      const old = tablesOf(sql);
      const rows = new LogRows(sql);
      let failed = 0;
      for (let hasMigrated = false; !hasMigrated; failed += hasMigrated ? 0 : 1) {
        let left = failed + 1;
        const real = sql.exec;
        sql.exec = (...values: Parameters<SqlStorage["exec"]>) => {
          if (left-- === 0) throw new Error("the disk failed");
          return real.apply(sql, values) as never;
        };
        try {
          migrateTables(storage, rows);
          hasMigrated = true;
        } catch {
          // Unchanged; the next attempt fails one statement later.
        }
        Reflect.deleteProperty(sql, "exec");
        if (!hasMigrated) expect(tablesOf(sql)).toEqual(old);
      }
      // 2 renames, 5 creates, 1 index dropped, entries copied, 5 creates, tile list, 2 tiles read and inserted, 2 drops.
      expect(failed).toBe(2 + 5 + 1 + 1 + 5 + 1 + 4 + 2);
    });
    expect(await takeRows()).toEqual(before);
  });
});
