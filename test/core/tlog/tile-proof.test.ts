import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  frontierRoot,
  leafHash,
  nodeHash,
  rootOfSubtrees,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "../../../src/core/tlog/merkle.ts";
import { tilePath, tileWidth, type Tile } from "../../../src/core/tlog/tile.ts";
import {
  consistencyPath,
  consistencyPlaces,
  frontierFromTiles,
  hashesAt,
  inclusionPath,
  inclusionPlaces,
  nodesFromTiles,
  rootFromTiles,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
  type NodePlace,
  type ReadNode,
} from "../../../src/core/tlog/tile-proof.ts";
import { flipped, plainLeaf, sampleTree } from "../../support/log/sample-tree.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

type ProofHash = readonly NodePlace[];

interface Definition {
  readonly path: (index: number, size: number) => readonly Bytes[];
  readonly proof: (oldSize: number, size: number) => readonly Bytes[];
}

function remember(cache: Map<string, Bytes>, key: string, make: () => Bytes): Bytes {
  const value = cache.get(key) ?? make();
  cache.set(key, value);
  return value;
}

function only(hashes: readonly Bytes[]): Bytes {
  const [hash, ...more] = hashes;
  if (hash === undefined || more.length > 0) throw new Error("expected one hash");
  return hash;
}

describe("proofs from tiles", () => {
  const tree = sampleTree(70_000, plainLeaf);

  /** The hashes of a proof. Each is read only once, because reading computes hashes. */
  function rememberingReader(): (size: number, places: readonly ProofHash[]) => readonly Bytes[] {
    const nodes = new Map<string, Bytes>();
    const hashes = new Map<string, Bytes>();
    const keyOf = ({ level, index }: NodePlace): string => `${level}/${index}`;
    return (size, places) =>
      places.map((subtrees) => {
        const readNode: ReadNode = (place) =>
          remember(nodes, keyOf(place), () => nodesFromTiles(size, tree.read)(place));
        return remember(hashes, subtrees.map(keyOf).join(), () => only(hashesAt([subtrees], readNode)));
      });
  }

  /** MTH, PATH and PROOF as defined in RFC 6962. */
  function definition(): Definition {
    const roots = new Map<string, Bytes>();
    const split = (count: number): number => 2 ** Math.ceil(Math.log2(count) - 1);
    const mth = (from: number, to: number): Bytes =>
      remember(roots, `${from}/${to}`, () => {
        const middle = from + split(to - from);
        return to - from === 1 ? tree.leaf(from) : nodeHash(mth(from, middle), mth(middle, to));
      });
    const path = (index: number, from: number, to: number): readonly Bytes[] => {
      if (to - from === 1) return [];
      const middle = from + split(to - from);
      return index < middle
        ? [...path(index, from, middle), mth(middle, to)]
        : [...path(index, middle, to), mth(from, middle)];
    };
    const proof = (old: number, from: number, to: number, rootKnown: boolean): readonly Bytes[] => {
      if (old === to) return rootKnown ? [] : [mth(from, to)];
      const middle = from + split(to - from);
      return old <= middle
        ? [...proof(old, from, middle, rootKnown), mth(middle, to)]
        : [...proof(old, middle, to, false), mth(from, middle)];
    };
    return {
      path: (index, size) => path(index, 0, size),
      proof: (oldSize, size) => proof(oldSize, 0, size, true),
    };
  }

  it("match the definition for every leaf and every older tree, up to 300 leaves", () => {
    const hashes = rememberingReader();
    const defined = definition();
    const same = (left: readonly Bytes[], right: readonly Bytes[]): boolean =>
      left.length === right.length &&
      left.every((hash, place) => equalBytes(hash, right[place] ?? hash.slice(1)));
    let wrong = 0;
    for (let size = 1; size <= 300; size++) {
      for (let index = 0; index < size; index++) {
        if (!same(hashes(size, inclusionPlaces(index, size)), defined.path(index, size))) wrong++;
        if (!same(hashes(size, consistencyPlaces(index + 1, size)), defined.proof(index + 1, size))) wrong++;
      }
    }
    expect(wrong).toBe(0);
  }, 60_000);

  it("verify up to 300 leaves, and fail after any change", () => {
    const hashes = rememberingReader();
    let claims = 0;
    let mutations = 0;
    let wrong = 0;
    const expectAccepted = (result: { readonly ok: boolean }): void => {
      claims++;
      if (!result.ok) wrong++;
    };
    const expectRefused = (result: { readonly ok: boolean }): void => {
      mutations++;
      if (result.ok) wrong++;
    };
    for (let size = 1; size <= 300; size++) {
      const root = tree.rootAt(size);
      for (let index = 0; index < size; index++) {
        const small = size <= 9;
        if (!small && (size * 31 + index) % 101 !== 0) continue;
        const path = hashes(size, inclusionPlaces(index, size));
        const claim = { leaf: tree.leaf(index), index, size, path, root };
        expectAccepted(verifyInclusion(claim));
        const oldSize = index + 1;
        const proof = hashes(size, consistencyPlaces(oldSize, size));
        const growth = { oldSize, oldRoot: tree.rootAt(oldSize), newSize: size, newRoot: root, path: proof };
        expectAccepted(verifyConsistency(growth));
        // Every hash of small trees, one hash of each larger tree.
        for (const [place, hash] of path.entries()) {
          if (!small && place !== size % path.length) continue;
          expectRefused(verifyInclusion({ ...claim, path: path.with(place, flipped(hash, index + place)) }));
        }
        for (const [place, hash] of proof.entries()) {
          if (!small && place !== size % proof.length) continue;
          expectRefused(
            verifyConsistency({ ...growth, path: proof.with(place, flipped(hash, index + place)) }),
          );
        }
        expectRefused(verifyInclusion({ ...claim, index: index === 0 ? size : index - 1 }));
        expectRefused(verifyInclusion({ ...claim, size: size + 1, root: tree.rootAt(size + 1) }));
        expectRefused(verifyConsistency({ ...growth, oldSize: oldSize === size ? size + 1 : oldSize + 1 }));
      }
    }
    expect(wrong).toBe(0);
    expect(claims).toBeGreaterThan(900);
    expect(mutations).toBeGreaterThan(2_000);
  }, 60_000);

  it.each([1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 65_535, 65_536, 65_537, 70_000])(
    "at size %i, root, frontier and proofs agree with the definition",
    (size) => {
      const root = tree.rootAt(size);
      if (size <= 600) {
        expect(treeRoot(Array.from({ length: size }, (_, index) => tree.leaf(index)))).toEqual(root);
      }
      expect(rootFromTiles(size, tree.read)).toEqual(root);
      expect(frontierRoot(frontierFromTiles(size, tree.read))).toEqual(root);
      const spread = [0, 1, 255, 256, 65_279, 65_535, 65_536, size - 2, size - 1];
      for (const index of new Set(spread.filter((each) => each >= 0 && each < size))) {
        const path = inclusionPath(index, size, tree.read);
        const claim = { leaf: tree.leaf(index), index, size, path, root };
        expect(verifyInclusion(claim).ok).toBe(true);
        for (const [place, hash] of path.entries()) {
          expect(verifyInclusion({ ...claim, path: path.with(place, flipped(hash, index)) }).ok).toBe(false);
        }
        for (const wrong of [index - 1, index + 1, size - 1 - index].filter((each) => each !== index)) {
          expect(verifyInclusion({ ...claim, index: wrong }).ok).toBe(false);
        }
        expect(verifyInclusion({ ...claim, leaf: flipped(claim.leaf) }).ok).toBe(false);

        const oldSize = index + 1;
        const proof = consistencyPath(oldSize, size, tree.read);
        const growth = { oldSize, oldRoot: tree.rootAt(oldSize), newSize: size, newRoot: root, path: proof };
        expect(verifyConsistency(growth).ok).toBe(true);
        for (const [place, hash] of proof.entries()) {
          const changed = proof.with(place, flipped(hash, index));
          expect(verifyConsistency({ ...growth, path: changed }).ok).toBe(false);
        }
        expect(verifyConsistency({ ...growth, oldRoot: flipped(growth.oldRoot) }).ok).toBe(false);
        expect(verifyConsistency({ ...growth, newRoot: flipped(root) }).ok).toBe(false);
      }
    },
  );

  it.each([
    [0, 1],
    [0, 300],
    [256, 300],
    [255, 256],
    [65_535, 65_536],
    [65_536, 65_537],
    [12_345, 70_000],
    [69_999, 70_000],
  ])("list exactly the tiles that they read, at index %i of %i", (index, size) => {
    const used = new Set<string>();
    const read = (tile: Tile): Bytes => {
      expect(tile.width).toBe(tileWidth(tile.level, tile.index, size));
      used.add(tilePath(tile));
      return tree.read(tile);
    };
    inclusionPath(index, size, read);
    expect(tilesForInclusion(index, size).map(tilePath)).toEqual([...used]);
    used.clear();
    consistencyPath(index, size, read);
    expect(tilesForConsistency(index, size).map(tilePath)).toEqual([...used]);
    used.clear();
    rootFromTiles(size, read);
    expect(tilesForRoot(size).map(tilePath)).toEqual([...used]);
  });

  it("are empty if there is nothing to prove", () => {
    const read = (): Bytes => expect.unreachable("nothing is to be read");
    expect(inclusionPath(0, 1, read)).toEqual([]);
    expect(consistencyPath(0, 70_000, read)).toEqual([]);
    expect(consistencyPath(70_000, 70_000, read)).toEqual([]);
    expect(rootFromTiles(0, read)).toEqual(treeRoot([]));
  });

  it("refuse places outside the tree, and tiles of the wrong width", () => {
    expect(() => inclusionPath(5, 5, tree.read)).toThrow(RangeError);
    expect(() => inclusionPath(-1, 5, tree.read)).toThrow(RangeError);
    expect(() => inclusionPath(0, 2 ** 53, tree.read)).toThrow(RangeError);
    expect(() => consistencyPath(6, 5, tree.read)).toThrow(RangeError);
    expect(() => rootFromTiles(Number.NaN, tree.read)).toThrow(RangeError);
    expect(() => rootFromTiles(5, (tile) => tree.read({ ...tile, width: 4 }))).toThrow(RangeError);
  });

  // A log of equal entries. All complete subtrees of one level have the same root, so a tile of any size is easy to
  // compute.
  it("reach 2^53 - 1 leaves", () => {
    const levels = [leafHash(new Uint8Array())];
    for (let level = 1; level <= 53; level++) {
      const below = levels.at(-1) ?? new Uint8Array();
      levels.push(nodeHash(below, below));
    }
    const hashAt = (level: number): Bytes => levels[level] ?? new Uint8Array();
    const read = ({ level, width }: Tile): Bytes => {
      const bytes = new Uint8Array(width * 32);
      for (let place = 0; place < width; place++) bytes.set(hashAt(8 * level), place * 32);
      return bytes;
    };
    const rootOf = (size: bigint): Bytes => {
      const subtrees: Bytes[] = [];
      for (let level = 53; level >= 0; level--)
        if ((size >> BigInt(level)) & 1n) subtrees.push(hashAt(level));
      return rootOfSubtrees(subtrees);
    };
    const sizes = fc.tuple(
      fc.integer({ min: 2 ** 31 - 1, max: LARGEST }),
      fc.integer({ min: 1, max: LARGEST }),
    );
    fc.assert(
      fc.property(sizes, ([one, two]) => {
        const [older, size] = [Math.min(one, two), Math.max(one, two)];
        const root = rootOf(BigInt(size));
        expect(rootFromTiles(size, read)).toEqual(root);
        const path = inclusionPath(older - 1, size, read);
        expect(verifyInclusion({ leaf: hashAt(0), index: older - 1, size, path, root }).ok).toBe(true);
        const oldRoot = rootOf(BigInt(older));
        const claim = { oldSize: older, oldRoot, newSize: size, newRoot: root };
        const proof = consistencyPath(older, size, read);
        expect(verifyConsistency({ ...claim, path: proof }).ok).toBe(true);
        if (older < size) expect(verifyConsistency({ ...claim, path: proof.slice(1) }).ok).toBe(false);
      }),
      { numRuns: 3, examples: [[[LARGEST, 2 ** 52]], [[LARGEST, LARGEST - 1]], [[2 ** 32, 2 ** 32 + 1]]] },
    );
  });
});
