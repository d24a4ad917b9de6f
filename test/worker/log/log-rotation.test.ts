import { env } from "cloudflare:workers";
import { evictDurableObject, reset } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { utf8Text } from "../../../src/core/encoding/bytes.ts";
import { encodeNote, encodeVkey, parseNote } from "../../../src/core/tlog/signed-note.ts";
import { parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { judgeCheckpoint, parseTrustPolicy, type TrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import type { Log } from "../../../src/log/log.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import { log, sealed, sealedRange } from "../support/log-audit.ts";
import { copyNow, failure, withSettings } from "../support/log-storage.ts";

// A key change takes three starts: with the old seed, with both seeds, with the new seed.

const OLD = env.LOG_SEED;
const NEW = "0dd5".repeat(16);
const oldKey = encodeVkey(logSigner(env.LOG_ORIGIN, OLD).keys[0]);
const newKey = encodeVkey(logSigner(env.LOG_ORIGIN, NEW).keys[0]);
const both = { LOG_SEED: OLD, LOG_SEED_NEXT: NEW };
const after = { LOG_SEED: NEW };

const policy = (...keys: readonly string[]): TrustPolicy =>
  expectOk(parseTrustPolicy(`${keys.map((key) => `log ${key}\n`).join("")}quorum none\n`));
const verifiers = { old: policy(oldKey), new: policy(newKey), both: policy(oldKey, newKey) };

async function acceptedBy(note: string): Promise<readonly string[]> {
  const judged = await Promise.all(
    Object.entries(verifiers).map(async ([name, trusted]) => {
      return (await judgeCheckpoint(note, trusted)).ok ? [name] : [];
    }),
  );
  return judged.flat();
}

async function served(instance: Log, path: string): Promise<string> {
  return await (await instance.fetch(new Request(`${env.ORIGIN}/log/${path}`))).text();
}

beforeEach(async () => {
  await reset();
  await log().append(sealedRange(0, 3));
});
afterAll(() => reset());

describe("changing the log's key", () => {
  it("keeps the log verifiable with the old key, the new key, or both", async () => {
    const before = await log().checkpoint();
    expect(await acceptedBy(before)).toEqual(["old", "both"]);

    const during = await withSettings(both, async (instance) => {
      const unchanged = await instance.checkpoint();
      await instance.append([sealed(3)]);
      const grown = await instance.checkpoint();
      expect(expectOk(parseLogProof(await instance.proof(1))).checkpoint).toBe(grown);
      expect(await instance.vkey()).toBe(oldKey);
      expect(await served(instance, "vkey")).toBe(`${oldKey}\n`);
      expect(await served(instance, "policy.txt")).toBe(
        `log ${oldKey} ${env.ORIGIN}/log\nlog ${newKey} ${env.ORIGIN}/log\nquorum none\n`,
      );
      return { unchanged, grown };
    });
    for (const note of [during.unchanged, during.grown]) {
      expect(await acceptedBy(note)).toEqual(["old", "new", "both"]);
      expect(expectOk(parseNote(note)).signatures.map(({ name }) => name)).toEqual([
        env.LOG_ORIGIN,
        env.LOG_ORIGIN,
      ]);
    }
    // The same tree: only a signature was added.
    expect(expectOk(parseNote(during.unchanged)).text).toBe(expectOk(parseNote(before)).text);

    await withSettings(after, async (instance) => {
      expect(await acceptedBy(await instance.checkpoint())).toEqual(["new", "both"]);
      expect(await instance.append([sealed(4), sealed(0)])).toEqual([4, 0]);
      expect(await acceptedBy(await instance.checkpoint())).toEqual(["new", "both"]);
      expect(await instance.vkey()).toBe(newKey);
      expect(await served(instance, "policy.txt")).toBe(`log ${newKey} ${env.ORIGIN}/log\nquorum none\n`);
    });
  });

  it("is refused by a verifier if one of the two signatures it knows is invalid", async () => {
    const note = await withSettings(both, (instance) => instance.checkpoint());
    const { text, signatures } = expectOk(parseNote(note));
    const [byOld, byNew] = signatures;
    if (byOld === undefined || byNew === undefined) throw new Error("both have signed");
    const crossed = encodeNote({ text, signatures: [byOld, { ...byNew, signature: byOld.signature }] });
    expect(await acceptedBy(note)).toEqual(["old", "new", "both"]);
    expect(await acceptedBy(crossed)).toEqual(["old"]);
  });

  it("cannot be done in one step, since no verifier would have the new key", async () => {
    expect(await failure(() => withSettings(after, (instance) => instance.vkey()))).toContain(
      "LOG_ORIGIN or LOG_SEED has changed",
    );
    expect(await acceptedBy(await log().checkpoint())).toEqual(["old", "both"]);
  });

  it("can be undone while both keys sign", async () => {
    await withSettings(both, (instance) => instance.append([sealed(3)]));
    await evictDurableObject(log());
    expect(await log().append([sealed(4)])).toEqual([4]);
    expect(await acceptedBy(await log().checkpoint())).toEqual(["old", "both"]);
  });

  it("does not affect the copy", async () => {
    await copyNow();
    await withSettings(both, async (instance) => {
      await instance.append([sealed(3)]);
      await instance.alarm();
      expect(await instance.state()).toEqual({ size: 4, copiedSize: 4, error: null });
    });
    await withSettings(after, async (instance) => {
      await instance.append([sealed(4)]);
      await instance.alarm();
      expect(await instance.state()).toEqual({ size: 5, copiedSize: 5, error: null });
    });
    const { objects } = await env.COPY.list({ prefix: `${env.LOG_ORIGIN}/checkpoint/` });
    const accepted = await Promise.all(
      objects.map(async ({ key }) => {
        const bytes = await (await env.COPY.get(key))?.arrayBuffer();
        return await acceptedBy(utf8Text(new Uint8Array(bytes ?? [])) ?? "");
      }),
    );
    expect(accepted).toEqual([
      ["old", "both"],
      ["old", "new", "both"],
      ["new", "both"],
    ]);
  });

  it.each([
    ["the same seed again", OLD, "with the same id as LOG_SEED"],
    ["no seed", "", "LOG_SEED_NEXT is not 32 bytes"],
    ["a short seed", NEW.slice(2), "LOG_SEED_NEXT is not 32 bytes"],
  ])("refuses %s as the next key", async (_name, seed, expected) => {
    const message = await failure(() =>
      withSettings({ LOG_SEED_NEXT: seed }, (instance) => instance.checkpoint()),
    );
    expect(message).toContain(expected);
    expect(seed !== "" && message.includes(seed)).toBe(false);
  });
});
