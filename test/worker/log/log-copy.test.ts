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

/** Everything of the tree at this size, as the log serves it. */
async function served(size: number): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
  const found = new Map<string, Uint8Array | undefined>();
  for (const tile of tilesOfSize(size)) {
    found.set(tilePath(tile), await bytesAt(tilePath(tile)));
    const bundle = entriesPath(tile.index, tile.width);
    if (tile.level === 0) found.set(bundle, await bytesAt(bundle));
  }
  return found;
}

async function expectCopied(...sizes: readonly number[]): Promise<void> {
  const copied = await copyObjects();
  for (const size of sizes) {
    for (const [path, bytes] of await served(size)) expect([path, copied.get(path)]).toEqual([path, bytes]);
    expect(utf8Text(copied.get(name(size)) ?? new Uint8Array())).toContain(`\n${size}\n`);
  }
}

describe("a round of copying", () => {
  it("copies what a checkpoint covers, under the names of the tiles, and then nothing more", async () => {
    expect(await copyNow()).toBe(false);
    await appendAll(sealedRange(0, 600));
    expect([...(await copyObjects()).keys()]).toEqual([]);
    expect(await log().state()).toEqual({ size: 600, copied: 0, trouble: null });

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
    expect(await log().state()).toEqual({ size: 600, copied: 600, trouble: null });
    // Nothing is due, so nothing is set.
    expect(await copyNow()).toBe(false);
  });

  it("adds what is new since the last one, and leaves what is not", async () => {
    const sizes = [1, 255, 256, 257, 512, 600];
    let from = 0;
    for (const size of sizes) {
      await appendAll(sealedRange(from, size));
      from = size;
      expect(await copyNow()).toBe(true);
    }
    const names = [...(await copyObjects()).keys()].filter((each) => each.startsWith("checkpoint/"));
    expect(names).toEqual(sizes.map(name));
    // Every checkpoint that was copied still has its whole tree.
    await expectCopied(...sizes);
  });

  it("copies the newest of many checkpoints", async () => {
    for (let size = 0; size < 20; size++) await log().append(sealedRange(size, size + 1));
    await copyNow();
    expect([...(await copyObjects()).keys()]).toEqual([name(20), "tile/0/000.p/20", "tile/entries/000.p/20"]);
  });

  it("can be served as it is", async () => {
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
    readonly moment: "before" | "after" | "wrong";
  }

  /** The real bucket with one call broken: not done, done and reported failed, or answered with nothing. */
  function broken(fault?: BucketFault): { bucket: R2Bucket; counts: Record<Call, number> } {
    const counts = { get: 0, put: 0, list: 0 };
    const bucket = new Proxy(env.COPY, {
      get(target, property: Call) {
        return async (...values: unknown[]) => {
          const struck = fault?.call === property && fault.count === counts[property];
          counts[property]++;
          if (struck && fault.moment === "before") throw new Error("the bucket said no");
          if (struck && fault.moment === "wrong") return null;
          const outcome: unknown = await (target[property] as (...all: unknown[]) => unknown)(...values);
          if (struck && fault.moment === "after") throw new Error("the bucket said no, afterwards");
          return outcome;
        };
      },
    });
    return { bucket, counts };
  }

  it("has these calls", async () => {
    await appendAll(sealedRange(0, 300));
    const { bucket, counts } = broken();
    await withSettings({ COPY: bucket }, (instance) => instance.alarm());
    // Tiles 0, 1 and the one above, two bundles and a checkpoint.
    expect(counts).toEqual({ list: 1, put: 6, get: 6 });
  });

  const each = (call: Call, counts: readonly number[]) =>
    counts.flatMap((count) =>
      (call === "list" ? (["before", "after"] as const) : (["before", "after", "wrong"] as const)).map(
        (moment) => ({ call, count, moment }),
      ),
    );
  const faults: readonly BucketFault[] = [
    ...each("put", [0, 2, 5]),
    ...each("get", [0, 2, 5]),
    ...each("list", [0]),
  ];
  it.each(faults)(
    "$moment $call $count delays no append, and the next round makes it good",
    async (fault) => {
      await appendAll(sealedRange(0, 300));
      const { bucket } = broken(fault);
      await withSettings({ COPY: bucket }, async (instance) => {
        await instance.alarm();
        const { copied, trouble } = await instance.state();
        expect(copied).toBe(0);
        expect(trouble).toMatch(/^the log is not copied: /);
        expect(await instance.append(sealedRange(300, 301))).toEqual([300]);
        await instance.alarm();
        expect(await instance.state()).toEqual({ size: 301, copied: 301, trouble: null });
      });
      await expectCopied(301);
      expect((await audit()).entries).toEqual(hexOf(sealedRange(0, 301)));
    },
  );

  it("is tried again by the next alarm", async () => {
    await appendAll(sealedRange(0, 3));
    await runInDurableObject(log(), async (_instance, { storage }) => storage.deleteAlarm());
    const { bucket } = broken({ call: "put", count: 0, moment: "before" });
    await withSettings({ COPY: bucket }, (instance) => instance.alarm());
    expect((await log().state()).copied).toBe(0);
    expect(await copyNow()).toBe(true);
    expect((await log().state()).copied).toBe(3);
  });
});

describe("the alarm of the next round", () => {
  const alarmAt = () => runInDurableObject(log(), (_instance, { storage }) => storage.getAlarm());

  it("is set by the first append, and put off by none that follows, nor by a new start", async () => {
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

  it("that was lost is set again by the next start that adds something", async () => {
    await log().append(sealedRange(0, 1));
    const first = await alarmAt();
    await runInDurableObject(log(), (_instance, { storage }) => storage.deleteAlarm());
    await evictDurableObject(log());
    await log().append(sealedRange(1, 2));
    expect(await alarmAt()).toBe(first);
  });
});

describe("an object that is there already", () => {
  it.each(["tile/0/000", "tile/0/001.p/44", "tile/entries/001.p/44", name(300)])(
    "is not overwritten: %s",
    async (path) => {
      await appendAll(sealedRange(0, 300));
      await env.COPY.put(`${env.LOG_ORIGIN}/${path}`, "something else");
      await copyNow();
      expect(await copiedText(path)).toBe("something else");
      expect(await log().state()).toEqual({
        size: 300,
        copied: 0,
        trouble: `the log is not copied: Error: the copy has another ${path}`,
      });
      expect(await log().append(sealedRange(300, 301))).toEqual([300]);
    },
  );

  it("with the same bytes is as good as written", async () => {
    await appendAll(sealedRange(0, 300));
    const bytes = await bytesAt("tile/0/000");
    await env.COPY.put(`${env.LOG_ORIGIN}/tile/0/000`, bytes ?? "");
    await copyNow();
    expect((await log().state()).copied).toBe(300);
  });
});

describe("the copy", () => {
  it("lists its checkpoints by size, beyond one page", async () => {
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
    await expect(all(copy.checkpointsFrom(0))).rejects.toThrow("no checkpoint's name");
  });
});

async function all(sizes: AsyncGenerator<number>): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const size of sizes) found.push(size);
  return found;
}
