import { env } from "cloudflare:workers";
import { evictDurableObject, reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { restoreLog } from "../../../src/app/sealing/restore-log.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { leafHash } from "../../../src/core/tlog/merkle.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { entriesPath } from "../../../src/core/tlog/tile.ts";
import { parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { checkpointName } from "../../../src/log/bucket-copy.ts";
import type { LabelledEntry } from "../../../src/log/append-group.ts";
import type { IndexedEntry } from "../../../src/log/log-restore.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import { tenantsWithWork } from "../../../src/store/tenant-lookup.ts";
import { TenantStore } from "../../../src/store/tenant-store.ts";
import { outbox, tenants } from "../../../src/store/schema.ts";
import {
  freshPlatform,
  fetchWorker,
  newCompany,
  ORIGIN,
  type Company,
  wakeAllDesks,
} from "../support/worker-fixture.ts";
import { audit, hexOf, log, sealed, sealedRange, textAt } from "../support/log-audit.ts";
import { appendAll, copyNow, failure, rollBack, takeRows, withSettings } from "../support/log-storage.ts";
import { auditStream } from "../support/stream-audit.ts";

afterAll(() => reset());

/** Two tenants with people, and all their records checked against the log. */
const DRILL_MILLISECONDS = 30_000;

const indexed = (from: number, entries: readonly LabelledEntry[]): readonly IndexedEntry[] =>
  entries.map((entry, offset) => ({ index: from + offset, ...entry }));

describe("the recovery drill", { timeout: DRILL_MILLISECONDS }, () => {
  // The whole product: two tenants, a log that is copied from time to time, and a storage that is rolled back.
  let platform: Platform;
  let company: Company;
  let other: Company;
  beforeAll(async () => {
    platform = await freshPlatform();
    await appendAll(sealedRange(0, 300));
    company = await newCompany(platform);
    other = await newCompany(platform, "Other");
  }, DRILL_MILLISECONDS);

  async function approve(by: Company): Promise<string> {
    const id = await by.asked();
    expect((await by.alex.decide(id)).body).toMatchObject({ status: "approved", sealed: true });
    return id;
  }

  async function receiptVerifies(of: Company, id: string): Promise<boolean> {
    const headers = { "x-api-key": of.apiKey };
    const answer = await fetchWorker(`${ORIGIN}/api/confirmations/${id}/receipt`, { headers });
    const trust = expectOk(parseTrustPolicy(await textAt("policy.txt")));
    const file = new Uint8Array(await answer.arrayBuffer());
    return (await verifyReceipt(file, { tenant: ANY_TENANT, trust })).verified;
  }

  it("restores exactly the same tree, and the log continues", async () => {
    await approve(company);
    const earlier = await takeRows();
    // In the copy, and missing from the storage after the rollback.
    await approve(other);
    await appendAll([publicEntry("a release")]);
    await copyNow();
    const { copiedSize } = await log().state();
    // Not in the copy: only the tenants' rows have these.
    const ids = [await approve(other), await approve(company), await approve(other)];
    const before = await audit();
    expect(before.size).toBe(copiedSize + 3);

    await rollBack(earlier);
    // 1. The log refuses and says why. A new decision is not sealed, so its outcome is not visible.
    expect(await failure(() => log().append([]))).toContain(
      `and its copy has a checkpoint of ${copiedSize}: it was rolled back`,
    );
    const waiting = await company.asked();
    const decided = await company.alex.decide(waiting);
    expect(decided.body).toMatchObject({ sealed: false });
    expect((await company.api("GET", `/api/confirmations/${waiting}`)).body.status).toBe("pending");
    expect(await tenantsWithWork(platform.databases.first, platform.now())).toHaveLength(1);

    // 2. The operator sets the newest checkpoint known to anyone. The last newline is lost when it is pasted.
    await withSettings({ LOG_RESTORE: before.note.trimEnd() }, async (instance) => {
      expect(await restoreLog(platform.databases, instance)).toBe(before.size);
      expect(await instance.checkpoint()).toBe(before.note);
      // The cron repeats it each minute, and nothing changes.
      expect(await restoreLog(platform.databases, instance)).toBe(before.size);
    });

    // 3. With the usual settings it is exactly the same tree.
    const after = await audit();
    expect([after.note, after.entries]).toEqual([before.note, before.entries]);
    // 4. The log continues: the waiting decision is sealed next.
    await wakeAllDesks();
    expect((await company.api("GET", `/api/confirmations/${waiting}`)).body).toMatchObject({
      status: "approved",
      log: { index: before.size },
    });
    for (const { id } of await platform.databases.first.select().from(tenants)) {
      await auditStream(platform, new TenantStore(platform.databases.first, id));
    }
    expect(await receiptVerifies(other, ids[0] ?? "")).toBe(true);
    expect(await receiptVerifies(company, waiting)).toBe(true);
    await copyNow();
    expect(await log().state()).toMatchObject({ copiedSize: before.size + 1, error: null });
  });

  it("is also needed if only another tenant has seen the lost entries", async () => {
    await copyNow();
    const earlier = await takeRows();
    await approve(other);
    const before = await audit();
    await rollBack(earlier);
    // Neither the copy nor the tenant that seals first has seen more entries than the log has.
    const { size, copiedSize } = await log().state();
    expect(size).toBe(copiedSize);
    const waiting = await company.asked();
    expect((await company.alex.decide(waiting)).body).toMatchObject({ sealed: false });
    expect((await audit()).size).toBe(before.size - 1);

    await withSettings({ LOG_RESTORE: before.note }, (instance) => restoreLog(platform.databases, instance));
    expect((await audit()).note).toBe(before.note);
    await wakeAllDesks();
    expect((await company.api("GET", `/api/confirmations/${waiting}`)).body.log).toMatchObject({
      index: before.size,
    });
  });

  it("fails if a row is lost too, and the log still signs nothing", async () => {
    await copyNow();
    const earlier = await takeRows();
    await approve(company);
    await approve(other);
    const { note, size } = await audit();
    await rollBack(earlier);
    const lostRow = eq(outbox.index, size - 2);
    const [row] = await platform.databases.first.select().from(outbox).where(lostRow);
    await platform.databases.first.update(outbox).set({ index: null }).where(lostRow);
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      await expect(restoreLog(platform.databases, instance)).rejects.toThrow(
        `entry ${size - 2} is lost: it is neither in the copy nor in the rows`,
      );
      await expect(instance.append([sealed("new")])).rejects.toThrow("it signs nothing more");
    });
    expect((await log().state()).size).toBe(size - 2);

    // With the row back, everything is restored.
    await platform.databases.first
      .update(outbox)
      .set({ index: size - 2 })
      .where(eq(outbox.entrySalt, row?.entrySalt ?? ""));
    await withSettings({ LOG_RESTORE: note }, (instance) => restoreLog(platform.databases, instance));
    expect((await audit()).note).toBe(note);
  });
});

