import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { toHex, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { EMPTY_ROOT, leafHash, treeRoot, verifyInclusion } from "../../../src/core/tlog/merkle.ts";
import { encodeVkey } from "../../../src/core/tlog/signed-note.ts";
import { parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { tileHashes } from "../../../src/core/tlog/tile.ts";
import { judgeCheckpoint } from "../../../src/core/tlog/trust-policy.ts";
import { APPEND_MAX_ENTRIES, type LabelledEntry } from "../../../src/log/append-group.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import { growTree, loadTree, runsOf, type FullTile } from "../../../src/log/log-tree.ts";
import { audit, hexOf, leavesOf, log, sealed, sealedRange, trust } from "../support/log-audit.ts";
import { appendAll, failure } from "../support/log-storage.ts";

beforeEach(() => reset());
afterAll(() => reset());

describe("append", () => {
  it("starts with a signed empty tree", async () => {
    const { size, root, entries } = await audit();
    expect([size, root, entries]).toEqual([0, EMPTY_ROOT, []]);
    expect(await log().append([])).toEqual([]);
  });

  it("returns indices in order, returns the same ones again, and stores the entries", async () => {
    expect(await log().append(sealedRange(0, 3))).toEqual([0, 1, 2]);
    expect(await log().append([sealed(3), sealed(1), sealed(3), sealed(4)])).toEqual([3, 1, 3, 4]);
    const before = await log().checkpoint();
    expect(await log().append(sealedRange(0, 5))).toEqual([0, 1, 2, 3, 4]);
    expect(await log().checkpoint()).toBe(before);
    expect((await audit()).entries).toEqual(hexOf(sealedRange(0, 5)));
  });

  it("appends nothing more once a caller has seen more entries than the log has", async () => {
    expect(await log().append(sealedRange(0, 3), 0)).toEqual([0, 1, 2]);
    expect(await log().append(sealedRange(3, 4), 3)).toEqual([3]);
    const before = await log().checkpoint();
    await runInDurableObject(log(), async (instance) => {
      for (const seenSize of [5, 0, 4]) {
        await expect(instance.append(sealedRange(4, 6), seenSize)).rejects.toThrow("had 5");
      }
      for (const seenSize of [0.5, Number.NaN]) {
        await expect(instance.append(sealedRange(0, 1), seenSize)).rejects.toThrow("whole number");
      }
    });
    await evictDurableObject(log());
    await runInDurableObject(log(), async (instance) => {
      await expect(instance.append(sealedRange(4, 6))).rejects.toThrow("had 5");
      await expect(instance.append(sealedRange(0, 1))).rejects.toThrow("had 5");
    });
    expect(await log().checkpoint()).toBe(before);
  });

  it("needs the size seen by all tenants once after each start", async () => {
    for (let start = 0; start < 2; start++) {
      for (const seenSize of [0, 3]) {
        expect(await log().appendOfOneTenant(sealedRange(0, 3), seenSize)).toBeNull();
      }
      expect(await log().append(sealedRange(0, 3), start * 3)).toEqual([0, 1, 2]);
      expect(await log().appendOfOneTenant(sealedRange(0, 3), 3)).toEqual([0, 1, 2]);
      await evictDurableObject(log());
    }
    const message = await failure(() => log().append(sealedRange(3, 4), 4));
    expect(message).toContain("the log has 3 entries and had 4");
  });

  it("refuses another entry under a label, and the whole call with it", async () => {
    const conflict = [sealed(7), sealed(1, 1), sealed(8)];
    await log().append(sealedRange(0, 3));
    const before = await log().checkpoint();
    expect(await failure(() => log().append(conflict))).toContain(sealed(1).label);
    expect(await failure(() => log().append([sealed(9), sealed(9, 1)]))).toContain(sealed(9).label);
    expect(await log().checkpoint()).toBe(before);
    expect(await log().append([sealed(7), sealed(1), sealed(8)])).toEqual([3, 1, 4]);
  });

  const publicRecord = encodeEntry({ kind: "public", record: { type: "release", v: 1 } });
  const longRecord = encodeEntry({ kind: "public", record: { text: "x".repeat(65_535) } });
  const valid = sealed(0);
  const malformed: readonly (readonly [string, readonly LabelledEntry[], string])[] = [
    ["too many entries", sealedRange(0, APPEND_MAX_ENTRIES + 1), "at most 256"],
    ["an empty label", [{ ...valid, label: "" }], "hexadecimal"],
    ["a label in capitals", [{ ...valid, label: valid.label.toUpperCase() }], "hexadecimal"],
    ["a short label", [{ ...valid, label: valid.label.slice(2) }], "hexadecimal"],
    ["a label that is not the entry's", [{ ...valid, label: sealed(1).label }], "has another label"],
    [
      "a public record under a label that is not its hash",
      [{ ...valid, entry: publicRecord }],
      "has another label",
    ],
    ["an empty entry", [{ ...valid, entry: new Uint8Array() }], "malformed"],
    [
      "an unknown kind of entry",
      [{ ...valid, entry: Uint8Array.of(3, ...valid.entry.slice(1)) }],
      "malformed",
    ],
    ["a short entry", [{ ...valid, entry: valid.entry.slice(0, 64) }], "malformed"],
    ["a public record with spaces", [{ ...valid, entry: utf8('\u0002{"v": 1}') }], "malformed"],
    ["an entry too long for a bundle", [{ ...valid, entry: longRecord }], "65535 bytes"],
  ];
  it.each(malformed)("refuses %s, and the whole call with it", async (_name, entries, message) => {
    await runInDurableObject(log(), async (instance) => {
      await expect(instance.append([sealed(5), ...entries])).rejects.toThrow(message);
      expect(await instance.append([valid])).toEqual([0]);
    });
  });

  it("accepts a full call and public records", async () => {
    expect(await log().append(sealedRange(0, APPEND_MAX_ENTRIES))).toHaveLength(APPEND_MAX_ENTRIES);
    const label = toHex(leafHash(publicRecord));
    expect(await log().append([{ label, entry: publicRecord }])).toEqual([APPEND_MAX_ENTRIES]);
    expect((await audit()).entries.at(-1)).toBe(toHex(publicRecord));
  });
});

describe("many callers", () => {
  it("share one checkpoint, and a conflict fails only the call that caused it", async () => {
    // Calls that wait for the first comparison with the copy would form one group too.
    await log().append([]);
    const outcomes = await runInDurableObject(log(), (instance) =>
      Promise.allSettled([
        instance.append([sealed("first")]),
        // These three wait while the first is written, and form one group.
        instance.append([sealed(1), sealed(2)]),
        instance.append([sealed(3), sealed(2, 1), sealed(4)]),
        instance.append([sealed(2), sealed(4), sealed("first")]),
      ]),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))).toEqual([
      [0],
      [1, 2],
      [2, 3, 0],
    ]);
    expect(await checkpointSizes()).toEqual([0, 1, 4]);
    expect((await audit()).entries).toEqual(hexOf([sealed("first"), sealed(1), sealed(2), sealed(4)]));
  });

  it("at the same time get one index per entry, without gaps", async () => {
    const stub = log();
    const calls = Array.from({ length: 60 }, (_unused, caller) =>
      // Two callers send each entry.
      sealedRange(Math.floor(caller / 2) * 7, Math.floor(caller / 2) * 7 + 7),
    );
    const indices = await Promise.all(calls.map((entries) => stub.append(entries)));
    const { entries, size } = await audit();
    expect(size).toBe(210);
    for (const [caller, sent] of calls.entries()) {
      expect(indices[caller]?.map((index) => entries[index])).toEqual(hexOf(sent));
    }
    expect((await checkpointSizes()).length).toBeLessThan(calls.length);
  });

  it("get the same answers as one after the other", async () => {
    const label = fc.nat(11);
    const call = fc.array(fc.record({ label, version: fc.nat(1) }), { maxLength: 5 });
    let run = 0;
    let size = 0;
    await runInDurableObject(log(), async (instance) => {
      const property = fc.asyncProperty(fc.array(call, { maxLength: 8 }), async (calls) => {
        const name = `run ${run++}`;
        const stored = new Map<number, { readonly index: number; readonly version: number }>();
        const expected = calls.map((entries) => {
          const tentative = new Map(stored);
          for (const { label, version } of entries) {
            const current = tentative.get(label) ?? { index: size + tentative.size, version };
            if (current.version !== version) return "rejected";
            tentative.set(label, current);
          }
          for (const [label, place] of tentative) stored.set(label, place);
          return entries.map((entry) => tentative.get(entry.label)?.index);
        });
        const outcomes = await Promise.allSettled(
          calls.map((entries) =>
            instance.append(entries.map((entry) => sealed(`${name} ${entry.label}`, entry.version))),
          ),
        );
        expect(outcomes.map((outcome) => ("value" in outcome ? outcome.value : "rejected"))).toEqual(
          expected,
        );
        size += stored.size;
      });
      await fc.assert(property, { numRuns: 60 });
    });
    expect((await audit()).size).toBe(size);
  });
});

