import { LABEL_PREFIX_BYTES, type LogRows } from "./log-rows.ts";
import { runsOf, type FullTile } from "./log-tree.ts";

// The first version of the tables stored the whole label with each entry, and full tiles without the roots of
// their runs. Everything else is the same.

type TilePosition = { level: number; position: number };

/** One transaction: after a crash the next start migrates the old tables. A million entries take 5 s. */
export function migrateTables(storage: DurableObjectStorage, rows: LogRows): void {
  const { sql } = storage;
  const label = sql.exec("SELECT 1 FROM pragma_table_info('entries') WHERE name = 'label'").toArray();
  if (label.length > 0) storage.transactionSync(() => copyToNewTables(sql, rows));
}

function copyToNewTables(sql: SqlStorage, rows: LogRows): void {
  sql.exec("ALTER TABLE entries RENAME TO old_entries");
  sql.exec("ALTER TABLE tiles RENAME TO old_tiles");
  rows.createTables();
  // Building the index once over all rows is faster than updating it row by row.
  sql.exec("DROP INDEX labels");
  sql.exec(
    "INSERT INTO entries SELECT position, substr(label, 1, ?), entry FROM old_entries ORDER BY position",
    LABEL_PREFIX_BYTES,
  );
  rows.createTables();
  // One tile at a time: all of them together may not fit into memory.
  const positions = sql.exec<TilePosition>("SELECT level, position FROM old_tiles").toArray();
  for (const { level, position } of positions) rows.insertTile(readOldTile(sql, level, position));
  sql.exec("DROP TABLE old_entries");
  sql.exec("DROP TABLE old_tiles");
}

function readOldTile(sql: SqlStorage, level: number, index: number): FullTile {
  const { root, hashes } = sql
    .exec<{ root: ArrayBuffer; hashes: ArrayBuffer }>(
      "SELECT root, hashes FROM old_tiles WHERE level = ? AND position = ?",
      level,
      index,
    )
    .one();
  const bytes = new Uint8Array(hashes);
  return { level, index, root: new Uint8Array(root), runs: runsOf(bytes), hashes: bytes };
}
