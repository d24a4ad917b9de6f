import { equalBytes, owned, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { isTreeSize, leafHash, treeRoot } from "./merkle.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { parseEntries, TILE_WIDTH, tileHashes, tilePath, tileWidth, type Bundle, type Tile } from "./tile.ts";
import { rootFromTiles, tilesForRoot, type ReadTile } from "./tile-proof.ts";

// A tile is bytes from a server until it is tied to a root that is trusted. No hash of it is looked at
// before: a client that skips this for the tiles in between takes a forged entry with its forged tile.

/** Undefined if the log doesn't have it. A rejection is passed on. */
export type FetchTile = (tile: Tile) => Promise<Uint8Array | undefined>;

/**
 * Fetches the wanted tiles and those that tie them to the root. What comes back reads them, and only them,
 * at their width or less.
 */
export async function authenticateTiles(
  size: number,
  root: Uint8Array,
  wanted: readonly Tile[],
  fetchTile: FetchTile,
): Promise<Result<ReadTile>> {
  if (!isTreeSize(size)) return refuse("tile_malformed", "the size is not a whole number up to 2^53 - 1");
  const stray = wanted.find((tile) => !isOfTree(tile, size));
  if (stray !== undefined) {
    return refuse(
      "tile_malformed",
      `a tree of ${size} has no tile ${stray.index} of width ${stray.width} at level ${stray.level}`,
    );
  }
  const authentic = new Map<string, Bytes>();
  const read = readerOf(authentic);

  const rightEdge = await fetchAll(tilesForRoot(size), fetchTile);
  if (!rightEdge.ok) return rightEdge;
  if (!equalBytes(rootFromTiles(size, readerOf(rightEdge.value)), root)) {
    return refuse("tile_not_authentic", "the tiles of the right edge do not make up the root");
  }
  for (const [key, bytes] of rightEdge.value) authentic.set(key, bytes);

  // From the top down: a tile's parent is authentic before the tile itself is fetched.
  for (const tiles of fullTilesFromTop(size, wanted)) {
    const fetched = await fetchAll(tiles, fetchTile);
    if (!fetched.ok) return fetched;
    for (const tile of tiles) {
      const bytes = fetched.value.get(keyOf(tile));
      if (bytes === undefined || !equalBytes(treeRoot(tileHashes(bytes)), hashInParent(tile, size, read))) {
        return refuse("tile_not_authentic", `${tilePath(tile)} does not make up the hash in its parent`);
      }
      authentic.set(keyOf(tile), bytes);
    }
  }
  return accept(read);
}

/** The entries of a bundle whose level 0 tile was authenticated; `read` is what came of that. */
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
  const forged = entries.value.findIndex((entry, place) => {
    const hash = hashes[place];
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
 * The full tiles among the wanted and their ancestors, grouped by level, highest first. All other tiles of a
 * tree are on the right edge, checked against the root with every hash they have.
 */
function fullTilesFromTop(size: number, wanted: readonly Tile[]): readonly (readonly Tile[])[] {
  const levels = new Map<number, Map<string, Tile>>();
  for (const start of wanted) {
    for (let tile = start; tile.width === TILE_WIDTH; tile = parentOf(tile, size)) {
      const level = levels.get(tile.level) ?? new Map<string, Tile>();
      level.set(keyOf(tile), tile);
      levels.set(tile.level, level);
    }
  }
  return [...levels].toSorted(([left], [right]) => right - left).map(([, tiles]) => [...tiles.values()]);
}

function parentOf(tile: Tile, size: number): Tile {
  const level = tile.level + 1;
  const index = Math.floor(tile.index / TILE_WIDTH);
  return { level, index, width: tileWidth(level, index, size) };
}

function hashInParent(tile: Tile, size: number, read: ReadTile): Uint8Array {
  const place = tile.index % TILE_WIDTH;
  return read(parentOf(tile, size)).subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
}

async function fetchAll(tiles: readonly Tile[], fetchTile: FetchTile): Promise<Result<Map<string, Bytes>>> {
  const fetched = new Map<string, Bytes>();
  const answers = await Promise.all(tiles.map(async (tile) => ({ tile, bytes: await fetchTile(tile) })));
  for (const { tile, bytes } of answers) {
    if (bytes === undefined) return refuse("tile_not_authentic", `the log does not have ${tilePath(tile)}`);
    if (bytes.length !== tile.width * HASH_BYTES) {
      return refuse("tile_malformed", `${tilePath(tile)} has ${bytes.length} bytes`);
    }
    // Copied: who gave the bytes could still change them after the check.
    fetched.set(keyOf(tile), owned(bytes.slice()));
  }
  return accept(fetched);
}

function readerOf(tiles: ReadonlyMap<string, Bytes>): ReadTile {
  return (tile) => {
    const bytes = tiles.get(keyOf(tile));
    const wanted = tile.width * HASH_BYTES;
    if (bytes === undefined || bytes.length < wanted) {
      throw new RangeError(`${tilePath(tile)} was not authenticated`);
    }
    return bytes.subarray(0, wanted);
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
