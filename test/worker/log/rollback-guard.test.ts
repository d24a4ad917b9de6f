import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { checkpointName } from "../../../src/log/bucket-copy.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import { audit, get, log, sealedRange, textAt } from "../support/log-audit.ts";
import { appendAll, copyNow, failure, setBack, takeRows, withSettings } from "../support/log-storage.ts";

// A log whose storage was set back must not sign: each way in which it can come to know, and what it does
// then. Every case begins with the log at 300 entries, copied, and goes on to 700, copied.

beforeEach(async () => {
  await reset();
  await appendAll(sealedRange(0, 300));
  await copyNow();
});
afterAll(() => reset());

const more = sealedRange(5_000, 5_003);
const key = (size: number): string => `${env.LOG_ORIGIN}/${checkpointName(size)}`;

async function newestSize(): Promise<string> {
  return (await textAt("checkpoint")).split("\n")[1] ?? "";
}

async function grow(): Promise<void> {
  await appendAll(sealedRange(300, 700));
  await copyNow();
}

describe("a log that was set back", () => {
  it("behind its copy signs nothing, also after the next start, and shows what it has", async () => {
    const earlier = await takeRows();
    await grow();
    const newest = await textAt("checkpoint");
    await setBack(earlier);
    for (let start = 0; start < 2; start++) {
      for (const entries of [more, [], sealedRange(0, 1), sealedRange(300, 400)]) {
        expect(await failure(() => log().append(entries))).toContain(
          "the log has 300 entries, and its copy has a checkpoint of 700: it was set back; it signs nothing more",
        );
      }
      expect(await log().state()).toMatchObject({
        size: 300,
        trouble: expect.stringContaining("it was set back"),
      });
      expect((await audit()).size).toBe(300);
      await evictDurableObject(log());
    }
    expect(newest).toContain("\n700\n");
  });

  it("to nothing at all signs nothing", async () => {
    await grow();
    await setBack(new Map([...(await takeRows()).keys()].map((table) => [table, []])));
    expect(await failure(() => log().append(more))).toContain("has 0 entries, and its copy has");
    expect(await newestSize()).toBe("0");
  });

  it("behind what was copied without being noted down signs nothing", async () => {
    const earlier = await takeRows();
    await grow();
    await setBack(new Map([...earlier, ["copied", []]]));
    expect(await failure(() => log().append(more))).toContain("it was set back");
  });

  it("copies nothing", async () => {
    const earlier = await takeRows();
    await grow();
    await setBack(earlier);
    await runInDurableObject(log(), async (instance) => instance.alarm());
    expect(await log().state()).toMatchObject({ size: 300, copied: 300 });
  });

  it("to the state that was copied last goes on: nothing is lost", async () => {
    const earlier = await takeRows();
    await setBack(earlier);
    expect(await log().append(more)).toEqual([300, 301, 302]);
  });
});

describe("a log that was forked", () => {
  /** As it would be if it had signed after it was set back. */
  async function fork(): Promise<void> {
    const earlier = await takeRows();
    await grow();
    const rows = await runInDurableObject(log(), async (_instance, { storage }) => {
      return storage.sql.exec<{ size: number }>("SELECT size FROM checkpoint ORDER BY size").toArray();
    });
    expect(rows.at(-1)?.size).toBe(700);
    await setBack(earlier);
    await env.COPY.delete(key(700));
    await appendAll(sealedRange(1_300, 1_800));
    expect(await newestSize()).toBe("800");
    // What the bucket had all the time.
    await env.COPY.put(key(700), forked700);
    await evictDurableObject(log());
  }
  let forked700 = "";
  beforeEach(async () => {
    const earlier = await takeRows();
    await grow();
    forked700 = await textAt("checkpoint");
    for (const { key: name } of (await env.COPY.list()).objects) {
      if (name.includes("700")) await env.COPY.delete(name);
    }
    await setBack(earlier);
  });

  it("signs nothing and shows nothing, and says which two roots", async () => {
    await fork();
    const told = await failure(() => log().append(more));
    expect(told).toMatch(
      /the log has two roots of 700 entries, [0-9a-f]{64} here and [0-9a-f]{64} in its copy: a fork/,
    );
    expect(await failure(() => log().checkpoint())).toContain("a fork");
    expect(await failure(() => log().proofs([0]))).toContain("a fork");
    for (const path of ["checkpoint", "vkey", "policy.txt", "tile/0/000", "tile/entries/000"]) {
      const { status, headers } = await get(path);
      expect([status, headers.get("cache-control")]).toEqual([503, "no-store"]);
    }
  });
});

