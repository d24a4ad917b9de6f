import { concat, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { appendLeaf, frontierRoot, leafHash, type Frontier } from "../../../src/core/tlog/merkle.ts";
import { TILE_WIDTH, type Tile } from "../../../src/core/tlog/tile.ts";

// A log as a server stores it: rows of hashes, from which it cuts the tiles of every size.

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

export interface SampleTree {
  readonly size: number;
  /** The root at any size up to this one. */
  readonly rootAt: (size: number) => Bytes;
  readonly leaf: (index: number) => Bytes;
  readonly read: (tile: Tile) => Bytes;
}

export function sampleEntry(index: number): Bytes {
  return utf8(`entry ${index}`);
}

/** A leaf without an entry. Hashing 70,000 entries would take seconds in some runtimes. */
export function plainLeaf(index: number): Bytes {
  const leaf = new Uint8Array(32);
  new DataView(leaf.buffer).setFloat64(0, index + 1);
  return leaf;
}

export function sampleTree(
  size: number,
  leafAt = (index: number): Bytes => leafHash(sampleEntry(index)),
): SampleTree {
  const rows: Bytes[][] = [];
  const roots: Bytes[] = [];
  let frontier = EMPTY_FRONTIER;
  const frontiers = [frontier];
  for (let index = 0; index < size; index++) {
    const appended = appendLeaf(frontier, leafAt(index));
    for (const node of appended.completed) {
      if (node.level % 8 === 0) (rows[node.level / 8] ??= []).push(node.hash);
    }
    frontier = appended.frontier;
    frontiers.push(frontier);
  }
  return {
    size,
    rootAt: (at) => (roots[at] ??= frontierRoot(frontiers[at] ?? EMPTY_FRONTIER)),
    leaf: (index) => hashIn(rows[0], index),
    read: ({ level, index, width }) => {
      const row = rows[level]?.slice(index * TILE_WIDTH, index * TILE_WIDTH + width) ?? [];
      if (row.length !== width) throw new RangeError("the sample tree has no such tile");
      return concat(...row);
    },
  };
}

function hashIn(row: readonly Bytes[] | undefined, index: number): Bytes {
  const hash = row?.[index];
  if (hash === undefined) throw new RangeError("the sample tree has no such leaf");
  return hash;
}

/** A copy with one bit flipped. */
export function flipped(bytes: Uint8Array, bit = 0): Bytes {
  const copy = new Uint8Array(bytes);
  const byte = Math.floor(bit / 8) % copy.length;
  copy[byte] = (copy[byte] ?? 0) ^ (1 << (bit % 8));
  return copy;
}