describe("a proof", () => {
  it.each([1, 2, 7, 255, 256, 257, 700])("verifies at size %i", async (size) => {
    const entries = sealedRange(0, size);
    await appendAll(entries);
    const indices = [...new Set([0, 1, 255, 256, size - 2, size - 1].filter((i) => i >= 0 && i < size))];
    const policy = await trust();
    for (const index of indices) {
      const proof = expectOk(parseLogProof(await log().proof(index)));
      const { checkpoint } = expectOk(await judgeCheckpoint(proof.checkpoint, policy));
      const leaf = leafHash(entries[index]?.entry ?? new Uint8Array());
      const claim = { leaf, index: proof.index, path: proof.path, ...checkpoint };
      expect([proof.index, checkpoint.size, proof.checkpoint]).toEqual([
        index,
        size,
        await log().checkpoint(),
      ]);
      expect(verifyInclusion(claim).ok).toBe(true);
      expect(verifyInclusion({ ...claim, leaf: leafHash(claim.leaf) }).ok).toBe(false);
    }
  });

  it.each([3, -1, 0.5, Number.NaN, 2 ** 53])(
    "is refused for the index %d in a log of three entries",
    async (index) => {
      await log().append(sealedRange(0, 3));
      await runInDurableObject(log(), async (instance) => {
        await expect(instance.proof(index)).rejects.toThrow("outside the tree");
        expect(expectOk(parseLogProof(await instance.proof(2))).index).toBe(2);
      });
    },
  );
});

