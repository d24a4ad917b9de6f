import { concat, type Bytes } from "../core/encoding/bytes.ts";
import { HASH_BYTES } from "../core/encoding/hash.ts";
import { appendLeaf, leafHash, nodeHash, treeRoot, type Frontier } from "../core/tlog/merkle.ts";
import { TILE_WIDTH, tileHashes, tileWidth } from "../core/tlog/tile.ts";
import type { ReadNode, ReadTile } from "../core/tlog/tile-proof.ts";

// What the Log keeps of its tree in memory: enough to append and to sign without reading a row.
// Values, never changed in place: a transaction that fails leaves the old one standing.

const LEVELS_PER_TILE = Math.log2(TILE_WIDTH);
/**
 * A full tile is stored with the roots of its runs of 2^4 = 16 hashes: 16 x 32 = 512 bytes a tile, 2 an entry.
 * So a node of it is made of at most 8 of its hashes or 8 of its runs, and a proof that leads through it
 * takes 2 x (0 + 1 + 3 + 7) = 22 hashings. Without them it would take 0 + 1 + 3 + … + 127 = 247.
 */
const RUN_LEVELS = 4;

export interface LogTree {
  readonly frontier: Frontier;
  /** Level by level, the one tile that isn't full yet. */
  readonly edge: readonly TileNodes[];
}

/** The complete subtrees of a tile: its hashes, of which it has 0 to 255; above them their pairs; and so on. */
type TileNodes = readonly (readonly Bytes[])[];

/** A tile that has just got its last hash and will never change again. */
export interface FullTile extends StoredTile {
  readonly level: number;
  readonly index: number;
  /** Its hash in the tile above. */
  readonly root: Bytes;
}

export interface StoredTile {
  readonly hashes: Bytes;
  /** The roots of its runs. */
  readonly runs: Bytes;
}

export type FindTile = (level: number, index: number) => StoredTile;

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
  const edge = tree.edge.map((nodes) => nodes.map((hashes) => [...hashes]));
  const filled: FullTile[] = [];
  let frontier = tree.frontier;
  for (const entry of entries) {
    const appended = appendLeaf(frontier, leafHash(entry));
    frontier = appended.frontier;
    for (const { level, index, hash } of appended.completed) {
      const { row, height } = rowAndHeight(level);
      // The root of a whole tile has just come about, so the tile below is full.
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

/** It throws if rows are missing; whether they are the right ones, the caller sees by the root. */
export function loadTree(size: number, source: TreeSource): LogTree {
  const edge: TileNodes[] = [];
  for (let level = 0, row = size; row > 0; level++, row = Math.floor(row / TILE_WIDTH)) {
    const width = row % TILE_WIDTH;
    const hashes =
      level === 0
        ? source.entries(row - width, TILE_WIDTH).map(leafHash)
        : source.tileRoots(level - 1, row - width);
    if (hashes.length !== width) throw new Error(`the log's rows are not those of a tree of ${size} entries`);
    edge.push(nodesAbove(hashes));
  }
  // A complete subtree without a right neighbour waits for one: it is the last of an odd number.
  const waiting = edge.flat().map((nodes) => (nodes.length % 2 === 1 ? nodes.at(-1) : undefined));
  return { frontier: { size, hashes: waiting.filter((hash) => hash !== undefined).toReversed() }, edge };
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
  return hashes.flatMap((right, place) => {
    const left = hashes[place - 1];
    return place % 2 === 1 && left !== undefined ? [nodeHash(left, right)] : [];
  });
}

/** Reads any tile of the tree, or a beginning of it; a full tile is asked for once. */
export function tileReader({ frontier, edge }: LogTree, findTile: FindTile): ReadTile {
  const fullTile = once(findTile);
  return ({ level, index, width }) => {
    if (tileWidth(level, index, frontier.size) < TILE_WIDTH) {
      return concat(...(edge[level]?.[0] ?? []).slice(0, width));
    }
    return fullTile(level, index).hashes.subarray(0, width * HASH_BYTES);
  };
}

/** Reads any node of the tree, and hashes little for it; a full tile is asked for once. */
export function nodeReader({ frontier, edge }: LogTree, findTile: FindTile): ReadNode {
  const fullTile = once(findTile);
  return ({ level, index }) => {
    const { row, height } = rowAndHeight(level);
    const nodesPerTile = 2 ** (LEVELS_PER_TILE - height);
    const [tile, place] = [Math.floor(index / nodesPerTile), index % nodesPerTile];
    if (tileWidth(row, tile, frontier.size) === TILE_WIDTH) {
      const { hashes, runs } = fullTile(row, tile);
      return height < RUN_LEVELS
        ? rootWithin(hashes, place, height)
        : rootWithin(runs, place, height - RUN_LEVELS);
    }
    const node = edge[row]?.[height]?.[place];
    if (node === undefined) throw new RangeError("the node is outside the tree");
    return node;
  };
}

/** The root of 2^height neighbours. */
function rootWithin(hashes: Bytes, place: number, height: number): Bytes {
  const bytes = HASH_BYTES * 2 ** height;
  return treeRoot(tileHashes(hashes.subarray(place * bytes, (place + 1) * bytes)));
}

function once(findTile: FindTile): FindTile {
  const found = new Map<string, StoredTile>();
  return (level, index) => {
    const key = `${level}/${index}`;
    const tile = found.get(key) ?? findTile(level, index);
    found.set(key, tile);
    return tile;
  };
}

function rowAndHeight(level: number): { row: number; height: number } {
  return { row: Math.floor(level / LEVELS_PER_TILE), height: level % LEVELS_PER_TILE };
}
