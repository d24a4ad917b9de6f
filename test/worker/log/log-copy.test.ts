import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { utf8Text } from "../../../src/core/encoding/bytes.ts";
import { entriesPath, tilePath } from "../../../src/core/tlog/tile.ts";
import { tilesOfSize } from "../../support/log/tiles-of-size.ts";
import { LogCopy } from "../../../src/log/bucket-copy.ts";
import { audit, bytesAt, hexOf, log, sealedRange, textAt } from "../support/log-audit.ts";
import { appendAll, copiedText, copyNow, copyObjects, withSettings } from "../support/log-storage.ts";

beforeEach(() => reset());
afterAll(() => reset());

const name = (size: number): string => `checkpoint/${String(size).padStart(16, "0")}`;

/** All tiles and bundles of the tree at this size, as the log serves them. */
async function served(size: number): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
  const files = new Map<string, Uint8Array | undefined>();
  for (const tile of tilesOfSize(size)) {
    files.set(tilePath(tile), await bytesAt(tilePath(tile)));
    const bundle = entriesPath(tile.index, tile.width);
    if (tile.level === 0) files.set(bundle, await bytesAt(bundle));
  }
  return files;
}

async function expectCopied(...sizes: readonly number[]): Promise<void> {
  const copied = await copyObjects();
  for (const size of sizes) {
    for (const [path, bytes] of await served(size)) expect([path, copied.get(path)]).toEqual([path, bytes]);
    expect(utf8Text(copied.get(name(size)) ?? new Uint8Array())).toContain(`\n${size}\n`);
  }
}

describe("a copy round", () => {
  it("copies everything that the checkpoint covers, under tile names, and nothing more", async () => {
    expect(await copyNow()).toBe(false);
    await appendAll(sealedRange(0, 600));
    expect([...(await copyObjects()).keys()]).toEqual([]);
    expect(await log().state()).toEqual({ size: 600, copiedSize: 0, error: null });

    expect(await copyNow()).toBe(true);
    expect([...(await copyObjects()).keys()].toSorted()).toEqual([
      name(600),
      "tile/0/000",
      "tile/0/001",
      "tile/0/002.p/88",
      "tile/1/000.p/2",
      "tile/entries/000",
      "tile/entries/001",
      "tile/entries/002.p/88",
    ]);
    await expectCopied(600);
    expect(await copiedText(name(600))).toBe(await textAt("checkpoint"));
    expect(await log().state()).toEqual({ size: 600, copiedSize: 600, error: null });
    // Nothing is left to copy, so no alarm is set.
    expect(await copyNow()).toBe(false);
  });

  it("adds only what is new since the last one", async () => {
    const sizes = [1, 255, 256, 257, 512, 600];
    let from = 0;
    for (const size of sizes) {
      await appendAll(sealedRange(from, size));
      from = size;
      expect(await copyNow()).toBe(true);
    }
    const names = [...(await copyObjects()).keys()].filter((each) => each.startsWith("checkpoint/"));
    expect(names).toEqual(sizes.map(name));
    // Every copied checkpoint still has its whole tree.
    await expectCopied(...sizes);
  });

  it("copies the newest of many checkpoints", async () => {
    for (let size = 0; size < 20; size++) await log().append(sealedRange(size, size + 1));
    await copyNow();
    expect([...(await copyObjects()).keys()]).toEqual([name(20), "tile/0/000.p/20", "tile/entries/000.p/20"]);
  });

  it("stores objects with the headers to serve them", async () => {
    await appendAll(sealedRange(0, 256));
    await copyNow();
    const tile = await env.COPY.head(`${env.LOG_ORIGIN}/tile/0/000`);
    expect(tile?.httpMetadata).toEqual({
      contentType: "application/octet-stream",
      cacheControl: "public, max-age=604800, immutable",
    });
  });
});

