import { concat, type Bytes } from "../core/encoding/bytes.ts";
import { HASH_BYTES } from "../core/encoding/hash.ts";
import { appendLeaf, leafHash, nodeHash, treeRoot, type Frontier } from "../core/tlog/merkle.ts";
import { TILE_WIDTH, tileHashes, tileWidth } from "../core/tlog/tile.ts";
import type { ReadNode, ReadTile } from "../core/tlog/tile-proof.ts";

// The part of the tree that the Log keeps in memory: enough to append and to sign without reading a row.
// Trees are immutable values: after a failed transaction the old one is still valid.

const LEVELS_PER_TILE = Math.log2(TILE_WIDTH);
/**
 * A run is 2^4 = 16 neighbouring hashes of a tile. A full tile is stored with the roots of its 16 runs: 16 x 32 =
 * 512 bytes per tile, 2 per entry. So a node inside the tile is computed from at most 8 hashes or 8 run roots, and
 * a proof through it takes 2 x (0 + 1 + 3 + 7) = 22 hashes. Without the runs it takes 0 + 1 + 3 + … + 127 = 247.
 */
const RUN_LEVELS = 4;

export interface LogTree {
  readonly frontier: Frontier;
  /** On each level, the one tile that is not full yet. */
  readonly edge: readonly TileNodes[];
}

/** The complete subtrees of a tile: its hashes (0 to 255), then the nodes above their pairs, and so on. */
type TileNodes = readonly (readonly Bytes[])[];

/** A tile that has all its hashes and never changes again. */
export interface FullTile extends StoredTile {
  readonly level: number;
  readonly index: number;
  /** Its hash in the tile on the next level. */
  readonly root: Bytes;
}

export interface StoredTile {
  readonly hashes: Bytes;
  /** The roots of its runs. */
  readonly runs: Bytes;
}

type FindTile = (level: number, index: number) => StoredTile;

/** The rows from which a log loads its tree when it starts. */
export interface TreeSource {
  /** In order, from this index on; fewer than `count` at the end. */
  readonly entries: (from: number, count: number) => readonly Uint8Array[];
  /** The roots of the full tiles of a level, in order, from this index on. */
  readonly tileRoots: (level: number, from: number) => readonly Bytes[];
}

export function growTree(
  tree: LogTree,
  entries: readonly Uint8Array[],
): { readonly tree: LogTree; readonly filled: readonly FullTile[] } {
  const edge = tree.edge.map((nodes) => nodes.map((hashes) => [...hashes]));
  const filled: FullTile[] = [];
  let frontier = tree.frontier;
  for (const entry of entries) {
    const appended = appendLeaf(frontier, leafHash(entry));
    frontier = appended.frontier;
    for (const { level, index, hash } of appended.completed) {
      const { row, height } = rowAndHeight(level);
      // This node is the root of a whole tile, so the tile below is full now.
      if (row > 0 && height === 0) {
        const { [0]: hashes = [], [RUN_LEVELS]: runs = [] } = edge[row - 1] ?? [];
        filled.push({ level: row - 1, index, hashes: concat(...hashes), runs: concat(...runs), root: hash });
        edge[row - 1] = [];
      }
      ((edge[row] ??= [])[height] ??= []).push(hash);
    }
  }
  return { tree: { frontier, edge }, filled };
}

/** Throws if rows are missing. The caller must compare the root to see whether they are the right ones. */
export function loadTree(size: number, source: TreeSource): LogTree {
  const edge: TileNodes[] = [];
  for (let level = 0, row = size; row > 0; level++, row = Math.floor(row / TILE_WIDTH)) {
    const width = row % TILE_WIDTH;
    const hashes =
      level === 0
        ? source.entries(row - width, TILE_WIDTH).map(leafHash)
        : source.tileRoots(level - 1, row - width);
    if (hashes.length !== width) throw new Error(`the log's rows do not form a tree of ${size} entries`);
    edge.push(nodesAbove(hashes));
  }
  // The frontier: complete subtrees without a right neighbour, each the last of an odd number of nodes.
  const unpaired = edge.flat().map((nodes) => (nodes.length % 2 === 1 ? nodes.at(-1) : undefined));
  return { frontier: { size, hashes: unpaired.filter((hash) => hash !== undefined).toReversed() }, edge };
}

export function runsOf(hashes: Bytes): Bytes {
  return concat(...(nodesAbove(tileHashes(hashes))[RUN_LEVELS] ?? []));
}

function nodesAbove(hashes: readonly Bytes[]): TileNodes {
  const nodes: (readonly Bytes[])[] = [];
  for (let below = hashes; below.length > 0; below = pairs(below)) nodes.push(below);
  return nodes;
}

function pairs(hashes: readonly Bytes[]): readonly Bytes[] {
  return hashes.flatMap((right, position) => {
    const left = hashes[position - 1];
    return position % 2 === 1 && left !== undefined ? [nodeHash(left, right)] : [];
  });
}

/** Reads any tile of the tree, or the first hashes of it. Loads a full tile at most once. */
export function tileReader({ frontier, edge }: LogTree, findTile: FindTile): ReadTile {
  const fullTile = memoized(findTile);
  return ({ level, index, width }) => {
    if (tileWidth(level, index, frontier.size) < TILE_WIDTH) {
      return concat(...(edge[level]?.[0] ?? []).slice(0, width));
    }
    return fullTile(level, index).hashes.subarray(0, width * HASH_BYTES);
  };
}

/** Reads any node of the tree with few hash computations. Loads a full tile at most once. */
export function nodeReader({ frontier, edge }: LogTree, findTile: FindTile): ReadNode {
  const fullTile = memoized(findTile);
  return ({ level, index }) => {
    const { row, height } = rowAndHeight(level);
    const nodesPerTile = 2 ** (LEVELS_PER_TILE - height);
    const [tile, position] = [Math.floor(index / nodesPerTile), index % nodesPerTile];
    if (tileWidth(row, tile, frontier.size) === TILE_WIDTH) {
      const { hashes, runs } = fullTile(row, tile);
      return height < RUN_LEVELS
        ? rootWithin(hashes, position, height)
        : rootWithin(runs, position, height - RUN_LEVELS);
    }
    const node = edge[row]?.[height]?.[position];
    if (node === undefined) throw new RangeError("the node is outside the tree");
    return node;
  };
}

/** The root of 2^height neighbouring hashes. */
function rootWithin(hashes: Bytes, position: number, height: number): Bytes {
  const bytes = HASH_BYTES * 2 ** height;
  return treeRoot(tileHashes(hashes.subarray(position * bytes, (position + 1) * bytes)));
}

function memoized(findTile: FindTile): FindTile {
  const cache = new Map<string, StoredTile>();
  return (level, index) => {
    const key = `${level}/${index}`;
    const tile = cache.get(key) ?? findTile(level, index);
    cache.set(key, tile);
    return tile;
  };
}

function rowAndHeight(level: number): { row: number; height: number } {
  return { row: Math.floor(level / LEVELS_PER_TILE), height: level % LEVELS_PER_TILE };
}
