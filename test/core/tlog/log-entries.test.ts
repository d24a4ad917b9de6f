import { describe, expect, it } from "vitest";
import { utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { authenticEntries, proveConsistency, type LogReader } from "../../../src/core/tlog/log-entries.ts";
import { EMPTY_ROOT } from "../../../src/core/tlog/merkle.ts";
import { encodeEntries, entriesPath, tilePath, type Bundle, type Tile } from "../../../src/core/tlog/tile.ts";
import type { Result } from "../../../src/core/refusal.ts";
import { flipped, sampleEntry, sampleTree } from "../../support/log/sample-tree.ts";

const SIZE = 3 * 256 + 7;
const tree = sampleTree(SIZE);
const checkpoint = { size: SIZE, root: tree.rootAt(SIZE) };
const at = (size: number, root = tree.rootAt(size)) => ({ origin: "log.example", size, root });

function entriesOf({ index, width }: Bundle): Bytes {
  return encodeEntries(Array.from({ length: width }, (_none, place) => sampleEntry(index * 256 + place)));
}

/** A log's public files, some of them replaced, and the paths that were read. */
function server(
  files: { readonly [path: string]: Bytes | undefined } = {},
  of = tree,
): LogReader & { asked: string[] } {
  const asked: string[] = [];
  const answer = (path: string, honest: () => Bytes): Promise<Bytes | undefined> => {
    asked.push(path);
    return Promise.resolve(Object.hasOwn(files, path) ? files[path] : honest());
  };
  return {
    asked,
    fetchTile: (tile: Tile) => answer(tilePath(tile), () => of.read(tile)),
    fetchEntries: (bundle) => answer(entriesPath(bundle.index, bundle.width), () => entriesOf(bundle)),
  };
}

/** The entries that were read as text, with the index of the first, and how reading ended. */
async function read(log: LogReader, from = 0, state = checkpoint) {
  const texts: (string | undefined)[] = [];
  let first: number | undefined;
  let end = "all read";
  for await (const range of authenticEntries(state, from, log)) {
    if (!range.ok) end = range.refusal.code;
    else {
      first ??= range.value.first;
      expect(range.value.first).toBe(first + texts.length);
      texts.push(...range.value.entries.map(utf8Text));
    }
  }
  return { first, texts, end };
}

const textsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_none, place) => `entry ${first + place}`);

describe("the entries of a log", () => {
  it.each([
    ["all", 0],
    ["from the second on", 1],
    ["from the last of a bundle on", 255],
    ["from the first of a bundle on", 256],
    ["from the last on", SIZE - 1],
  ])("can be read: %s", async (_name, from) => {
    const log = server();
    expect(await read(log, from)).toEqual({
      first: from,
      texts: textsFrom(from, SIZE - from),
      end: "all read",
    });
    const bundles = log.asked.filter((path) => path.startsWith("tile/entries/"));
    expect(bundles.length).toBe(4 - Math.floor(from / 256));
  });

  it("are none in an empty log", async () => {
    const log = server();
    expect(await read(log, 0, { size: 0, root: EMPTY_ROOT })).toEqual({ texts: [], end: "all read" });
    expect(log.asked).toEqual([]);
  });

  // Some 130,000 hashes take half a second on an idle core, and more on a busy machine.
  it("are read 128 bundles at a time", { timeout: 30_000 }, async () => {
    const large = sampleTree(128 * 256 + 1);
    const log = server({}, large);
    const state = { size: large.size, root: large.rootAt(large.size) };
    const reader = authenticEntries(state, 0, log);
    const bundlesAsked = () => log.asked.filter((path) => path.startsWith("tile/entries/")).length;
    for (let bundle = 0; bundle < 128; bundle++) {
      await reader.next();
      expect(bundlesAsked()).toBe(128);
    }
    expect(await reader.next()).toMatchObject({ value: { ok: true, value: { first: 128 * 256 } } });
    expect(bundlesAsked()).toBe(129);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  const second: Bundle = { index: 1, width: 256 };
  const last: Bundle = { index: 3, width: 7 };
  it.each<[string, string, Bytes | undefined, number]>([
    ["a missing bundle", entriesPath(1, 256), undefined, 256],
    ["a forged entry", entriesPath(1, 256), flipped(entriesOf(second), 16), 256],
    ["another bundle", entriesPath(1, 256), entriesOf({ ...second, index: 2 }), 256],
    ["a forged entry in the last bundle", entriesPath(3, 7), flipped(entriesOf(last), 16), 768],
    ["a forged tile", "tile/0/001", flipped(tree.read({ level: 0, ...second })), 0],
  ])("end with a refusal at %s", async (_name, path, bytes, count) => {
    expect((await read(server())).end).toBe("all read");
    expect(await read(server({ [path]: bytes }))).toEqual({
      first: count === 0 ? undefined : 0,
      texts: textsFrom(0, count),
      end: "tile_not_authentic",
    });
  });
});

describe("a newer state of 300 entries extends", () => {
  const code = (result: Result<void>) => (result.ok ? "proven" : result.refusal.code);
  const mismatch = "consistency_mismatch";

  it.each([
    ["an empty one", at(0, EMPTY_ROOT), "proven"],
    ["one of one entry", at(1), "proven"],
    ["one of 299 entries", at(299), "proven"],
    ["itself", at(300), "proven"],
    ["no empty one with entries in its root", at(0, tree.rootAt(1)), mismatch],
    ["no other one of its size", at(300, tree.rootAt(299)), mismatch],
    ["no larger one", at(301), mismatch],
    ["no other one of 257 entries", at(257, tree.rootAt(256)), mismatch],
  ])("%s", async (_name, older, expected) => {
    const log = server();
    expect(code(await proveConsistency(older, at(300), log.fetchTile))).toBe(expected);
    // Only a smaller one that is not empty needs a proof from the log.
    expect(log.asked.length > 0).toBe(older.size > 0 && older.size < 300);
  });

  it("none, if a tile is missing or the root is another", async () => {
    const log = server({ "tile/0/000": undefined });
    expect(code(await proveConsistency(at(1), at(300), server().fetchTile))).toBe("proven");
    expect(code(await proveConsistency(at(1), at(300), log.fetchTile))).toBe("tile_not_authentic");
    const another = at(300, tree.rootAt(299));
    expect(code(await proveConsistency(at(1), another, server().fetchTile))).toBe("tile_not_authentic");
  });
});
