import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  appendLeaf,
  EMPTY_ROOT,
  frontierRoot,
  leafHash,
  nodeHash,
  PATH_MAX_HASHES,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "../../../src/core/tlog/merkle.ts";
import { EMPTY_FRONTIER } from "../../support/log/sample-tree.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { flipped } from "../../support/log/sample-tree.ts";

const hex = (text: string): Bytes => expectOk(fromHex(text));

// The eight leaves of Certificate Transparency's own tests.
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(hex);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
].map(hex);
const INCLUSIONS: readonly (readonly [index: number, size: number, path: readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    5,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [
    1,
    5,
    [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];
const CONSISTENCIES: readonly (readonly [oldSize: number, newSize: number, path: readonly string[]])[] = [
  [0, 0, []],
  [0, 5, []],
  [1, 1, []],
  [
    1,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    6,
    8,
    [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [
    2,
    5,
    [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];
const rootOf = (size: number): Bytes => ROOTS[size] ?? EMPTY_ROOT;
const leafOf = (index: number): Bytes => leafHash(LEAVES[index] ?? new Uint8Array());

describe("the vectors of Certificate Transparency", () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))("root of %i leaves", (size, root) => {
    const leaves = LEAVES.slice(0, size).map(leafHash);
    expect(toHex(treeRoot(leaves))).toBe(toHex(root));
    let frontier = EMPTY_FRONTIER;
    for (const leaf of leaves) frontier = appendLeaf(frontier, leaf).frontier;
    expect(frontierRoot(frontier)).toEqual(root);
    expect(frontier.size).toBe(size);
  });

  it.each(INCLUSIONS)("leaf %i of %i is included", (index, size, hashes) => {
    const claim = { leaf: leafOf(index), index, size, path: hashes.map(hex), root: rootOf(size) };
    expect(verifyInclusion(claim)).toEqual({ ok: true, value: undefined });
  });

  it.each(CONSISTENCIES)("a tree of %i leaves is a prefix of one of %i", (oldSize, newSize, hashes) => {
    const path = hashes.map(hex);
    const claim = { oldSize, oldRoot: rootOf(oldSize), newSize, newRoot: rootOf(newSize), path };
    expect(verifyConsistency(claim)).toEqual({ ok: true, value: undefined });
  });
});

describe("refused inclusion claims", () => {
  const [index, size, hashes] = INCLUSIONS[4] ?? [0, 0, []];
  const good = { leaf: leafOf(index), index, size, path: hashes.map(hex), root: rootOf(size) };
  const short = good.root.slice(1);
  it.each([
    ["another leaf", { leaf: leafOf(2) }],
    ["another root", { root: rootOf(4) }],
    ["another index", { index: 0 }],
    ["the index beyond the tree", { index: size }],
    ["a negative index", { index: -1 }],
    ["half an index", { index: 0.5 }],
    ["no index", { index: Number.NaN }],
    ["a smaller tree", { size: 4 }],
    ["a larger tree", { size: 9 }],
    ["an infinite tree", { size: Infinity }],
    ["a tree beyond exact numbers", { size: 2 ** 53 }],
    ["no path", { path: [] }],
    ["a shorter path", { path: good.path.slice(1) }],
    ["a longer path", { path: [...good.path, good.root] }],
    ["a path in another order", { path: good.path.toReversed() }],
    ["a very long path", { path: Array.from({ length: PATH_MAX_HASHES + 1 }, () => good.root) }],
    ["a short hash in the path", { path: [...good.path.slice(1), short] }],
    ["a short root", { root: short }],
    ["a short leaf", { leaf: short }],
  ])("%s", (_name, change) => {
    expect(verifyInclusion(good).ok).toBe(true);
    expect(verifyInclusion({ ...good, ...change })).toMatchObject({
      ok: false,
      refusal: { code: "inclusion_mismatch" },
    });
  });

  // The root is right, only the form of the claim is wrong.
  const leaf = leafOf(0);
  it.each([
    ["too long a path", { leaf, index: 0, size: 1, path: [leafOf(1)], root: rootOf(2) }],
    [
      "too long a path from the left",
      { leaf, index: 0, size: 1, path: [leafOf(1)], root: nodeHash(leafOf(1), leaf) },
    ],
    ["too short a path", { leaf, index: 0, size: 3, path: [leafOf(1)], root: rootOf(2) }],
    ["a short hash in the path", { leaf, index: 0, size: 2, path: [short], root: nodeHash(leaf, short) }],
    ["a short leaf", { leaf: short, index: 0, size: 2, path: [leaf], root: nodeHash(short, leaf) }],
    ["a short leaf that is the root", { leaf: short, index: 0, size: 1, path: [], root: short }],
  ])("%s to the right root", (_name, claim) => {
    expect(verifyInclusion({ leaf, index: 0, size: 2, path: [leafOf(1)], root: rootOf(2) }).ok).toBe(true);
    expect(verifyInclusion(claim).ok).toBe(false);
  });

  it("an inner node claimed as a leaf", () => {
    const claim = { leaf: rootOf(2), index: 0, size: 2, path: [treeRoot([leafOf(2), leafOf(3)])] };
    expect(verifyInclusion({ ...claim, root: rootOf(4) }).ok).toBe(true);
    const entry = new Uint8Array([...leafOf(0), ...leafOf(1)]);
    expect(verifyInclusion({ ...claim, leaf: leafHash(entry), root: rootOf(4) }).ok).toBe(false);
  });
});

describe("refused consistency claims", () => {
  const [oldSize, newSize, hashes] = CONSISTENCIES[4] ?? [0, 0, []];
  const good = {
    oldSize,
    oldRoot: rootOf(oldSize),
    newSize,
    newRoot: rootOf(newSize),
    path: hashes.map(hex),
  };
  const same = { oldSize: newSize, oldRoot: good.newRoot, path: [] };
  const empty = { oldSize: 0, oldRoot: EMPTY_ROOT, path: [] };
  it.each([
    ["another old root", { oldRoot: rootOf(5) }],
    ["another new root", { newRoot: rootOf(7) }],
    ["the roots exchanged", { oldRoot: good.newRoot, newRoot: good.oldRoot }],
    ["another old size", { oldSize: 5 }],
    ["another new size", { newSize: 9 }],
    ["a shrinking tree", { oldSize: newSize, newSize: oldSize }],
    ["a negative size", { oldSize: -1 }],
    ["no size", { newSize: Number.NaN }],
    ["no path", { path: [] }],
    ["a shorter path", { path: good.path.slice(1) }],
    ["a longer path", { path: [...good.path, good.newRoot] }],
    ["a very long path", { path: Array.from({ length: PATH_MAX_HASHES + 1 }, () => good.oldRoot) }],
    ["a short hash in the path", { path: [...good.path.slice(1), good.oldRoot.slice(1)] }],
    ["a short root", { oldRoot: good.oldRoot.slice(1) }],
    ["equal sizes, two roots", { ...same, oldRoot: rootOf(7) }],
    ["equal sizes with a path", { ...same, path: good.path }],
    ["the empty tree with another root", { ...empty, oldRoot: rootOf(1) }],
    ["the empty tree with a path", { ...empty, path: good.path }],
    [
      "an empty tree with a wrong root, next to one with the right root",
      { ...empty, newSize: 0, newRoot: rootOf(1) },
    ],
    ["two empty trees with another root", { ...empty, oldRoot: rootOf(1), newSize: 0, newRoot: rootOf(1) }],
  ])("%s", (_name, change) => {
    expect(verifyConsistency(good).ok).toBe(true);
    expect(verifyConsistency({ ...good, ...same }).ok).toBe(true);
    expect(verifyConsistency({ ...good, ...empty }).ok).toBe(true);
    expect(verifyConsistency({ ...good, ...change })).toMatchObject({
      ok: false,
      refusal: { code: "consistency_mismatch" },
    });
  });
});

describe("refused consistency claims to the right roots", () => {
  const one = rootOf(1);
  const short = one.slice(1);
  const next = leafOf(1);
  const good = { oldSize: 1, oldRoot: one, newSize: 2, newRoot: rootOf(2), path: [next] };
  it.each([
    [
      "too long a path",
      { ...good, path: [next, next], newRoot: nodeHash(next, rootOf(2)), oldRoot: nodeHash(next, one) },
    ],
    [
      "too long a path, the old root kept",
      { ...good, path: [next, next], newRoot: nodeHash(next, rootOf(2)) },
    ],
    ["too short a path", { ...good, newSize: 3 }],
    ["half a size", { ...good, oldSize: 1.5, path: [one, next] }],
    ["a short hash", { ...good, path: [short], newRoot: nodeHash(one, short) }],
    ["a short old root", { ...good, oldRoot: short, newRoot: nodeHash(short, next) }],
    ["short roots of the same size", { ...good, oldRoot: short, newSize: 1, newRoot: short, path: [] }],
    [
      "one root too many for a tree of three",
      {
        oldSize: 3,
        oldRoot: nodeHash(next, one),
        newSize: 3,
        newRoot: nodeHash(next, one),
        path: [one, next],
      },
    ],
  ])("%s", (_name, claim) => {
    expect(verifyConsistency(good).ok).toBe(true);
    expect(verifyConsistency(claim).ok).toBe(false);
  });

  it("a path that is too long, although each step is valid", () => {
    const path = [leafOf(2), leafOf(3), rootOf(2)];
    const claim = { oldSize: 3, oldRoot: rootOf(3), newSize: 4, newRoot: rootOf(4), path };
    expect(verifyConsistency(claim).ok).toBe(true);
    const longer = {
      ...claim,
      path: [...path, next],
      oldRoot: nodeHash(next, rootOf(3)),
      newRoot: nodeHash(next, rootOf(4)),
    };
    expect(verifyConsistency(longer).ok).toBe(false);
  });
});

describe("appending", () => {
  it("completes each node once, with the root of its leaves", () => {
    const leaves = Array.from({ length: 70 }, (_, index) => leafHash(Uint8Array.of(index)));
    const seen = new Set<string>();
    let frontier = EMPTY_FRONTIER;
    for (const leaf of leaves) {
      const before = JSON.stringify(frontier.hashes.map(toHex));
      const appended = appendLeaf(frontier, leaf);
      expect(JSON.stringify(frontier.hashes.map(toHex))).toBe(before);
      frontier = appended.frontier;
      expect(frontierRoot(frontier)).toEqual(treeRoot(leaves.slice(0, frontier.size)));
      for (const { level, index, hash } of appended.completed) {
        expect((index + 1) * 2 ** level).toBe(frontier.size);
        expect(hash).toEqual(treeRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
        seen.add(`${level}/${index}`);
      }
    }
    // 70 + 35 + 17 + 8 + 4 + 2 + 1 complete subtrees.
    expect(seen.size).toBe(137);
  });

  it("refuses an impossible frontier", () => {
    expect(() => appendLeaf({ size: 1, hashes: [] }, leafOf(0))).toThrow(RangeError);
  });
});

// Above 2^32, where shifts would overflow, no tree fits into memory. But any path of the right length gives a root,
// computed here with bigints from the recursive definition.
function rootAbove(leaf: Bytes, index: bigint, size: bigint, path: readonly Bytes[]): Bytes {
  const sibling = path.at(-1);
  if (size === 1n || sibling === undefined) return leaf;
  let split = 1n;
  while (split * 2n < size) split *= 2n;
  const rest = path.slice(0, -1);
  return index < split
    ? nodeHash(rootAbove(leaf, index, split, rest), sibling)
    : nodeHash(sibling, rootAbove(leaf, index - split, size - split, rest));
}

function pathLength(index: bigint, size: bigint): number {
  if (size === 1n) return 0;
  let split = 1n;
  while (split * 2n < size) split *= 2n;
  return 1 + (index < split ? pathLength(index, split) : pathLength(index - split, size - split));
}

it("verifies in trees of up to 2^53 - 1 leaves, and refuses every change", () => {
  const size = fc.oneof(
    fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }),
    fc
      .integer({ min: 1, max: 53 })
      .chain((power) =>
        fc.integer({ min: -2, max: 2 }).map((step) => Math.min(2 ** 53 - 1, Math.max(2, 2 ** power + step))),
      ),
  );
  const claims = size.chain((count) => {
    const index = fc.integer({ min: 0, max: count - 1 });
    return fc.tuple(fc.constant(count), index, index);
  });
  fc.assert(
    fc.property(claims, fc.nat(), fc.nat(), ([count, index, other], seed, choice) => {
      const leaf = leafHash(new Uint8Array(new Float64Array([seed]).buffer));
      const length = pathLength(BigInt(index), BigInt(count));
      const path = Array.from({ length }, (_, place) => nodeHash(leaf, leafHash(Uint8Array.of(place))));
      const root = rootAbove(leaf, BigInt(index), BigInt(count), path);
      const claim = { leaf, index, size: count, path, root };
      expect(verifyInclusion(claim).ok).toBe(true);
      const place = choice % length;
      const changed = path.map((hash, at) => (at === place ? flipped(hash, choice) : hash));
      expect(verifyInclusion({ ...claim, path: changed }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, path: path.toSpliced(place, 1) }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, path: path.toSpliced(place, 0, leaf) }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, index: index === 0 ? 1 : index - 1 }).ok).toBe(false);
      expect(verifyInclusion({ ...claim, index: other }).ok).toBe(other === index);
    }),
    { numRuns: 60 },
  );
});
