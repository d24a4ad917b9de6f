import { env } from "cloudflare:workers";
import { reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyConsistency } from "../../../src/core/tlog/merkle.ts";
import { parseVkey } from "../../../src/core/tlog/signed-note.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { encodeEntries, entriesPath, TILE_WIDTH, tilePath } from "../../../src/core/tlog/tile.ts";
import { tilesOfSize } from "../../support/log/tiles-of-size.ts";
import { consistencyPath } from "../../../src/core/tlog/tile-proof.ts";
import { judgeCheckpoint } from "../../../src/core/tlog/trust-policy.ts";
import {
  answerOf,
  audit,
  bytesAt,
  get,
  hexOf,
  leavesOf,
  log,
  sealedRange,
  textAt,
  tileOf,
  trust,
  type Answer,
} from "../support/log-audit.ts";

const SIZES = [0, 1, 2, 3, 5, 12, 100, 255, 256, 257, 300, 511, 512, 700] as const;
const LAST = 700;
const entries = sealedRange(0, LAST);
const leaves = leavesOf(entries);

beforeAll(async () => {
  await reset();
  let from = 0;
  for (const size of SIZES) {
    await log().append(entries.slice(from, size));
    from = size;
  }
});
afterAll(() => reset());

const TEXT = ["text/plain; charset=utf-8", "no-store"];
const TILE = ["application/octet-stream", "public, max-age=604800, immutable"];
const head = ({ headers }: Answer): readonly unknown[] => [
  headers.get("content-type"),
  headers.get("cache-control"),
];

describe("a public path", () => {
  it.each([
    ["checkpoint", TEXT],
    ["checkpoint?nothing=1", TEXT],
    ["vkey", TEXT],
    ["policy.txt", TEXT],
    ["tile/0/000", TILE, 8192],
    ["tile/0/000.p/1", TILE, 32],
    ["tile/0/000.p/255", TILE, 255 * 32],
    ["tile/0/002.p/188", TILE, 188 * 32],
    ["tile/0/002.p/44", TILE, 44 * 32],
    ["tile/1/000.p/1", TILE, 32],
    ["tile/1/000.p/2", TILE, 64],
    ["tile/entries/000", TILE, 256 * 67],
    ["tile/entries/000.p/12", TILE, 12 * 67],
    ["tile/entries/002.p/188", TILE, 188 * 67],
  ] as const)("%s is served", async (path, expected, length?: number) => {
    const response = await get(path);
    expect([response.status, ...head(response)]).toEqual([200, ...expected]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("set-cookie")).toBeNull();
    if (length !== undefined) expect(response.body).toHaveLength(length);

    const short = await get(path, "HEAD");
    expect([...short.headers]).toEqual([...response.headers]);
    expect(short.headers.get("content-length")).toBe(`${response.body.length}`);
    expect([short.status, short.body.length]).toEqual([200, 0]);
  });

  it.each([
    // Beyond the published size.
    "tile/0/002.p/189",
    "tile/0/002",
    "tile/0/003.p/1",
    "tile/0/003",
    "tile/1/000.p/3",
    "tile/1/000",
    "tile/1/001.p/1",
    "tile/2/000.p/1",
    "tile/63/000.p/1",
    "tile/63/000",
    "tile/0/x999/x999/x999/x999/999",
    "tile/0/x009/x007/x199/x254/x740/991",
    "tile/entries/002.p/189",
    "tile/entries/002",
    "tile/entries/003.p/1",
    // Not the name of a tile.
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/257",
    "tile/0/000.p/001",
    "tile/0/000.p/-1",
    "tile/0/000.p/",
    "tile/0/000.p",
    "tile/0/000/",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/000",
    "tile/00/000",
    "tile/64/000.p/1",
    "tile/-1/000",
    "tile/0",
    "tile/0/",
    "tile/",
    "tile",
    "tile//000",
    "/tile/0/000",
    "TILE/0/000",
    "tile/0/000.P/1",
    "%74ile/0/000",
    "tile/0/%30%30%30",
    "tile%2F0%2F000",
    "tile/0/000%00",
    "tile/0/０００",
    "tile/entries/000.p/0",
    "tile/entries/",
    "tile/data/000",
    "entries/000",
    "checkpoint/",
    "checkpoint.txt",
    "Checkpoint",
    "vkey/..",
    "policy",
    "",
    "x".repeat(8_000),
  ])("%j is not found, and the answer is not cached", async (path) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await get(path, method);
      expect([response.status, ...head(response)]).toEqual([404, ...TEXT]);
    }
    expect((await get("tile/0/000")).status).toBe(200);
  });

  const methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"];
  it.each(methods)("does not answer %s", async (method) => {
    for (const path of ["checkpoint", "tile/0/000", "tile/0/999", "vkey", "policy.txt", "", "nothing"]) {
      const refused = await get(path, method);
      const inside = await answerOf(await log().fetch(`${env.ORIGIN}/log/${path}`, { method }));
      for (const { status, headers } of [refused, inside]) {
        expect([status, headers.get("allow"), headers.get("cache-control")]).toEqual([
          405,
          "GET, HEAD",
          "no-store",
        ]);
      }
    }
    expect((await get("checkpoint")).status).toBe(200);
  });
});

