import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { healthCheck } from "../../../src/app/health-check.ts";
import { createLogClient } from "../../../src/app/sealing/log-client.ts";
import { restoreLog } from "../../../src/app/sealing/restore-log.ts";
import { wakeDesks } from "../../../src/app/sealing/wake-desks.ts";
import { sweep } from "../../../src/app/sweep.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { openDatabases, type Database, type Databases } from "../../../src/store/database.ts";
import { webauthnChallenges } from "../../../src/store/schema.ts";
import { sealedCount, sealedFrom } from "../../../src/store/tenant-lookup.ts";
import worker from "../../../src/worker.ts";
import { log } from "../support/log-audit.ts";
import { bindings, freshPlatform, inShard, newCompany, type Company } from "../support/worker-fixture.ts";

// What the cron and the log do over all shards. A shard that fails stops no other one.

let platform: Platform;
let companies: readonly Company[];
beforeAll(async () => {
  platform = await freshPlatform();
  companies = [
    await newCompany(inShard(platform, "0"), "Zero"),
    await newCompany(inShard(platform, "1"), "One"),
  ];
  for (const company of companies) await company.alex.decide(await company.asked());
});
afterAll(() => reset());

const down = async (): Promise<never> => {
  throw new Error("D1_ERROR: the network is lost");
};
const broken = {
  prepare: () => ({ bind: () => ({ all: down, raw: down, run: down, first: down }) }),
  batch: down,
} as unknown as D1Database;
const SHARDS = [
  ["0", { ...bindings, DB: broken }],
  ["1", { ...bindings, DB_1: broken }],
] as const;
const withDatabases = (databases: Databases): Platform => ({ ...platform, databases });

/** Adds a challenge that has expired to each shard. */
async function addExpired(name: string): Promise<void> {
  for (const database of platform.databases.all.values()) {
    const row = { challenge: name, purpose: "sign-in", expiresAt: 1 } as const;
    await database.insert(webauthnChallenges).values(row);
  }
}

const expiredIn = async (database: Database | undefined): Promise<number> =>
  (await database?.select().from(webauthnChallenges))?.filter(({ expiresAt }) => expiresAt === 1).length ??
  -1;

describe.each(SHARDS)("while shard %s fails", (shard, env) => {
  const other = shard === "0" ? "1" : "0";

  it("the cron deletes what has expired in the other one", async () => {
    await addExpired(`expired ${shard}`);
    await expect(sweep(withDatabases(openDatabases(env)))).rejects.toThrow(`shard ${shard}`);
    expect(await expiredIn(platform.databases.of(other))).toBe(0);
    expect(await expiredIn(platform.databases.of(shard))).toBe(1);
    await sweep(platform);
    expect(await expiredIn(platform.databases.of(shard))).toBe(0);
  });

  it("the cron wakes the desks of the other one", async () => {
    for (const company of companies) await company.asked("alex", { expiresInSeconds: 30 });
    const woken: string[] = [];
    const later = { ...withDatabases(openDatabases(env)), now: () => Date.now() + 60_000 };
    const wake = async (ref: string) => void woken.push(ref);
    await expect(wakeDesks(later, wake)).rejects.toThrow(`shard ${shard}`);
    expect(new Set(woken)).toEqual(new Set([companies[Number(other)]?.store.tenantId]));
  });

  it("the cron does everything else, and reports the failure", async () => {
    await addExpired(`cron ${shard}`);
    await expect(worker.scheduled({} as ScheduledController, env)).rejects.toThrow(`shard ${shard}`);
    expect(await expiredIn(platform.databases.of(other))).toBe(0);
    await sweep(platform);
  });

  it("a log that has just started signs nothing", async () => {
    const appended: number[] = [];
    const starting = {
      appendOfOneTenant: async () => null,
      append: async (_entries: readonly unknown[], minLogSize: number) => {
        appended.push(minLogSize);
        return [];
      },
      proof: async () => "",
      vkey: async () => "",
    };
    await expect(createLogClient(() => starting, openDatabases(env)).append([], 0)).rejects.toThrow(
      /the network is lost/,
    );
    expect(appended).toEqual([]);
    await createLogClient(() => starting, platform.databases).append([], 0);
    expect(appended).toEqual([(await log().state()).size]);
  });

  it("a lost log is not restored from the rows of the other one", async () => {
    const restored: number[] = [];
    const lost = {
      restore: async (entries: readonly unknown[]) => {
        restored.push(entries.length);
        return 0;
      },
    };
    await expect(restoreLog(openDatabases(env), lost)).rejects.toThrow(/the network is lost/);
    expect(restored).toEqual([0]);
  });

  it("the health check fails, and names the shard", async () => {
    const problems: string[] = [];
    const check = healthCheck((problem) => problems.push(String(problem)));
    expect(await check({ ...platform, databases: openDatabases(env) })).toBe(false);
    expect(problems).toEqual([expect.stringContaining(`shard ${shard}`)]);
  });
});

describe("the log's size", () => {
  it("follows from the shard with the newest record", async () => {
    for (const company of companies) {
      await company.alex.decide(await company.asked());
      expect(await sealedCount(platform.databases)).toBe((await log().state()).size);
    }
  });

  it("is covered by the rows of all shards, in the log's order", async () => {
    const { size } = await log().state();
    const found = await sealedFrom(platform.databases, 0, 1_000);
    expect(found.map(({ index }) => index)).toEqual(Array.from({ length: size }, (_, index) => index));
    expect(new Set(found.map(({ streamKey }) => streamKey)).size).toBe(2);
    const some = await sealedFrom(platform.databases, 2, 3);
    expect(some).toEqual(found.slice(2, 5));
  });
});
