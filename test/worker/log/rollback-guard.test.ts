import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { checkpointName } from "../../../src/log/bucket-copy.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import { audit, get, log, sealedRange, textAt } from "../support/log-audit.ts";
import { appendAll, copyNow, failure, rollBack, takeRows, withSettings } from "../support/log-storage.ts";

// A log whose storage was rolled back must not sign. These are the ways in which it notices, and what it does then.
// Every case starts with 300 entries in log and copy; most grow both to 700 and roll the log back.

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

describe("a log that was rolled back", () => {
  it("behind its copy signs nothing, also after a restart, and still serves what it has", async () => {
    const earlier = await takeRows();
    await grow();
    const newest = await textAt("checkpoint");
    await rollBack(earlier);
    for (let start = 0; start < 2; start++) {
      for (const entries of [more, [], sealedRange(0, 1), sealedRange(300, 400)]) {
        expect(await failure(() => log().append(entries))).toContain(
          "the log has 300 entries, and its copy has a checkpoint of 700: it was rolled back; it signs nothing more",
        );
      }
      expect(await log().state()).toMatchObject({
        size: 300,
        error: expect.stringContaining("it was rolled back"),
      });
      expect((await audit()).size).toBe(300);
      await evictDurableObject(log());
    }
    expect(newest).toContain("\n700\n");
  });

  it("to an empty storage signs nothing", async () => {
    await grow();
    await rollBack(new Map([...(await takeRows()).keys()].map((table) => [table, []])));
    expect(await failure(() => log().append(more))).toContain("has 0 entries, and its copy has");
    expect(await newestSize()).toBe("0");
  });

  it("behind a copy that its rows do not record signs nothing", async () => {
    const earlier = await takeRows();
    await grow();
    await rollBack(new Map([...earlier, ["copied", []]]));
    expect(await failure(() => log().append(more))).toContain("it was rolled back");
  });

  it("copies nothing", async () => {
    const earlier = await takeRows();
    await grow();
    await rollBack(earlier);
    await runInDurableObject(log(), async (instance) => instance.alarm());
    expect(await log().state()).toMatchObject({ size: 300, copiedSize: 300 });
  });

  it("to the last copied state continues, since nothing is lost", async () => {
    const earlier = await takeRows();
    await rollBack(earlier);
    expect(await log().append(more)).toEqual([300, 301, 302]);
  });
});

describe("a log that was forked", () => {
  /** The state of a log that signed after a rollback. */
  async function fork(): Promise<void> {
    const earlier = await takeRows();
    await grow();
    const rows = await runInDurableObject(log(), async (_instance, { storage }) => {
      return storage.sql.exec<{ size: number }>("SELECT size FROM checkpoint ORDER BY size").toArray();
    });
    expect(rows.at(-1)?.size).toBe(700);
    await rollBack(earlier);
    await env.COPY.delete(key(700));
    await appendAll(sealedRange(1_300, 1_800));
    expect(await newestSize()).toBe("800");
    // The bucket had this all the time.
    await env.COPY.put(key(700), other700);
    await evictDurableObject(log());
  }
  let other700 = "";
  beforeEach(async () => {
    const earlier = await takeRows();
    await grow();
    other700 = await textAt("checkpoint");
    for (const { key: name } of (await env.COPY.list()).objects) {
      if (name.includes("700")) await env.COPY.delete(name);
    }
    await rollBack(earlier);
  });

  it("signs nothing and serves nothing, and names the two roots", async () => {
    await fork();
    const message = await failure(() => log().append(more));
    expect(message).toMatch(
      /the log has two roots of 700 entries, [0-9a-f]{64} here and [0-9a-f]{64} in its copy: a fork/,
    );
    expect(await failure(() => log().checkpoint())).toContain("a fork");
    expect(await failure(() => log().proof(0))).toContain("a fork");
    for (const path of ["checkpoint", "vkey", "policy.txt", "tile/0/000", "tile/entries/000"]) {
      const { status, headers } = await get(path);
      expect([status, headers.get("cache-control")]).toEqual([503, "no-store"]);
    }
  });
});

describe("the copy has, for the same size,", () => {
  it.each([
    [
      "another root",
      (note: string) => note.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${"A".repeat(43)}=\n`),
      "a fork",
    ],
    ["another size", (note: string) => note.replace("\n300\n", "\n301\n"), "could not be read"],
    ["a malformed checkpoint", () => "hello", "could not be read"],
    ["an empty checkpoint", () => "", "could not be read"],
  ])("%s: nothing is signed", async (_name, change, expected) => {
    const note = await textAt("checkpoint");
    await env.COPY.put(key(300), change(note));
    await evictDurableObject(log());
    expect(await failure(() => log().append(more))).toContain(expected);
    await env.COPY.put(key(300), note);
    await evictDurableObject(log());
    expect(await log().append(more)).toEqual([300, 301, 302]);
  });

  it("the same tree signed with another key: the log continues", async () => {
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
      throw new Error("the bucket is unreachable");
    },
  });

  it("blocks signing until it has been read, and does not block readers", async () => {
    let isReachable = false;
    const bucket = new Proxy(env.COPY, {
      get: (target, property: keyof R2Bucket) => {
        const owner = isReachable ? target : unreachable;
        return (...values: never[]) => (owner[property] as (...all: never[]) => unknown)(...values);
      },
    });
    await withSettings({ COPY: bucket }, async (instance) => {
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(instance.append(more)).rejects.toThrow("could not be read, so nothing is signed");
      }
      expect(await instance.checkpoint()).toContain("\n300\n");
      expect(await instance.proof(299)).toContain("\n300\n");
      isReachable = true;
      expect(await instance.append(more)).toEqual([300, 301, 302]);
      // It is read once; after that the log does not need it.
      isReachable = false;
      expect(await instance.append(sealedRange(6_000, 6_001))).toEqual([303]);
    });
  });

  it("is read once for many callers", async () => {
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
  it("is not a fork, and is copied again", async () => {
    for (const { key: name } of (await env.COPY.list()).objects) await env.COPY.delete(name);
    await evictDurableObject(log());
    expect(await log().append(more)).toEqual([300, 301, 302]);
    expect((await log().state()).copiedSize).toBe(0);
    await copyNow();
    expect(await log().state()).toEqual({ size: 303, copiedSize: 303, error: null });
    expect(await env.COPY.head(`${env.LOG_ORIGIN}/tile/0/000`)).not.toBeNull();
  });
});