function publicEntry(text: string): LabelledEntry {
  const entry = encodeEntry({ kind: "public", record: { type: "release", text } });
  return { label: toHex(leafHash(entry)), entry };
}

describe("a restoration", () => {
  // The log kept 40 of 420 entries, and the copy has 400. The last 20 are in rows only.
  const all = sealedRange(0, 420);
  const tail = indexed(400, all.slice(400));
  let note = "";
  beforeEach(async () => {
    await reset();
    await appendAll(all.slice(0, 40));
    const kept = await takeRows();
    await appendAll(all.slice(40, 400));
    await copyNow();
    await appendAll(all.slice(400));
    note = await textAt("checkpoint");
    await rollBack(kept);
  });

  it("needs the setting", async () => {
    expect(await failure(() => log().restore([]))).toContain("LOG_RESTORE is not set");
    expect((await log().state()).size).toBe(40);
  });

  it("reads the copy first, then the rows, in one call or several", async () => {
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      expect(await instance.restore([])).toBe(400);
      await expect(instance.append([sealed("new")])).rejects.toThrow("the log has 400 entries and had 420");
      expect(await instance.restore(tail)).toBe(420);
      expect(await instance.append([sealed("new")])).toEqual([420]);
    });
    expect((await audit()).entries).toEqual(hexOf([...all, sealed("new")]));
    await evictDurableObject(log());
    expect((await audit()).size).toBe(421);
  });

  it("goes beyond the checkpoint in LOG_RESTORE if the rows have more", async () => {
    const target = (await env.COPY.get(`${env.LOG_ORIGIN}/${checkpointName(400)}`))?.text();
    await withSettings({ LOG_RESTORE: (await target) ?? "" }, async (instance) => {
      expect(await instance.restore(tail)).toBe(420);
      expect(await instance.checkpoint()).toBe(note);
    });
  });

  it("accepts entries that the log has, and refuses another entry at their index", async () => {
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      expect(await instance.restore(indexed(390, all.slice(390)))).toBe(420);
      const other = { index: 41, ...sealed("other") };
      await expect(instance.restore([other])).rejects.toThrow(
        "entry 41 of the log is not the one with the label",
      );
    });
  });

  const forged: readonly (readonly [string, readonly IndexedEntry[], string])[] = [
    [
      "too few",
      tail.slice(0, 19),
      "the rows have only 419 entries, and the checkpoint in LOG_RESTORE has 420",
    ],
    ["a gap", tail.filter(({ index }) => index !== 410), "entry 410 is lost"],
    ["a gap at the start", tail.slice(1), "entry 400 is lost"],
    ["one index twice", [...tail.slice(0, 5), ...tail.slice(4)], "entry 405 is lost"],
    [
      "another entry",
      tail.map((each) => (each.index === 407 ? { index: 407, ...sealed(407, 1) } : each)),
      "the rows do not match the root of the checkpoint of 420 entries",
    ],
    [
      "another order",
      tail.map((each, place) => ({ ...(tail[19 - place] ?? each), index: each.index })),
      "the rows do not match the root of the checkpoint of 420 entries",
    ],
    ["a foreign label", tail.map((each) => ({ ...each, label: sealed("x").label })), "has another label"],
  ];
  it.each(forged)("refuses rows with %s, and inserts none of them", async (_name, entries, message) => {
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      await expect(instance.restore(entries)).rejects.toThrow(message);
      expect((await instance.state()).size).toBe(400);
      expect(await instance.restore(tail)).toBe(420);
      expect(await instance.checkpoint()).toBe(note);
    });
  });

  const copied = (path: string): string => `${env.LOG_ORIGIN}/${path}`;
  const damages: readonly (readonly [string, string, Uint8Array | null])[] = [
    ["a missing tile", "tile/0/000", null],
    ["a missing tile of the right edge", "tile/0/001.p/144", null],
    ["a changed tile", "tile/0/000", new Uint8Array(8_192)],
    ["a changed tile of the right edge", "tile/0/001.p/144", new Uint8Array(144 * 32)],
    ["a missing bundle", "tile/entries/001.p/144", null],
    ["a changed bundle", "tile/entries/000", new Uint8Array(256 * 67)],
    ["a malformed checkpoint", checkpointName(400), new Uint8Array(3)],
  ];
  it.each(damages)("refuses a copy with %s, and inserts no wrong entry", async (_name, path, bytes) => {
    const real = await (await env.COPY.get(copied(path)))?.arrayBuffer();
    if (bytes === null) await env.COPY.delete(copied(path));
    else await env.COPY.put(copied(path), bytes);
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      expect(await failure(() => instance.restore(tail))).not.toContain("did not fail");
      const { size } = await instance.state();
      expect(size).toBeLessThan(400);
      await env.COPY.put(copied(path), real ?? "");
      expect(await instance.restore(tail)).toBe(420);
      expect(await instance.checkpoint()).toBe(note);
    });
  });

  it("refuses a copy signed with another key", async () => {
    const { root } = await audit();
    const foreign = logSigner(env.LOG_ORIGIN, "0bad".repeat(16)).checkpoint(500, root);
    await env.COPY.put(copied(checkpointName(500)), foreign);
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      await expect(instance.restore([])).rejects.toThrow("not signed under this log's name and key");
      expect((await instance.state()).size).toBe(40);
    });
  });

  it("refuses a copy that does not extend the log", async () => {
    await reset();
    await appendAll(sealedRange(1_000, 1_040));
    const others = await takeRows();
    await rollBack(new Map([...others].map(([table]) => [table, []])));
    await appendAll(all.slice(0, 400));
    await copyNow();
    const own = await textAt("checkpoint");
    await rollBack(others);
    await withSettings({ LOG_RESTORE: own }, async (instance) => {
      await expect(instance.restore([])).rejects.toThrow("consistency_mismatch");
      expect((await instance.state()).size).toBe(40);
    });
  });

  it("refuses a checkpoint that contradicts the copy, since that is a fork", async () => {
    const { root } = await audit();
    const fork = logSigner(env.LOG_ORIGIN, env.LOG_SEED).checkpoint(390, root);
    await withSettings({ LOG_RESTORE: fork }, async (instance) => {
      await expect(instance.restore(tail)).rejects.toThrow("consistency_mismatch");
      expect((await instance.state()).size).toBe(40);
    });
  });

  it.each([
    ["is not a note", "hello"],
    ["is empty", ""],
    [
      "was signed with another key",
      logSigner(env.LOG_ORIGIN, "0bad".repeat(16)).checkpoint(1, new Uint8Array(32)),
    ],
    ["belongs to another log", logSigner("log.example", env.LOG_SEED).checkpoint(1, new Uint8Array(32))],
  ])("does not start with a checkpoint that %s", async (_name, text) => {
    await expect(withSettings({ LOG_RESTORE: text }, (instance) => instance.vkey())).rejects.toThrow(
      /note_malformed|not signed under this log's name/,
    );
  });
});

