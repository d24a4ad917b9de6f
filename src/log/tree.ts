import { concat, type Bytes } from "../core/bytes.ts";
import { HASH_BYTES } from "../core/hash.ts";
import { appendLeaf, leafHash, type Frontier } from "../core/merkle.ts";
import { TILE_WIDTH, tileWidth } from "../core/tile.ts";
import { frontierFromTiles, type ReadTile } from "../core/tileproof.ts";

// What the Log keeps of its tree in memory: enough to append and to sign without reading a row.
// Values, never changed in place: a transaction that fails leaves the old one standing.

const LEVELS_PER_TILE = Math.log2(TILE_WIDTH);

export interface LogTree {
  readonly frontier: Frontier;
  /** Level by level, the hashes of the one tile that isn't full yet: 0 to 255 of them. */
  readonly edge: readonly (readonly Bytes[])[];
}

/** A tile that has just got its last hash and will never change again. */
export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Bytes;
  /** Its hash in the tile above. */
  readonly root: Bytes;
}

/** Where the rows of a log come from when it wakes up. */
export interface TreeSource {
  /** In order, from an index on; fewer where there are no more. */
  readonly entries: (from: number, count: number) => readonly Uint8Array[];
  /** The roots of all full tiles of a level, in order, from an index on. */
  readonly tileRoots: (level: number, from: number) => readonly Bytes[];
}

export function growTree(
  tree: LogTree,
  entries: readonly Uint8Array[],
): { readonly tree: LogTree; readonly filled: readonly FullTile[] } {
  const edge = tree.edge.map((hashes) => [...hashes]);
  const filled: FullTile[] = [];
  let frontier = tree.frontier;
  for (const entry of entries) {
    const appended = appendLeaf(frontier, leafHash(entry));
    frontier = appended.frontier;
    for (const { level, index, hash } of appended.completed) {
      if (level % LEVELS_PER_TILE !== 0) continue;
      const row = level / LEVELS_PER_TILE;
      // The root of a whole tile has just come about, so the tile below is full.
      if (row > 0) {
        filled.push({ level: row - 1, index, hashes: concat(...(edge[row - 1] ?? [])), root: hash });
        edge[row - 1] = [];
      }
      (edge[row] ??= []).push(hash);
    }
  }
  return { tree: { frontier, edge }, filled };
}

/** It throws if rows are missing; whether they are the right ones, the caller sees by the root. */
export function loadTree(size: number, source: TreeSource): LogTree {
  const edge: (readonly Bytes[])[] = [];
  for (let level = 0, row = size; row > 0; level++, row = Math.floor(row / TILE_WIDTH)) {
    const width = row % TILE_WIDTH;
    const hashes =
      level === 0
        ? source.entries(row - width, TILE_WIDTH).map(leafHash)
        : source.tileRoots(level - 1, row - width);
    if (hashes.length !== width) throw new Error(`the log's rows are not those of a tree of ${size} entries`);
    edge.push(hashes);
  }
  const frontier = frontierFromTiles(size, ({ level, width }) =>
    concat(...(edge[level] ?? []).slice(0, width)),
  );
  return { frontier, edge };
}

/** Reads any tile of the tree, or a beginning of it; a full tile is asked for once. */
export function tileReader(
  { frontier, edge }: LogTree,
  fullTile: (level: number, index: number) => Bytes,
): ReadTile {
  const full = new Map<string, Bytes>();
  return ({ level, index, width }) => {
    if (tileWidth(level, index, frontier.size) < TILE_WIDTH) {
      return concat(...(edge[level] ?? []).slice(0, width));
    }
    const key = `${level}/${index}`;
    const hashes = full.get(key) ?? fullTile(level, index);
    full.set(key, hashes);
    return hashes.subarray(0, width * HASH_BYTES);
  };
}
