import type { Bytes } from "../encoding/bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { verifyConsistency } from "./merkle.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { entriesPath, TILE_WIDTH, tileWidth, type Bundle } from "./tile.ts";
import { authenticateEntries, authenticateTiles, type FetchTile } from "./tile-client.ts";
import { consistencyPath, tilesForConsistency } from "./tile-proof.ts";

// Reads the entries of a whole log, trusting only its signed root.

export interface LogReader {
  readonly fetchTile: FetchTile;
  /** Resolves to undefined if the log does not have the bundle. A rejection is passed on. */
  readonly fetchEntries: (bundle: Bundle) => Promise<Uint8Array | undefined>;
}

/** Memory at one time: 128 tiles of 8 KiB and 128 bundles of some 17 KiB. */
const BUNDLES_AT_ONCE = 128;

interface EntryRange {
  /** The index of the first entry. */
  readonly first: number;
  readonly entries: readonly Bytes[];
}

/** The entries from this index on, each verified against the checkpoint's root. A refusal is always the last item. */
export async function* authenticEntries(
  { size, root }: Pick<Checkpoint, "size" | "root">,
  from: number,
  log: LogReader,
): AsyncGenerator<Result<EntryRange>, void> {
  const end = Math.ceil(size / TILE_WIDTH);
  for (let start = Math.floor(from / TILE_WIDTH); start < end; start += BUNDLES_AT_ONCE) {
    const bundles = Array.from({ length: Math.min(BUNDLES_AT_ONCE, end - start) }, (_none, offset) => {
      const index = start + offset;
      return { index, width: tileWidth(0, index, size) };
    });
    const tiles = bundles.map((bundle) => ({ level: 0, ...bundle }));
    const read = await authenticateTiles(size, root, tiles, log.fetchTile);
    if (!read.ok) {
      yield read;
      return;
    }
    const fetched = await Promise.all(bundles.map((bundle) => log.fetchEntries(bundle)));
    for (const [position, bundle] of bundles.entries()) {
      const bytes = fetched[position];
      const entries = bytes === undefined ? missing(bundle) : authenticateEntries(bundle, bytes, read.value);
      if (!entries.ok) {
        yield entries;
        return;
      }
      const first = Math.max(from, bundle.index * TILE_WIDTH);
      yield accept({ first, entries: entries.value.slice(first - bundle.index * TILE_WIDTH) });
    }
  }
}

function missing({ index, width }: Bundle): Result<never> {
  return refuse("tile_not_authentic", `the log does not have ${entriesPath(index, width)}`);
}

/** Proves that the newer state extends the older one. */
export async function proveConsistency(
  older: Checkpoint,
  newer: Checkpoint,
  fetchTile: FetchTile,
): Promise<Result<void>> {
  const claim = { oldSize: older.size, oldRoot: older.root, newSize: newer.size, newRoot: newer.root };
  if (older.size === 0 || older.size >= newer.size) return verifyConsistency({ ...claim, path: [] });
  const tiles = tilesForConsistency(older.size, newer.size);
  const read = await authenticateTiles(newer.size, newer.root, tiles, fetchTile);
  if (!read.ok) return read;
  return verifyConsistency({ ...claim, path: consistencyPath(older.size, newer.size, read.value) });
}
