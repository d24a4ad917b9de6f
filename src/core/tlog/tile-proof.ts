import type { Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { isTreeSize, largestPowerBelow, rootOfSubtrees, treeRoot, type Frontier } from "./merkle.ts";
import { TILE_WIDTH, tileHashes, tilePath, tileWidth, type Tile } from "./tile.ts";

// Builds proofs from tiles. Every hash of a proof is the root of a range of leaves. A range consists of complete
// subtrees, and the root of each is in one tile or follows from neighbouring hashes in one tile. So arithmetic
// alone gives the tiles to read, and the tiles that a client must fetch.

/** Returns a tile's width x 32 bytes, or throws if it does not have the tile. `tilesFor...` lists the tiles needed. */
export type ReadTile = (tile: Tile) => Uint8Array;

/** A complete subtree: 2^level leaves from index * 2^level on. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}
export type ReadNode = (place: NodePlace) => Bytes;

/** A hash of a proof, as the complete subtrees that it covers, largest first. */
type ProofHash = readonly NodePlace[];

const LEVELS_PER_TILE = Math.log2(TILE_WIDTH);

/** RFC 6962, 2.1.1: from the leaf's sibling to the root's child. */
export function inclusionPath(index: number, size: number, read: ReadTile): readonly Bytes[] {
  return hashesAt(inclusionPlaces(index, size), nodesFromTiles(size, read));
}

/** RFC 6962, 2.1.2; empty if the old tree is empty or the sizes are equal. */
export function consistencyPath(oldSize: number, newSize: number, read: ReadTile): readonly Bytes[] {
  return hashesAt(consistencyPlaces(oldSize, newSize), nodesFromTiles(newSize, read));
}

export function rootFromTiles(size: number, read: ReadTile): Bytes {
  return rootOfSubtrees(frontierFromTiles(size, read).hashes);
}

/** The state to append to, for a log that starts with only its tiles. */
export function frontierFromTiles(size: number, read: ReadTile): Frontier {
  return { size, hashes: subtreesOf(0, requireSize(size)).map(nodesFromTiles(size, read)) };
}

/** Exactly the tiles that `inclusionPath` reads. */
export function tilesForInclusion(index: number, size: number): readonly Tile[] {
  return tilesAt(inclusionPlaces(index, size), size);
}

/** Exactly the tiles that `consistencyPath` reads. */
export function tilesForConsistency(oldSize: number, newSize: number): readonly Tile[] {
  return tilesAt(consistencyPlaces(oldSize, newSize), newSize);
}

/** Exactly the tiles that `rootFromTiles` reads: all that are not full, with every hash in them. */
export function tilesForRoot(size: number): readonly Tile[] {
  return tilesAt([subtreesOf(0, requireSize(size))], size);
}

export function inclusionPlaces(index: number, size: number): readonly ProofHash[] {
  if (!isTreeSize(index) || index >= requireSize(size)) throw new RangeError("the index is outside the tree");
  const siblings: ProofHash[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from);
    if (index < middle) {
      siblings.push(subtreesOf(middle, to));
      to = middle;
    } else {
      siblings.push(subtreesOf(from, middle));
      from = middle;
    }
  }
  return siblings.toReversed();
}

export function consistencyPlaces(oldSize: number, newSize: number): readonly ProofHash[] {
  if (requireSize(oldSize) > requireSize(newSize))
    throw new RangeError("the old tree is larger than the new");
  if (oldSize === 0) return [];
  const parts: ProofHash[] = [];
  let from = 0;
  let to = newSize;
  // Down to the last subtree of the old tree.
  while (to > oldSize) {
    const middle = from + largestPowerBelow(to - from);
    if (oldSize <= middle) {
      parts.push(subtreesOf(middle, to));
      to = middle;
    } else {
      parts.push(subtreesOf(from, middle));
      from = middle;
    }
  }
  // If that subtree is the whole old tree, the verifier knows its root.
  if (from > 0) parts.push(subtreesOf(from, to));
  return parts.toReversed();
}

export function hashesAt(places: readonly ProofHash[], read: ReadNode): readonly Bytes[] {
  return places.map((subtrees) => rootOfSubtrees(subtrees.map(read)));
}

/** Reads nodes of any level from the tiles of a tree of this size. */
export function nodesFromTiles(size: number, read: ReadTile): ReadNode {
  return (place) => {
    const { tile, first, count } = locateInTiles(place, size);
    const bytes = read(tile);
    if (bytes.length !== tile.width * HASH_BYTES)
      throw new RangeError(`${tilePath(tile)} has the wrong width`);
    return treeRoot(tileHashes(bytes.subarray(first * HASH_BYTES, (first + count) * HASH_BYTES)));
  };
}

function locateInTiles(place: NodePlace, size: number): { tile: Tile; first: number; count: number } {
  const level = Math.floor(place.level / LEVELS_PER_TILE);
  const count = 2 ** (place.level % LEVELS_PER_TILE);
  const row = place.index * count;
  const index = Math.floor(row / TILE_WIDTH);
  return { tile: { level, index, width: tileWidth(level, index, size) }, first: row % TILE_WIDTH, count };
}

function tilesAt(places: readonly ProofHash[], size: number): readonly Tile[] {
  const tiles = new Map<string, Tile>();
  for (const place of places.flat()) {
    const { tile } = locateInTiles(place, size);
    tiles.set(tilePath(tile), tile);
  }
  return [...tiles.values()];
}

/** The complete subtrees of a range, largest first. The range must come from splitting a tree. */
function subtreesOf(from: number, to: number): ProofHash {
  const places: NodePlace[] = [];
  let start = from;
  while (start < to) {
    let level = 0;
    while (2 ** (level + 1) <= to - start) level++;
    places.push({ level, index: start / 2 ** level });
    start += 2 ** level;
  }
  return places;
}

function requireSize(size: number): number {
  if (!isTreeSize(size)) throw new RangeError("a tree's size is a whole number up to 2^53 - 1");
  return size;
}
