import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectOk } from "../../../src/core/refusal.ts";
import {
  BUNDLE_MAX_BYTES,
  encodeEntries,
  entriesPath,
  parseEntries,
  parseEntriesPath,
  parseTilePath,
  tilePath,
  tileWidth,
  type Tile,
} from "../../../src/core/tlog/tile.ts";
import { tilesOfSize } from "../../support/log/tiles-of-size.ts";
import { tilesForRoot } from "../../../src/core/tlog/tile-proof.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

describe("paths", () => {
  it.each<[Tile, string]>([
    [{ level: 0, index: 0, width: 256 }, "tile/0/000"],
    [{ level: 0, index: 0, width: 1 }, "tile/0/000.p/1"],
    [{ level: 1, index: 999, width: 255 }, "tile/1/999.p/255"],
    [{ level: 2, index: 1000, width: 256 }, "tile/2/x001/000"],
    [{ level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"],
    [{ level: 0, index: 1_234_067, width: 7 }, "tile/0/x001/x234/067.p/7"],
    [{ level: 63, index: LARGEST, width: 256 }, "tile/63/x009/x007/x199/x254/x740/991"],
  ])("%j is %s", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual({ ok: true, value: tile });
    const entries = path.replace(/^tile\/[0-9]+/, "tile/entries");
    expect(entriesPath(tile.index, tile.width)).toBe(entries);
    expect(parseEntriesPath(entries)).toEqual({ ok: true, value: { index: tile.index, width: tile.width } });
  });

  it.each([
    "",
    "tile",
    "tile/0",
    "tile/0/",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/000\n",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000",
    "tile/0/x000/000",
    "tile/0/x000/x001/000",
    "tile/0/001/000",
    "tile/0/x001/x000",
    "tile/0/x1/000",
    "tile/0/xxx",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/01",
    "tile/0/000.p/",
    "tile/0/000.p",
    "tile/0/x009/x007/x199/x254/x740/992",
    "tile/0/x999/x999/x999/x999/x999/999",
    "tile/0/x001/x000/x000/x000/x000/x000/000",
    "tile/0/٠٠٠",
    "TILE/0/000",
  ])("refuses %j", (path) => {
    expect(parseTilePath(path)).toMatchObject({ ok: false, refusal: { code: "tile_malformed" } });
    expect(parseEntriesPath(path.replace("/0/", "/entries/")).ok).toBe(false);
  });

  it("refuses a very long path", () => {
    expect(parseTilePath(`tile/0/${"x001/".repeat(100_000)}000`).ok).toBe(false);
    expect(parseEntriesPath(`tile/entries/${"x001/".repeat(100_000)}000`).ok).toBe(false);
  });

  it.each([
    { level: -1, index: 0, width: 1 },
    { level: 64, index: 0, width: 1 },
    { level: 0, index: -1, width: 1 },
    { level: 0, index: 2 ** 53, width: 1 },
    { level: 0, index: 0, width: 0 },
    { level: 0, index: 0, width: 257 },
    { level: 0, index: 0.5, width: 1 },
    { level: 0, index: 0, width: Number.NaN },
  ])("has no path for %j", (tile) => {
    expect(() => tilePath(tile)).toThrow(RangeError);
  });

  it("round trips", () => {
    const tile = fc.record({
      level: fc.integer({ min: 0, max: 63 }),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tile, (each) => {
        expect(parseTilePath(tilePath(each))).toEqual({ ok: true, value: each });
        const { index, width } = each;
        expect(parseEntriesPath(entriesPath(index, width))).toEqual({ ok: true, value: { index, width } });
      }),
    );
  });
});

describe("the tiles of a size", () => {
  it.each<[number, readonly string[]]>([
    [0, []],
    [1, ["tile/0/000.p/1"]],
    [255, ["tile/0/000.p/255"]],
    [256, ["tile/0/000", "tile/1/000.p/1"]],
    [257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]],
  ])("%i", (size, paths) => {
    expect([...tilesOfSize(size)].map(tilePath)).toEqual(paths);
  });

  it("70,000: level 0 has 273 full tiles and one of 112, level 1 a full one and one of 17, level 2 one of 1", () => {
    const tiles = [...tilesOfSize(70_000)];
    const widths = [0, 1, 2].map((level) =>
      tiles.filter((tile) => tile.level === level).map(({ width }) => width),
    );
    expect(widths).toEqual([[...Array.from({ length: 273 }, () => 256), 112], [256, 17], [1]]);
    expect(tiles).toHaveLength(277);
    expect(tilesForRoot(70_000).map(tilePath).toSorted()).toEqual([
      "tile/0/273.p/112",
      "tile/1/001.p/17",
      "tile/2/000.p/1",
    ]);
  });

  it.each([
    [6, 0, LARGEST, 31],
    [6, 1, LARGEST, 0],
    [7, 0, LARGEST, 0],
    [63, 0, LARGEST, 0],
    [0, Math.floor(LARGEST / 256), LARGEST, 255],
    [0, LARGEST, LARGEST, 0],
    [3, 0, 2 ** 32, 256],
    [4, 0, 2 ** 32, 1],
  ])("width at level %i, index %i of size %i is %i", (level, index, size, width) => {
    expect(tileWidth(level, index, size)).toBe(width);
  });
});

describe("entry bundles", () => {
  it("round trip", () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(entries, (each) => {
        expect(parseEntries(encodeEntries(each))).toEqual({ ok: true, value: each });
      }),
      { numRuns: 50 },
    );
    const longest = [new Uint8Array(65_535).fill(7), new Uint8Array()];
    expect(parseEntries(encodeEntries(longest))).toEqual({ ok: true, value: longest });
  });

  const entry = [0, 1, 9];
  it.each<[string, readonly number[]]>([
    ["an empty one", []],
    ["one that ends inside a length", [...entry, 0]],
    ["one that ends inside an entry", [...entry, 0, 2, 9]],
    ["257 entries", Array.from({ length: 257 }, () => entry).flat()],
  ])("refuses %s", (_name, bytes) => {
    expect(parseEntries(Uint8Array.from(entry)).ok).toBe(true);
    expect(parseEntries(Uint8Array.from(bytes))).toMatchObject({ refusal: { code: "tile_malformed" } });
  });

  it("refuses to encode an empty bundle, 257 entries, or an entry of 65,536 bytes", () => {
    for (const entries of [
      [],
      Array.from({ length: 257 }, () => new Uint8Array()),
      [new Uint8Array(65_536)],
    ]) {
      expect(() => encodeEntries(entries)).toThrow(RangeError);
    }
  });

  it("hold 256 entries of 65,535 bytes, and not a byte more", () => {
    const largest = encodeEntries(Array.from({ length: 256 }, () => new Uint8Array(65_535)));
    expect(largest.length).toBe(BUNDLE_MAX_BYTES);
    expect(expectOk(parseEntries(largest)).length).toBe(256);
    const larger = parseEntries(new Uint8Array(BUNDLE_MAX_BYTES + 1));
    expect(larger).toMatchObject({ refusal: { detail: `a bundle has at most ${BUNDLE_MAX_BYTES} bytes` } });
  });

  it("never throws for any bytes, and round trips", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const entries = parseEntries(bytes);
        if (entries.ok) expect(encodeEntries(entries.value)).toEqual(bytes);
      }),
    );
  });
});