describe("the whole log", () => {
  it("has the same state after a restart, at any size", { timeout: 30_000 }, async () => {
    const sizes = [1, 2, 3, 7, 8, 254, 255, 256, 257, 300, 511, 512, 513, 768, 1023, 1024, 1025, 1300];
    let size = 0;
    for (const next of sizes) {
      const sent = sealedRange(size, next);
      await appendAll(sent);
      const running = await audit();
      expect(running.root).toEqual(treeRoot(leavesOf(sealedRange(0, next))));
      await evictDurableObject(log());
      const restarted = await audit();
      expect([restarted.note, restarted.size]).toEqual([running.note, next]);
      expect(restarted.entries).toEqual(hexOf(sealedRange(0, next)));
      size = next;
    }
  });

  it("has only one instance", async () => {
    expect(await failure(() => env.LOG.getByName("another").checkpoint())).toContain("there is one log");
    expect(await log().vkey()).toBe(encodeVkey(logSigner(env.LOG_ORIGIN, env.LOG_SEED).keys[0]));
  });
});

describe("the tree in memory", () => {
  // A log of 65,530 entries without the hashing: the roots of its full tiles are invented.
  it("is the same after loading it from the rows, where a third level starts", () => {
    const entries = new Map<number, Bytes>();
    const tiles = Array.from({ length: 255 }, (_unused, index) => ({
      level: 0,
      index,
      root: leafHash(utf8(`${index}`)),
    }));
    const source = {
      entries: (from: number, count: number) =>
        Array.from({ length: count }, (_unused, place) => entries.get(from + place)).filter(
          (entry) => entry !== undefined,
        ),
      tileRoots: (level: number, from: number) =>
        tiles.filter((tile) => tile.level === level && tile.index >= from).map(({ root }) => root),
    };
    for (let index = 65_280; index < 65_530; index++) entries.set(index, utf8(`entry ${index}`));
    const start = loadTree(65_530, source);
    const nearBoundary = new Set([65_531, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, 65_800]);

    const filled: FullTile[] = [];
    let grown = start;
    for (let size = 65_530; size < 65_800; size++) {
      const step = growTree(grown, [utf8(`entry ${size}`)]);
      entries.set(size, utf8(`entry ${size}`));
      filled.push(...step.filled);
      tiles.push(...step.filled);
      grown = step.tree;
      if (nearBoundary.has(size + 1)) expect(loadTree(size + 1, source)).toEqual(grown);
    }
    const whole = growTree(
      start,
      Array.from({ length: 270 }, (_unused, place) => utf8(`entry ${65_530 + place}`)),
    );
    expect(whole).toEqual({ tree: grown, filled });
    expect(filled.map(({ level, index }) => [level, index])).toEqual([
      [0, 255],
      [1, 0],
      [0, 256],
    ]);
    expect(filled.map(({ root }) => root)).toEqual(filled.map(({ hashes }) => treeRoot(tileHashes(hashes))));
    expect(filled.map(({ runs }) => runs)).toEqual(filled.map(({ hashes }) => runsOf(hashes)));
    expect(grown.edge.map(([hashes = []]) => hashes.length)).toEqual([8, 1, 1]);
    expect(() => loadTree(65_801, source)).toThrow("rows");
    expect(() => loadTree(65_799, source)).toThrow("rows");
  });
});

describe("the log's key", () => {
  it("matches test 1 of RFC 8032", () => {
    const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const publicKey = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    const [key] = logSigner("log.example", seed).keys;
    expect(toHex(key.publicKey)).toBe(publicKey);
    expect(encodeVkey(key)).toMatch(/^log\.example\+/);
  });

  const seed = "5eed".repeat(16);
  it.each([
    ["no seed", "", "log.example"],
    ["a short seed", seed.slice(2), "log.example"],
    ["a long seed", `${seed}00`, "log.example"],
    ["a seed in capitals", seed.toUpperCase(), "log.example"],
    ["a seed that is not hexadecimal", "z".repeat(64), "log.example"],
    ["a name with a space", seed, "log example"],
    ["no name", seed, ""],
  ])("is not created from %s, and the error does not contain the seed", async (_name, badSeed, origin) => {
    expect(() => logSigner("log.example", seed)).not.toThrow();
    const message = await failure(async () => logSigner(origin, badSeed));
    expect(message).toMatch(/LOG_SEED is not|a key name has/);
    expect(badSeed !== "" && message.includes(badSeed)).toBe(false);
  });
});

async function checkpointSizes(): Promise<readonly number[]> {
  return await runInDurableObject(log(), (_instance, state) =>
    state.storage.sql
      .exec<{ size: number }>("SELECT size FROM checkpoint ORDER BY size")
      .toArray()
      .map(({ size }) => size),
  );
}
