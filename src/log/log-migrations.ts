import { LABEL_PREFIX_BYTES, type LogRows } from "./log-rows.ts";
import { runsOf, type FullTile } from "./log-tree.ts";

// A log that was begun earlier has the same entries, tiles and checkpoints, but its entries with their whole
// labels beside them, and its full tiles without the roots of their runs.

type Place = { level: number; position: number };

/** In one transaction: a crash leaves the earlier tables, and the next start moves them. A million entries take 5 s. */
export function moveEarlierRows(storage: DurableObjectStorage, rows: LogRows): void {
  const { sql } = storage;
  const label = sql.exec("SELECT 1 FROM pragma_table_info('entries') WHERE name = 'label'").toArray();
  if (label.length > 0) storage.transactionSync(() => moveRows(sql, rows));
}

function moveRows(sql: SqlStorage, rows: LogRows): void {
  sql.exec("ALTER TABLE entries RENAME TO earlier_entries");
  sql.exec("ALTER TABLE tiles RENAME TO earlier_tiles");
  rows.createTables();
  // An index is made faster of rows that are there than row by row.
  sql.exec("DROP INDEX labels");
  sql.exec(
    "INSERT INTO entries SELECT position, substr(label, 1, ?), entry FROM earlier_entries ORDER BY position",
    LABEL_PREFIX_BYTES,
  );
  rows.createTables();
  // One after the other: all tiles together can be more than the memory holds.
  const places = sql.exec<Place>("SELECT level, position FROM earlier_tiles").toArray();
  for (const { level, position } of places) rows.insertTile(earlierTile(sql, level, position));
  sql.exec("DROP TABLE earlier_entries");
  sql.exec("DROP TABLE earlier_tiles");
}

function earlierTile(sql: SqlStorage, level: number, index: number): FullTile {
  const { root, hashes } = sql
    .exec<{ root: ArrayBuffer; hashes: ArrayBuffer }>(
      "SELECT root, hashes FROM earlier_tiles WHERE level = ? AND position = ?",
      level,
      index,
    )
    .one();
  const bytes = new Uint8Array(hashes);
  return { level, index, root: new Uint8Array(root), runs: runsOf(bytes), hashes: bytes };
}