describe("a bucket that fails", () => {
  type Call = "get" | "put" | "list";
  interface BucketFault {
    readonly call: Call;
    readonly count: number;
    readonly moment: "before" | "after" | "null";
  }

  /** The real bucket with one fault: a call fails before it runs, fails after it ran, or returns null. */
  function broken(fault?: BucketFault): { bucket: R2Bucket; counts: Record<Call, number> } {
    const counts = { get: 0, put: 0, list: 0 };
    const bucket = new Proxy(env.COPY, {
      get(target, property: Call) {
        return async (...values: unknown[]) => {
          const hasFault = fault?.call === property && fault.count === counts[property];
          counts[property]++;
          if (hasFault && fault.moment === "before") throw new Error("the bucket failed");
          if (hasFault && fault.moment === "null") return null;
          const outcome: unknown = await (target[property] as (...all: unknown[]) => unknown)(...values);
          if (hasFault && fault.moment === "after") throw new Error("the bucket failed after the call");
          return outcome;
        };
      },
    });
    return { bucket, counts };
  }

  it("has these calls in one round", async () => {
    await appendAll(sealedRange(0, 300));
    const { bucket, counts } = broken();
    await withSettings({ COPY: bucket }, (instance) => instance.alarm());
    // Tiles 0 and 1, the tile above them, two bundles and a checkpoint.
    expect(counts).toEqual({ list: 1, put: 6, get: 6 });
  });

  const each = (call: Call, counts: readonly number[]) =>
    counts.flatMap((count) =>
      (call === "list" ? (["before", "after"] as const) : (["before", "after", "null"] as const)).map(
        (moment) => ({ call, count, moment }),
      ),
    );
  const faults: readonly BucketFault[] = [
    ...each("put", [0, 2, 5]),
    ...each("get", [0, 2, 5]),
    ...each("list", [0]),
  ];
  it.each(faults)(
    "$moment $call $count delays no append, and the next round repairs the copy",
    async (fault) => {
      await appendAll(sealedRange(0, 300));
      const { bucket } = broken(fault);
      await withSettings({ COPY: bucket }, async (instance) => {
        await instance.alarm();
        const { copiedSize, error } = await instance.state();
        expect(copiedSize).toBe(0);
        expect(error).toMatch(/^the log is not copied: /);
        expect(await instance.append(sealedRange(300, 301))).toEqual([300]);
        await instance.alarm();
        expect(await instance.state()).toEqual({ size: 301, copiedSize: 301, error: null });
      });
      await expectCopied(301);
      expect((await audit()).entries).toEqual(hexOf(sealedRange(0, 301)));
    },
  );

  it("is retried by the next alarm", async () => {
    await appendAll(sealedRange(0, 3));
    await runInDurableObject(log(), async (_instance, { storage }) => storage.deleteAlarm());
    const { bucket } = broken({ call: "put", count: 0, moment: "before" });
    await withSettings({ COPY: bucket }, (instance) => instance.alarm());
    expect((await log().state()).copiedSize).toBe(0);
    expect(await copyNow()).toBe(true);
    expect((await log().state()).copiedSize).toBe(3);
  });
});

describe("the alarm of the next round", () => {
  const alarmAt = () => runInDurableObject(log(), (_instance, { storage }) => storage.getAlarm());

  it("is set by the first append, and delayed neither by later ones nor by a restart", async () => {
    await log().append(sealedRange(0, 1));
    const first = await alarmAt();
    expect(first).toBeGreaterThan(Date.now());
    await log().append(sealedRange(1, 2));
    await evictDurableObject(log());
    await log().append(sealedRange(2, 3));
    expect(await alarmAt()).toBe(first);
    expect(await copyNow()).toBe(true);
    expect(await alarmAt()).toBeNull();
    await log().append(sealedRange(3, 4));
    expect(await alarmAt()).toBeGreaterThanOrEqual(first ?? Infinity);
  });

  it("is set again by an append after a restart, if it was lost", async () => {
    await log().append(sealedRange(0, 1));
    const first = await alarmAt();
    await runInDurableObject(log(), (_instance, { storage }) => storage.deleteAlarm());
    await evictDurableObject(log());
    await log().append(sealedRange(1, 2));
    expect(await alarmAt()).toBe(first);
  });
});

describe("an object that already exists", () => {
  it.each(["tile/0/000", "tile/0/001.p/44", "tile/entries/001.p/44", name(300)])(
    "is not overwritten: %s",
    async (path) => {
      await appendAll(sealedRange(0, 300));
      await env.COPY.put(`${env.LOG_ORIGIN}/${path}`, "something else");
      await copyNow();
      expect(await copiedText(path)).toBe("something else");
      expect(await log().state()).toEqual({
        size: 300,
        copiedSize: 0,
        error: `the log is not copied: Error: the copy has other bytes in ${path}`,
      });
      expect(await log().append(sealedRange(300, 301))).toEqual([300]);
    },
  );

  it("with the same bytes counts as copied", async () => {
    await appendAll(sealedRange(0, 300));
    const bytes = await bytesAt("tile/0/000");
    await env.COPY.put(`${env.LOG_ORIGIN}/tile/0/000`, bytes ?? "");
    await copyNow();
    expect((await log().state()).copiedSize).toBe(300);
  });
});

describe("the copy", () => {
  it("lists its checkpoints by size, over several pages", async () => {
    const sizes = [1, 9, 10, 99, 100, 12_345, 2 ** 32, 2 ** 53 - 1];
    for (const size of sizes) await env.COPY.put(`of.example/${name(size)}`, "x");
    await env.COPY.put(`of.example/checkpointed`, "x");
    await env.COPY.put(`of.example2/${name(7)}`, "x");
    const paged = {
      ...({ get: null, put: null } as unknown as R2Bucket),
      list: async (options?: R2ListOptions) => await env.COPY.list({ ...options, limit: 3 }),
    };
    const copy = new LogCopy(paged, "of.example");
    for (const from of [0, 1, 2, 9, 10, 11, 12_345, 12_346, 2 ** 53 - 1]) {
      expect([from, await all(copy.checkpointsFrom(from))]).toEqual([
        from,
        sizes.filter((size) => size >= from),
      ]);
    }
    await env.COPY.put("of.example/checkpoint/12", "x");
    await expect(copy.checkpointsFrom(0).next()).resolves.toMatchObject({ value: 1 });
    await expect(all(copy.checkpointsFrom(0))).rejects.toThrow("not the name of a checkpoint");
  });
});

async function all(sizes: AsyncGenerator<number>): Promise<readonly number[]> {
  const listed: number[] = [];
  for await (const size of sizes) listed.push(size);
  return listed;
}
