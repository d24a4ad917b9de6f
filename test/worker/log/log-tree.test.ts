import { describe, expect, it } from "vitest";
import { tileHashes } from "../../../src/core/tlog/tile.ts";
import { consistencyPlaces, inclusionPlaces, nodesFromTiles } from "../../../src/core/tlog/tile-proof.ts";
import { loadTree, nodeReader, runsOf, type StoredTile } from "../../../src/log/log-tree.ts";
import { sampleEntry, sampleTree } from "../../support/log/sample-tree.ts";

// Nodes as the Log reads them from memory and rows, compared with nodes computed from whole tiles.

describe("a node of the tree", () => {
  const sample = sampleTree(70_000);

  function treeOf(size: number): { read: ReturnType<typeof nodeReader>; loaded: readonly string[] } {
    const tree = loadTree(size, {
      entries: (from, count) =>
        Array.from({ length: Math.min(count, size - from) }, (_unused, place) => sampleEntry(from + place)),
      tileRoots: (level, from) => {
        const width = Math.floor(size / 256 ** (level + 1)) - from;
        return tileHashes(sample.read({ level: level + 1, index: from / 256, width }));
      },
    });
    const loaded: string[] = [];
    const findTile = (level: number, index: number): StoredTile => {
      loaded.push(`${level}/${index}`);
      const hashes = sample.read({ level, index, width: 256 });
      return { hashes, runs: runsOf(hashes) };
    };
    return { read: nodeReader(tree, findTile), loaded };
  }

  it.each([1, 2, 3, 255, 256, 257, 1_000, 4_096, 65_535, 65_536, 65_537, 65_792, 70_000])(
    "is the same at size %i",
    (size) => {
      const { read, loaded } = treeOf(size);
      const indices = [0, 1, 15, 16, 100, 255, 256, 4_095, 40_000, 65_535, 65_536, size - 2, size - 1];
      const places = indices
        .filter((index) => index >= 0 && index < size)
        .flatMap((index) => [...inclusionPlaces(index, size), ...consistencyPlaces(index + 1, size)])
        .flat();
      const expected = places.map(nodesFromTiles(size, (tile) => sample.read(tile)));
      expect(places.map(read)).toEqual(expected);
      expect(new Set(loaded).size).toBe(loaded.length);
    },
  );

  it("is not read beyond the edge", () => {
    const { read } = treeOf(1_000);
    expect(() => read({ level: 0, index: 1_000 })).toThrow("outside the tree");
    expect(() => read({ level: 3, index: 125 })).toThrow("outside the tree");
  });
});
