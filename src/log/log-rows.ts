import { fromHex, type Bytes } from "../core/encoding/bytes.ts";
import { parseEntry } from "../core/stream/record.ts";
import { expectOk } from "../core/refusal.ts";
import { labelOf, type LabelledEntry, type LogEntry } from "./append-group.ts";
import type { FullTile, StoredTile, TreeSource } from "./log-tree.ts";

// The Log's SQLite tables. Rows are inserted and never changed. A duplicate key makes the whole transaction fail, so
// no index gets a second entry and no size a second root. The tables do not enforce that a label has one entry: the
// Log looks a label up and inserts it synchronously, so no other call can run in between. Only the rows that
// record the progress of the copy are deleted, when the copy is lost.

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Bytes;
  /** The signed note. */
  readonly note: string;
}

// All checkpoints are kept, about 250 bytes each: each one may be what some reader holds the log to.
const TABLES = [
  `CREATE TABLE IF NOT EXISTS entries (
     position INTEGER PRIMARY KEY, prefix BLOB NOT NULL, entry BLOB NOT NULL) STRICT`,
  "CREATE INDEX IF NOT EXISTS labels ON entries (prefix)",
  // The root comes before the hashes, so that a start does not read the 8 KiB behind it.
  `CREATE TABLE IF NOT EXISTS tiles (
     level INTEGER NOT NULL, position INTEGER NOT NULL, root BLOB NOT NULL, runs BLOB NOT NULL,
     hashes BLOB NOT NULL, PRIMARY KEY (level, position)) STRICT`,
  `CREATE TABLE IF NOT EXISTS checkpoint (
     size INTEGER PRIMARY KEY, root BLOB NOT NULL, note TEXT NOT NULL) STRICT`,
  // Sizes of which the copy has the whole tree, read back.
  `CREATE TABLE IF NOT EXISTS copied (size INTEGER PRIMARY KEY) STRICT`,
];

/**
 * Labels are random, so each insert touches a random page of their index: the index must stay small. It holds
 * the first 4 bytes of each label, about 20 bytes per entry instead of 60; the whole label follows from the entry.
 * Among 10^6 entries, one new label in 2^32 / 10^6 = 4,300 shares its prefix with another one.
 */
export const LABEL_PREFIX_BYTES = 4;

export class LogRows implements TreeSource {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  createTables(): void {
    for (const table of TABLES) this.#sql.exec(table);
  }

  newestCheckpoint(): StoredCheckpoint | undefined {
    return this.#checkpoint("ORDER BY size DESC");
  }

  checkpointAt(size: number): StoredCheckpoint | undefined {
    return this.#checkpoint("WHERE size = ?", size);
  }

  newestCheckpointUpTo(size: number): StoredCheckpoint | undefined {
    return this.#checkpoint("WHERE size <= ? ORDER BY size DESC", size);
  }

  oldestCheckpointAfter(size: number): StoredCheckpoint | undefined {
    return this.#checkpoint("WHERE size > ? ORDER BY size", size);
  }

  #checkpoint(which: string, ...values: readonly number[]): StoredCheckpoint | undefined {
    const [row] = this.#sql
      .exec<{ size: number; root: ArrayBuffer; note: string }>(
        `SELECT size, root, note FROM checkpoint ${which} LIMIT 1`,
        ...values,
      )
      .toArray();
    return row && { size: row.size, root: new Uint8Array(row.root), note: row.note };
  }

  /** One more than the last entry's index. */
  entryCount(): number {
    const [row] = this.#sql
      .exec<{ last: number | null }>("SELECT max(position) AS last FROM entries")
      .toArray();
    return (row?.last ?? -1) + 1;
  }

  entryByLabel(label: string): LogEntry | undefined {
    return this.#sql
      .exec<{ position: number; entry: ArrayBuffer }>(
        "SELECT position, entry FROM entries WHERE prefix = ?",
        prefixOf(label),
      )
      .toArray()
      .map(({ position, entry }) => ({ index: position, entry: new Uint8Array(entry) }))
      .find(({ entry }) => labelOf(expectOk(parseEntry(entry)), entry) === label);
  }

  entries(from: number, count: number): readonly Bytes[] {
    return this.#sql
      .exec<{ entry: ArrayBuffer }>(
        "SELECT entry FROM entries WHERE position >= ? AND position < ? ORDER BY position",
        from,
        from + count,
      )
      .toArray()
      .map(({ entry }) => new Uint8Array(entry));
  }

  tileRoots(level: number, from: number): readonly Bytes[] {
    return this.#sql
      .exec<{ root: ArrayBuffer }>(
        "SELECT root FROM tiles WHERE level = ? AND position >= ? ORDER BY position",
        level,
        from,
      )
      .toArray()
      .map(({ root }) => new Uint8Array(root));
  }

  fullTile(level: number, index: number): StoredTile {
    const [row] = this.#sql
      .exec<{ hashes: ArrayBuffer; runs: ArrayBuffer }>(
        "SELECT hashes, runs FROM tiles WHERE level = ? AND position = ?",
        level,
        index,
      )
      .toArray();
    if (row === undefined) throw new Error(`tile ${index} of level ${level} is missing from the log's rows`);
    return { hashes: new Uint8Array(row.hashes), runs: new Uint8Array(row.runs) };
  }

  insertEntry(index: number, { label, entry }: LabelledEntry): void {
    this.#sql.exec(
      "INSERT INTO entries (position, prefix, entry) VALUES (?, ?, ?)",
      index,
      prefixOf(label),
      entry,
    );
  }

  insertTile({ level, index, root, runs, hashes }: FullTile): void {
    this.#sql.exec(
      "INSERT INTO tiles (level, position, root, runs, hashes) VALUES (?, ?, ?, ?, ?)",
      level,
      index,
      root,
      runs,
      hashes,
    );
  }

  insertCheckpoint({ size, root, note }: StoredCheckpoint): void {
    this.#sql.exec("INSERT INTO checkpoint (size, root, note) VALUES (?, ?, ?)", size, root, note);
  }

  /** The largest size of which the copy has the whole tree; 0 if there is none. */
  copiedSize(): number {
    const [row] = this.#sql
      .exec<{ newest: number | null }>("SELECT max(size) AS newest FROM copied")
      .toArray();
    return row?.newest ?? 0;
  }

  insertCopied(size: number): void {
    this.#sql.exec("INSERT INTO copied (size) VALUES (?)", size);
  }

  deleteCopied(): void {
    this.#sql.exec("DELETE FROM copied");
  }
}

function prefixOf(label: string): Bytes {
  return expectOk(fromHex(label.slice(0, 2 * LABEL_PREFIX_BYTES)));
}