describe("a long restoration", () => {
  it("continues where it was interrupted", { timeout: DRILL_MILLISECONDS }, async () => {
    await reset();
    const all = sealedRange(0, 6_000);
    await appendAll(all.slice(0, 1_000));
    const kept = await takeRows();
    await appendAll(all.slice(1_000));
    await copyNow();
    const note = await textAt("checkpoint");
    await rollBack(kept);

    // Bundles 3 to 18 are the first batch.
    const path = `${env.LOG_ORIGIN}/${entriesPath(20, 256)}`;
    const bundle = await (await env.COPY.get(path))?.arrayBuffer();
    await env.COPY.delete(path);
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      await expect(instance.restore([])).rejects.toThrow("tile_malformed");
    });
    // The restored part is the start of the same tree, and the log signs nothing yet.
    const { size } = await log().state();
    expect([size > 1_000, size < 6_000]).toEqual([true, true]);
    expect(await failure(() => log().append([sealed("new")]))).toContain("it was rolled back");

    await env.COPY.put(path, bundle ?? "");
    await withSettings({ LOG_RESTORE: note }, async (instance) => {
      expect(await instance.restore([])).toBe(6_000);
      expect(await instance.checkpoint()).toBe(note);
      expect(await instance.append([sealed("new"), sealed(5_999), sealed(0)])).toEqual([6_000, 5_999, 0]);
    });
    expect((await audit()).size).toBe(6_001);
  });
});