describe("the texts", () => {
  it("equal the results of the calls", async () => {
    expect(await textAt("checkpoint")).toBe(await log().checkpoint());
    expect(await textAt("vkey")).toBe(`${await log().vkey()}\n`);
    const vkey = await log().vkey();
    expect(await textAt("policy.txt")).toBe(`log ${vkey} ${env.ORIGIN}/log\nquorum none\n`);
    expect(expectOk(parseVkey(vkey)).name).toBe(env.LOG_ORIGIN);
  });
});

describe("every published size", () => {
  it("has exactly its tiles and bundles", async () => {
    for (const size of SIZES) {
      for (const tile of tilesOfSize(size)) {
        expect(await bytesAt(tilePath(tile))).toEqual(tileOf(leaves, tile));
        if (tile.level > 0) continue;
        const start = tile.index * TILE_WIDTH;
        const expected = encodeEntries(entries.slice(start, start + tile.width).map(({ entry }) => entry));
        expect(await bytesAt(entriesPath(tile.index, tile.width))).toEqual(expected);
      }
    }
  });

  it("is consistent with each later one", async () => {
    const { readTile, size, entries: served } = await audit();
    expect([size, served]).toEqual([LAST, hexOf(entries)]);
    const policy = await trust();
    const notes = await runInDurableObject(log(), (_instance, state) =>
      state.storage.sql.exec<{ note: string }>("SELECT note FROM checkpoint ORDER BY size").toArray(),
    );
    const published = await Promise.all(
      notes.map(async ({ note }) => expectOk(await judgeCheckpoint(note, policy)).checkpoint),
    );
    expect(published.map(({ size }) => size)).toEqual([...SIZES]);
    let verified = 0;
    for (const [place, newer] of published.entries()) {
      for (const older of published.slice(0, place)) {
        const path = consistencyPath(older.size, newer.size, readTile);
        const claim = {
          oldSize: older.size,
          oldRoot: older.root,
          newSize: newer.size,
          newRoot: newer.root,
          path,
        };
        expect(verifyConsistency(claim).ok).toBe(true);
        expect(verifyConsistency({ ...claim, oldRoot: newer.root }).ok).toBe(false);
        verified++;
      }
    }
    expect(verified).toBe((SIZES.length * (SIZES.length - 1)) / 2);
  });
});

describe("the empty log", () => {
  it("has a checkpoint and no tile", async () => {
    await reset();
    expect((await get("checkpoint")).status).toBe(200);
    for (const path of ["tile/0/000", "tile/0/000.p/1", "tile/entries/000", "tile/entries/000.p/1"]) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await audit()).size).toBe(0);
    await log().append(entries.slice(0, 1));
    expect((await get("tile/0/000.p/1")).status).toBe(200);
  });
});
