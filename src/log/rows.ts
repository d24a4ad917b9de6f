import { expectOk } from "../core/refusal.ts";
import { fromHex, type Bytes } from "../core/bytes.ts";
import type { LabelledEntry, PlacedEntry } from "./group.ts";
import type { FullTile, TreeSource } from "./tree.ts";

// The Log's SQLite. Rows are inserted and never changed: a key that is there already makes the whole
// transaction fail, so no entry gets a second place and no size a second root. Only what says how far the
// copy has come is forgotten when the copy is lost.

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Bytes;
  /** As it was signed. */
  readonly note: string;
}

// Checkpoints are all kept, some 250 bytes each: they are what was promised to whom.
const TABLES = [
  `CREATE TABLE IF NOT EXISTS entries (
     position INTEGER PRIMARY KEY, label BLOB NOT NULL UNIQUE, entry BLOB NOT NULL) STRICT`,
  // The root stands first, so that waking up doesn't read the 8 KiB behind it.
  `CREATE TABLE IF NOT EXISTS tiles (
     level INTEGER NOT NULL, position INTEGER NOT NULL, root BLOB NOT NULL, hashes BLOB NOT NULL,
     PRIMARY KEY (level, position)) STRICT`,
  `CREATE TABLE IF NOT EXISTS checkpoint (
     size INTEGER PRIMARY KEY, root BLOB NOT NULL, note TEXT NOT NULL) STRICT`,
  // Sizes at which the whole tree stands in the copy and was read back.
  `CREATE TABLE IF NOT EXISTS copied (size INTEGER PRIMARY KEY) STRICT`,
];

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
    const [row] = this.#sql
      .exec<{ position: number; entry: ArrayBuffer }>(
        "SELECT position, entry FROM entries WHERE label = ?",
        expectOk(fromHex(label)),
      )
      .toArray();
    return row && { index: row.position, entry: new Uint8Array(row.entry) };
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

  fullTile(level: number, index: number): Bytes {
    const [row] = this.#sql
      .exec<{ hashes: ArrayBuffer }>(
        "SELECT hashes FROM tiles WHERE level = ? AND position = ?",
        level,
        index,
      )
      .toArray();
    if (row === undefined) throw new Error(`the log has lost tile ${index} of level ${level}`);
    return new Uint8Array(row.hashes);
  }

  insertEntry(index: number, { label, entry }: LabelledEntry): void {
    this.#sql.exec(
      "INSERT INTO entries (position, label, entry) VALUES (?, ?, ?)",
      index,
      expectOk(fromHex(label)),
      entry,
    );
  }

  insertTile({ level, index, root, hashes }: FullTile): void {
    this.#sql.exec(
      "INSERT INTO tiles (level, position, root, hashes) VALUES (?, ?, ?, ?)",
      level,
      index,
      root,
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
