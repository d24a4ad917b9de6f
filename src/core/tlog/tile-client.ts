import { equalBytes, owned, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { isTreeSize, leafHash, treeRoot } from "./merkle.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { parseEntries, TILE_WIDTH, tileHashes, tilePath, tileWidth, type Bundle, type Tile } from "./tile.ts";
import { rootFromTiles, tilesForRoot, type ReadTile } from "./tile-proof.ts";

// Tiles come from an untrusted server. No hash of a tile is used before the tile is verified against a trusted
// root. A client that skips this for tiles in between would accept a forged entry with its forged tile.

/** Resolves to undefined if the log does not have the tile. A rejection is passed on. */
export type FetchTile = (tile: Tile) => Promise<Uint8Array | undefined>;

/**
 * Fetches these tiles and those between them and the root, and verifies all. Returns a reader for the verified
 * tiles, at their width or less.
 */
export async function authenticateTiles(
  size: number,
  root: Uint8Array,
  tiles: readonly Tile[],
  fetchTile: FetchTile,
): Promise<Result<ReadTile>> {
  if (!isTreeSize(size)) return refuse("tile_malformed", "the size is not a whole number up to 2^53 - 1");
  const foreign = tiles.find((tile) => !isOfTree(tile, size));
  if (foreign !== undefined) {
    return refuse(
      "tile_malformed",
      `a tree of ${size} has no tile ${foreign.index} of width ${foreign.width} at level ${foreign.level}`,
    );
  }
  const authentic = new Map<string, Bytes>();
  const read = readerOf(authentic);

  const rightEdge = await fetchAll(tilesForRoot(size), fetchTile);
  if (!rightEdge.ok) return rightEdge;
  if (!equalBytes(rootFromTiles(size, readerOf(rightEdge.value)), root)) {
    return refuse("tile_not_authentic", "the tiles of the right edge do not match the root");
  }
  for (const [key, bytes] of rightEdge.value) authentic.set(key, bytes);

  // From the top down, so that a tile's parent is verified before the tile.
  for (const level of fullTilesFromTop(size, tiles)) {
    const fetched = await fetchAll(level, fetchTile);
    if (!fetched.ok) return fetched;
    for (const tile of level) {
      const bytes = fetched.value.get(keyOf(tile));
      if (bytes === undefined || !equalBytes(treeRoot(tileHashes(bytes)), hashInParent(tile, size, read))) {
        return refuse("tile_not_authentic", `${tilePath(tile)} does not match the hash in its parent`);
      }
      authentic.set(keyOf(tile), bytes);
    }
  }
  return accept(read);
}

/** Verifies the entries of a bundle; `read` must be able to read the bundle's level 0 tile. */
export function authenticateEntries(
  bundle: Bundle,
  bytes: Uint8Array,
  read: ReadTile,
): Result<readonly Bytes[]> {
  const entries = parseEntries(bytes);
  if (!entries.ok) return entries;
  const hashes = tileHashes(read({ level: 0, index: bundle.index, width: bundle.width }));
  if (entries.value.length !== hashes.length) {
    return refuse("tile_malformed", `expected ${hashes.length} entries, found ${entries.value.length}`);
  }
  const forged = entries.value.findIndex((entry, position) => {
    const hash = hashes[position];
    return hash === undefined || !equalBytes(leafHash(entry), hash);
  });
  if (forged >= 0) {
    return refuse(
      "tile_not_authentic",
      `entry ${bundle.index * TILE_WIDTH + forged} is not the one in the tree`,
    );
  }
  return entries;
}

/**
 * The full tiles among these and their ancestors, grouped by level, highest first. All other tiles are on the
 * right edge of the tree, which is checked as a whole against the root.
 */
function fullTilesFromTop(size: number, tiles: readonly Tile[]): readonly (readonly Tile[])[] {
  const levels = new Map<number, Map<string, Tile>>();
  for (const start of tiles) {
    for (let tile = start; tile.width === TILE_WIDTH; tile = parentOf(tile, size)) {
      const level = levels.get(tile.level) ?? new Map<string, Tile>();
      level.set(keyOf(tile), tile);
      levels.set(tile.level, level);
    }
  }
  return [...levels].toSorted(([left], [right]) => right - left).map(([, level]) => [...level.values()]);
}

function parentOf(tile: Tile, size: number): Tile {
  const level = tile.level + 1;
  const index = Math.floor(tile.index / TILE_WIDTH);
  return { level, index, width: tileWidth(level, index, size) };
}

function hashInParent(tile: Tile, size: number, read: ReadTile): Uint8Array {
  const position = tile.index % TILE_WIDTH;
  return read(parentOf(tile, size)).subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
}

async function fetchAll(tiles: readonly Tile[], fetchTile: FetchTile): Promise<Result<Map<string, Bytes>>> {
  const fetched = new Map<string, Bytes>();
  const answers = await Promise.all(tiles.map(async (tile) => ({ tile, bytes: await fetchTile(tile) })));
  for (const { tile, bytes } of answers) {
    if (bytes === undefined) return refuse("tile_not_authentic", `the log does not have ${tilePath(tile)}`);
    if (bytes.length !== tile.width * HASH_BYTES) {
      return refuse("tile_malformed", `${tilePath(tile)} has ${bytes.length} bytes`);
    }
    // Copied, because the source could still change its bytes after the check.
    fetched.set(keyOf(tile), owned(bytes.slice()));
  }
  return accept(fetched);
}

function readerOf(tiles: ReadonlyMap<string, Bytes>): ReadTile {
  return (tile) => {
    const bytes = tiles.get(keyOf(tile));
    const length = tile.width * HASH_BYTES;
    if (bytes === undefined || bytes.length < length) {
      throw new RangeError(`${tilePath(tile)} was not authenticated`);
    }
    return bytes.subarray(0, length);
  };
}

function isOfTree(tile: Tile, size: number): boolean {
  return (
    isTreeSize(tile.level) &&
    isTreeSize(tile.index) &&
    tile.width > 0 &&
    tile.width === tileWidth(tile.level, tile.index, size)
  );
}

function keyOf(tile: Tile): string {
  return `${tile.level}/${tile.index}`;
}