describe("the copy says of the same size", () => {
  it.each([
    [
      "another root",
      (note: string) => note.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${"A".repeat(43)}=\n`),
      "a fork",
    ],
    ["another size", (note: string) => note.replace("\n300\n", "\n301\n"), "could not be read"],
    ["no checkpoint", () => "hello", "could not be read"],
    ["nothing", () => "", "could not be read"],
  ])("%s: nothing is signed", async (_name, change, words) => {
    const note = await textAt("checkpoint");
    await env.COPY.put(key(300), change(note));
    await evictDurableObject(log());
    expect(await failure(() => log().append(more))).toContain(words);
    await env.COPY.put(key(300), note);
    await evictDurableObject(log());
    expect(await log().append(more)).toEqual([300, 301, 302]);
  });

  it("the same under another key: the tree counts", async () => {
    const { root } = await audit();
    await env.COPY.put(key(300), logSigner(env.LOG_ORIGIN, "0bad".repeat(16)).checkpoint(300, root));
    await evictDurableObject(log());
    expect(await log().append(more)).toEqual([300, 301, 302]);
    expect(toHex(root)).toHaveLength(64);
  });
});

describe("a copy that can't be read", () => {
  const unreachable = new Proxy(env.COPY, {
    get: () => async () => {
      throw new Error("no way to the bucket");
    },
  });

  it("lets nothing be signed until it was looked at, and readers read", async () => {
    let isReachable = false;
    const bucket = new Proxy(env.COPY, {
      get: (target, property: keyof R2Bucket) => {
        const owner = isReachable ? target : unreachable;
        return (...values: never[]) => (owner[property] as (...all: never[]) => unknown)(...values);
      },
    });
    await withSettings({ COPY: bucket }, async (instance) => {
      for (let tried = 0; tried < 2; tried++) {
        await expect(instance.append(more)).rejects.toThrow("could not be read, so nothing is signed");
      }
      expect(await instance.checkpoint()).toContain("\n300\n");
      expect(await instance.proofs([0, 299])).toHaveLength(2);
      isReachable = true;
      expect(await instance.append(more)).toEqual([300, 301, 302]);
      // Looked at once: from then on it delays nobody.
      isReachable = false;
      expect(await instance.append(sealedRange(6_000, 6_001))).toEqual([303]);
    });
  });

  it("is looked at once by many callers", async () => {
    let lists = 0;
    const bucket = new Proxy(env.COPY, {
      get: (target, property: keyof R2Bucket) => {
        if (property === "list") lists++;
        return (...values: never[]) => (target[property] as (...all: never[]) => unknown)(...values);
      },
    });
    await withSettings({ COPY: bucket }, async (instance) => {
      const calls = Array.from({ length: 20 }, (_unused, at) => sealedRange(7_000 + at, 7_001 + at));
      await Promise.all([instance.alarm(), ...calls.map((entries) => instance.append(entries))]);
    });
    expect(lists).toBe(1);
  });
});

describe("a copy that was lost", () => {
  it("is no fork, and is made again", async () => {
    for (const { key: name } of (await env.COPY.list()).objects) await env.COPY.delete(name);
    await evictDurableObject(log());
    expect(await log().append(more)).toEqual([300, 301, 302]);
    expect((await log().state()).copied).toBe(0);
    await copyNow();
    expect(await log().state()).toEqual({ size: 303, copied: 303, trouble: null });
    expect(await env.COPY.head(`${env.LOG_ORIGIN}/tile/0/000`)).not.toBeNull();
  });
});
