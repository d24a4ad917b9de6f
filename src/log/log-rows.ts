import { fromHex, type Bytes } from "../core/encoding/bytes.ts";
import { parseEntry } from "../core/stream/record.ts";
import { expectOk } from "../core/refusal.ts";
import { labelOf, type LabelledEntry, type PlacedEntry } from "./append-group.ts";
import type { FullTile, StoredTile, TreeSource } from "./log-tree.ts";

// The Log's SQLite. Rows are inserted and never changed: a key that is there already makes the whole
// transaction fail, so no place gets a second entry and no size a second root. That a label has one entry, the
// log sees to: it looks each label up and inserts it in one turn, and nothing comes between. Only what says
// how far the copy has come is forgotten when the copy is lost.

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Bytes;
  /** As it was signed. */
  readonly note: string;
}

// Checkpoints are all kept, some 250 bytes each: they are what was promised to whom.
const TABLES = [
  `CREATE TABLE IF NOT EXISTS entries (
     position INTEGER PRIMARY KEY, prefix BLOB NOT NULL, entry BLOB NOT NULL) STRICT`,
  "CREATE INDEX IF NOT EXISTS labels ON entries (prefix)",
  // The root stands first, so that waking up doesn't read the 8 KiB behind it.
  `CREATE TABLE IF NOT EXISTS tiles (
     level INTEGER NOT NULL, position INTEGER NOT NULL, root BLOB NOT NULL, runs BLOB NOT NULL,
     hashes BLOB NOT NULL, PRIMARY KEY (level, position)) STRICT`,
  `CREATE TABLE IF NOT EXISTS checkpoint (
     size INTEGER PRIMARY KEY, root BLOB NOT NULL, note TEXT NOT NULL) STRICT`,
  // Sizes at which the whole tree stands in the copy and was read back.
  `CREATE TABLE IF NOT EXISTS copied (size INTEGER PRIMARY KEY) STRICT`,
];

/**
 * Labels are random, so each goes into another page of their index; that one must stay small. It has the first
 * 4 bytes of each, which is some 20 bytes an entry instead of 60, and the entry itself tells its whole label.
 * Among 10^6 entries one new label in 2^32 / 10^6 = 4,300 meets an entry whose label only begins alike.
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

  labelled(label: string): PlacedEntry | undefined {
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
    if (row === undefined) throw new Error(`the log has lost tile ${index} of level ${level}`);
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

  /** The largest size of which the copy has everything; 0 if it has nothing. */
  copiedSize(): number {
    const [row] = this.#sql
      .exec<{ newest: number | null }>("SELECT max(size) AS newest FROM copied")
      .toArray();
    return row?.newest ?? 0;
  }

  insertCopied(size: number): void {
    this.#sql.exec("INSERT INTO copied (size) VALUES (?)", size);
  }

  forgetCopied(): void {
    this.#sql.exec("DELETE FROM copied");
  }
}

function prefixOf(label: string): Bytes {
  return expectOk(fromHex(label.slice(0, 2 * LABEL_PREFIX_BYTES)));
}
