import { describe, expect, it } from "vitest";
import { concat, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  EMPTY_ROOT,
  leafHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "../../../src/core/tlog/merkle.ts";
import { expectOk, type Result } from "../../../src/core/refusal.ts";
import {
  encodeEntries,
  parseTilePath,
  tileHashes,
  tilePath,
  type Tile,
} from "../../../src/core/tlog/tile.ts";
import { tilesOfSize } from "../../support/log/tiles-of-size.ts";
import {
  authenticateEntries,
  authenticateTiles,
  type FetchTile,
} from "../../../src/core/tlog/tile-client.ts";
import {
  consistencyPath,
  inclusionPath,
  tilesForConsistency,
  tilesForInclusion,
  type ReadTile,
} from "../../../src/core/tlog/tile-proof.ts";
import { flipped, plainLeaf, sampleEntry, sampleTree } from "../../support/log/sample-tree.ts";

const SIZE = 70_000;
const HASHED_BUNDLES = [5, 273];
const tree = sampleTree(SIZE, (index) => {
  return HASHED_BUNDLES.includes(Math.floor(index / 256)) ? leafHash(sampleEntry(index)) : plainLeaf(index);
});
const tile = (path: string): Tile => expectOk(parseTilePath(path));

interface Forgeries {
  readonly [path: string]: Uint8Array | undefined;
}

/** A log's tiles, with some of them forged. */
function server(forgeries: Forgeries = {}): { readonly fetch: FetchTile; readonly asked: string[] } {
  const asked: string[] = [];
  const fetch: FetchTile = async (requested) => {
    const path = tilePath(requested);
    asked.push(path);
    return Object.hasOwn(forgeries, path) ? forgeries[path] : tree.read(requested);
  };
  return { fetch, asked };
}

const authenticate = (
  tiles: readonly string[],
  forgeries: Forgeries = {},
  size = SIZE,
): Promise<Result<ReadTile>> =>
  authenticateTiles(size, tree.rootAt(size), tiles.map(tile), server(forgeries).fetch);

describe("authentic tiles", () => {
  it.each([0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999])("prove entry %i", async (index) => {
    const { fetch, asked } = server();
    const root = tree.rootAt(SIZE);
    const tiles = tilesForInclusion(index, SIZE);
    const read = expectOk(await authenticateTiles(SIZE, root, tiles, fetch));
    const path = inclusionPath(index, SIZE, read);
    expect(verifyInclusion({ leaf: tree.leaf(index), index, size: SIZE, path, root }).ok).toBe(true);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  it.each([1, 256, 65_536, 65_537, 69_999])("prove that a tree of %i leaves is a prefix", async (oldSize) => {
    const newRoot = tree.rootAt(SIZE);
    const tiles = tilesForConsistency(oldSize, SIZE);
    const read = expectOk(await authenticateTiles(SIZE, newRoot, tiles, server().fetch));
    const path = consistencyPath(oldSize, SIZE, read);
    const claim = { oldSize, oldRoot: tree.rootAt(oldSize), newSize: SIZE, newRoot, path };
    expect(verifyConsistency(claim).ok).toBe(true);
  });

  it.each([0, 1, 255, 256, 257, 511, 512, 65_536, 65_537])("are tiles of size %i", async (size) => {
    const tiles = [...tilesOfSize(size)].filter(({ index }) => index < 4 || index % 60 === 0 || index > 254);
    const read = expectOk(await authenticateTiles(size, tree.rootAt(size), tiles, server().fetch));
    for (const each of tiles) expect(read(each)).toEqual(tree.read(each));
  });

  it("can be read at a smaller width, and no other tile can be read", async () => {
    const read = expectOk(await authenticate(["tile/0/005"]));
    expect(read(tile("tile/0/005.p/9"))).toEqual(tree.read(tile("tile/0/005.p/9")));
    expect(read(tile("tile/1/000"))).toEqual(tree.read(tile("tile/1/000")));
    expect(() => read(tile("tile/0/006"))).toThrow(RangeError);
    expect(() => read({ ...tile("tile/0/273.p/112"), width: 113 })).toThrow(RangeError);
  });

  it("do not change if their source changes its bytes later", async () => {
    const source = tree.read(tile("tile/0/005"));
    const read = expectOk(await authenticate(["tile/0/005"], { "tile/0/005": source }));
    source.fill(0);
    expect(read(tile("tile/0/005"))).toEqual(tree.read(tile("tile/0/005")));
  });
});

// Entry 1,300 is hash 20 of tile/0/005; that tile is hash 5 of tile/1/000, and so on.
const forgedEntry = utf8("forged");
const FORGED_AT = 1300;
function withHash(bytes: Bytes, place: number, hash: Bytes): Bytes {
  const copy = bytes.slice();
  copy.set(hash, place * 32);
  return copy;
}
const level0 = withHash(tree.read(tile("tile/0/005")), FORGED_AT % 256, leafHash(forgedEntry));
const level1 = withHash(tree.read(tile("tile/1/000")), 5, treeRoot(tileHashes(level0)));
const level2 = treeRoot(tileHashes(level1));
const lastLeaf = withHash(tree.read(tile("tile/0/273.p/112")), 111, leafHash(forgedEntry));
const good = (path: string): Bytes => tree.read(tile(path));

describe("forged tiles are refused", () => {
  const notAuthentic = "tile_not_authentic";
  it.each<[string, string, Forgeries, string, string]>([
    ["level 0, with its entry", "tile/0/005", { "tile/0/005": level0 }, notAuthentic, "tile/0/005"],
    [
      "level 0 and its parent",
      "tile/0/005",
      { "tile/0/005": level0, "tile/1/000": level1 },
      notAuthentic,
      "tile/1/000",
    ],
    [
      "the whole way up",
      "tile/0/005",
      { "tile/0/005": level0, "tile/1/000": level1, "tile/2/000.p/1": level2 },
      notAuthentic,
      "right edge",
    ],
    ["level 1 alone", "tile/0/005", { "tile/1/000": level1 }, notAuthentic, "tile/1/000"],
    ["level 1, requested itself", "tile/1/000", { "tile/1/000": level1 }, notAuthentic, "tile/1/000"],
    ["a partial tile", "tile/0/273.p/112", { "tile/0/273.p/112": lastLeaf }, notAuthentic, "right edge"],
    [
      "a partial tile not asked for",
      "tile/0/005",
      { "tile/0/273.p/112": lastLeaf },
      notAuthentic,
      "right edge",
    ],
    ["a neighbour's hashes", "tile/0/005", { "tile/0/005": good("tile/0/006") }, notAuthentic, "tile/0/005"],
    ["a full tile cut off", "tile/0/005", { "tile/0/005": level0.slice(0, 8160) }, "tile_malformed", "8160"],
    [
      "a full tile cut in a hash",
      "tile/0/005",
      { "tile/0/005": level0.slice(0, -1) },
      "tile_malformed",
      "8191",
    ],
    [
      "a full tile with more",
      "tile/0/005",
      { "tile/0/005": concat(good("tile/0/005"), EMPTY_ROOT) },
      "tile_malformed",
      "8224",
    ],
    ["an empty tile", "tile/0/005", { "tile/0/005": new Uint8Array() }, "tile_malformed", "0 bytes"],
    [
      "a partial tile cut off",
      "tile/0/005",
      { "tile/0/273.p/112": lastLeaf.slice(32) },
      "tile_malformed",
      "tile/0/273.p/112",
    ],
    [
      "a partial tile with more",
      "tile/0/005",
      { "tile/1/001.p/17": concat(good("tile/1/001.p/17"), EMPTY_ROOT) },
      "tile_malformed",
      "tile/1/001.p/17",
    ],
    ["a missing tile", "tile/0/005", { "tile/0/005": undefined }, notAuthentic, "does not have tile/0/005"],
    ["a missing parent", "tile/0/005", { "tile/1/000": undefined }, notAuthentic, "does not have tile/1/000"],
  ])("%s", async (_name, tiles, forgeries, code, detail) => {
    expect((await authenticate([tiles])).ok).toBe(true);
    const refused = await authenticate([tiles], forgeries);
    expect(refused).toMatchObject({ ok: false, refusal: { code } });
    expect(refused).toHaveProperty("refusal.detail", expect.stringContaining(detail));
  });

  it("with any flipped bit, in every tile of a proof", async () => {
    const tiles = tilesForInclusion(FORGED_AT, SIZE).map(tilePath);
    expect(tiles.length).toBeGreaterThan(3);
    expect((await authenticate(tiles)).ok).toBe(true);
    for (const path of tiles) {
      const bytes = good(path);
      for (let bit = 0; bit < bytes.length * 8; bit += 9973) {
        expect((await authenticate(tiles, { [path]: flipped(bytes, bit) })).ok).toBe(false);
      }
    }
  });

  it("before any tile below them is fetched", async () => {
    const { fetch, asked } = server({ "tile/1/000": level1 });
    const tiles = [tile("tile/0/005")];
    expect((await authenticateTiles(SIZE, tree.rootAt(SIZE), tiles, fetch)).ok).toBe(false);
    expect(asked).toContain("tile/1/000");
    expect(asked).not.toContain("tile/0/005");
  });

  it.each([
    ["another tree's root", SIZE, tree.rootAt(SIZE - 1)],
    ["a short root", SIZE, tree.rootAt(SIZE).slice(1)],
    ["another size", SIZE - 1, tree.rootAt(SIZE)],
    ["no tree", 0, tree.rootAt(SIZE)],
    ["half a size", 1.5, tree.rootAt(1)],
    ["no size", Number.NaN, tree.rootAt(1)],
  ])("with %s", async (_name, size, root) => {
    expect((await authenticateTiles(SIZE, tree.rootAt(SIZE), [], server().fetch)).ok).toBe(true);
    expect((await authenticateTiles(size, root, [], server().fetch)).ok).toBe(false);
  });

  it.each<Tile>([
    { level: 0, index: 273, width: 111 },
    { level: 0, index: 273, width: 256 },
    { level: 0, index: 274, width: 1 },
    { level: 0, index: 274, width: 0 },
    { level: 0, index: 0, width: 255 },
    { level: 0, index: 0, width: 0 },
    { level: 0, index: -1, width: 256 },
    { level: 0, index: 0.5, width: 256 },
    { level: -1, index: 0, width: 256 },
    { level: 3, index: 0, width: 1 },
    { level: Number.NaN, index: 0, width: 1 },
  ])("and %j, which is not a tile of the tree, is never fetched", async (stray) => {
    const { fetch, asked } = server();
    const refused = await authenticateTiles(SIZE, tree.rootAt(SIZE), [stray], fetch);
    expect(refused).toMatchObject({ ok: false, refusal: { code: "tile_malformed" } });
    expect(asked).toEqual([]);
  });

  it("and a rejected fetch is passed on", async () => {
    const fetch: FetchTile = () => Promise.reject(new Error("unreachable"));
    await expect(authenticateTiles(SIZE, tree.rootAt(SIZE), [], fetch)).rejects.toThrow("unreachable");
  });
});

describe("entries", () => {
  const entries = Array.from({ length: 256 }, (_, place) => sampleEntry(5 * 256 + place));
  const last = Array.from({ length: 112 }, (_, place) => sampleEntry(273 * 256 + place));
  it.each<[string, number, readonly Uint8Array[], (entries: readonly Uint8Array[]) => readonly Uint8Array[]]>(
    [
      ["another entry", 5, entries, (all) => all.with(20, forgedEntry)],
      ["two entries exchanged", 5, entries, (all) => [...all.slice(1), ...all.slice(0, 1)]],
      ["a missing entry", 5, entries, (all) => all.slice(1)],
      ["the last entry removed", 273, last, (all) => all.slice(0, -1)],
      ["an extra entry", 273, last, (all) => [...all, forgedEntry]],
      ["the last entry exchanged", 273, last, (all) => all.with(111, forgedEntry)],
    ],
  )("%s is refused", async (_name, index, honest, forge) => {
    const bundle = { index, width: honest.length };
    const read = expectOk(await authenticate([tilePath({ level: 0, ...bundle })]));
    expect(authenticateEntries(bundle, encodeEntries(honest), read)).toEqual({ ok: true, value: honest });
    expect(authenticateEntries(bundle, encodeEntries(forge(honest)), read).ok).toBe(false);
    expect(authenticateEntries(bundle, encodeEntries(honest).slice(1), read).ok).toBe(false);
  });
});
