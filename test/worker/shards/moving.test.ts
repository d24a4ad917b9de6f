import { reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveTenant, type MoveProgress } from "../../../src/app/move-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { sweep } from "../../../src/app/sweep.ts";
import type { Database } from "../../../src/store/database.ts";
import { extendSession } from "../../../src/store/account/sessions.ts";
import { updateKeyLastUse } from "../../../src/store/account/api-keys.ts";
import {
  apiKeys,
  ceremonies,
  confirmations,
  movedTenants,
  projects,
  sessions,
} from "../../../src/store/schema.ts";
import { isMovingError, placeOf } from "../../../src/store/shards/moved-tenants.ts";
import { countRows } from "../../../src/store/shards/tenant-rows.ts";
import { TENANT_TABLES } from "../../../src/store/shards/tenant-tables.ts";
import {
  openTenant,
  sealedCount,
  sealedFrom,
  storeOfConfirmation,
} from "../../../src/store/tenant-lookup.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { failingRuntime, Fault } from "../support/failing-writes.ts";
import { failure } from "../support/log-storage.ts";
import { insertRow, rows, tableNames } from "../support/database-rows.ts";
import { bindings, freshPlatform, inShard, newCompany, type Company } from "../support/worker-fixture.ts";

// Moving a tenant's rows, step by step and with every write failing. Its Desk is not called meanwhile.

const HOUR = 3_600_000;
const LATE_PROJECT = { id: "j_late", name: "Late", createdAt: 1 };
/** More than one batch of confirmations, and of what belongs to them. */
const REQUESTS = 45;

let platform: Platform;
let company: Company;
let ref: string;
/** A request whose outcome is sealed. */
let approved: string;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(inShard(platform, "0"));
  ref = company.store.tenantId;
  await company.enrolled("maria");
  await Promise.all(Array.from({ length: REQUESTS }, () => company.asked()));
  approved = await company.asked();
  await company.alex.decide(approved);
  // A version that is in force and one that was replaced, of the organisation's own documents.
  for (const [seq, ended] of [
    [0, 1],
    [1, null],
  ] as const)
    await insertRow(ref, "documents", {
      seq,
      kind: "group",
      name: "finance",
      hash: `hash ${seq}`,
      document: "{}",
      ended_seq: ended,
    });
}, 30_000);
afterAll(() => reset());

const shard = (name: string): Database => {
  const database = platform.databases.of(name);
  if (database === undefined) throw new RangeError(`no shard ${name}`);
  return database;
};
const otherOf = (name: string) => (name === "0" ? "1" : "0");
/** After the old rows may be deleted. */
const later = (hours = 1) => ({ databases: platform.databases, now: () => Date.now() + hours * HOUR });
const place = async () => (await placeOf(platform.databases, ref, ref.charAt(0)))?.shard ?? "nowhere";
const storeNow = async (): Promise<TenantStore> => {
  const opened = await openTenant(platform.databases, ref);
  if (opened === undefined) throw new RangeError("the tenant is not found");
  return opened;
};
const total = async (name: string) =>
  [...(await countRows(shard(name), ref)).values()].reduce((sum, count) => sum + count, 0);

/** Every row of the tenant in this shard, as text. */
async function everyRow(name: string): Promise<readonly string[]> {
  const client = shard(name).$client;
  const results = await client.batch(
    TENANT_TABLES.map((table) =>
      client.prepare(`SELECT * FROM ${table.name} WHERE ${table.tenant} = ?1`).bind(ref),
    ),
  );
  const found = TENANT_TABLES.flatMap((table, index) =>
    (results[index]?.results ?? []).map((row) => `${table.name} ${JSON.stringify(row)}`),
  );
  return found.toSorted((one, other) => (one < other ? -1 : 1));
}

/** Whether the database refuses the write because the tenant is moving. */
async function isRefused(write: PromiseLike<unknown>): Promise<boolean> {
  try {
    await write;
    return false;
  } catch (problem) {
    return isMovingError(problem);
  }
}

/** Calls it as the cron does, each time an hour later. Returns what the calls said. */
async function moveWholly(to: string, hours = 1): Promise<readonly MoveProgress[]> {
  const said: MoveProgress[] = [];
  while (said.at(-1) !== "done") {
    if (said.length > 20) throw new Error(`the move did not end: ${said.join()}`);
    said.push(await moveTenant(later(hours + said.length), ref, to));
  }
  return said;
}

/** The state in which all rows are copied and the tenant is still in its old shard. */
async function copyOnly(from: string): Promise<void> {
  const to = otherOf(from);
  await shard(from).insert(movedTenants).values({ ref, shard: to, state: "leaving", at: 1 });
}

describe("the list of tables", () => {
  it("has each table of the database but those without a tenant", async () => {
    const listed = TENANT_TABLES.map(({ name }) => name);
    const unlisted = (await tableNames()).filter((name) => !listed.includes(name));
    expect(unlisted).toEqual(["call_figures", "moved_tenants", "webauthn_challenges"]);
  });

  it("has each table behind those to which it refers", async () => {
    for (const [index, { name }] of TENANT_TABLES.entries()) {
      const before = TENANT_TABLES.slice(0, index).map((table) => table.name);
      for (const { table } of await rows(`PRAGMA foreign_key_list(${name})`))
        expect([name, table, before.includes(String(table))]).toEqual([name, table, true]);
    }
  });

  it("has the triggers that refuse changes of a tenant that is moving", async () => {
    const triggers = await rows("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'");
    for (const { name, tenant } of TENANT_TABLES) {
      for (const verb of name === "tenants" ? ["UPDATE"] : ["INSERT", "UPDATE"]) {
        const text = `CREATE TRIGGER ${name}_moving_${verb.toLowerCase()} BEFORE ${verb} ON ${name}
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.${tenant} AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END`;
        expect(triggers.filter((trigger) => trigger["sql"] === text)).toHaveLength(1);
      }
    }
  });
});

describe("moving a tenant", { timeout: 30_000 }, () => {
  it("copies every row as it is, and deletes the old ones", async () => {
    const before = await everyRow("0");
    expect(before.length).toBeGreaterThan(REQUESTS * 2);
    const said = await moveWholly("1");
    expect(said).toEqual(["working", "done"]);
    expect([await everyRow("1"), await total("0"), await place()]).toEqual([before, 0, "1"]);
  });

  it("back brings every row back", async () => {
    const before = await everyRow("1");
    await moveWholly("0", 10);
    expect([await everyRow("0"), await total("1"), await place()]).toEqual([before, 0, "0"]);
  });

  it("to the shard that it is in changes nothing", async () => {
    const before = await everyRow("0");
    expect(await moveTenant(later(20), ref, "0")).toBe("done");
    expect([await everyRow("0"), await place()]).toEqual([before, "0"]);
  });

  it.each([
    ["a tenant that does not exist", "0unknown", "1", "there is no tenant 0unknown"],
    ["a malformed ref", "0", "1", "there is no tenant 0"],
    ["a shard without a binding", undefined, "7", "shard 7 has no binding"],
    ["no shard", undefined, "", "shard  has no binding"],
  ])("fails for %s", async (_name, other, to, message) => {
    expect(await failure(() => moveTenant(later(), other ?? ref, to))).toContain(message);
    expect(await place()).toBe("0");
  });

  it("deletes the old rows only after a while, when no Desk reads them any more", async () => {
    const now = () => Date.now();
    expect(await moveTenant({ ...platform, now }, ref, "1")).toBe("working");
    expect(await moveTenant({ ...platform, now }, ref, "1")).toBe("waiting");
    expect([await place(), await total("0")]).toEqual(["1", await total("1")]);
    expect(await moveTenant(later(), ref, "1")).toBe("done");
    expect(await total("0")).toBe(0);
    await moveWholly("0", 30);
  });

  it("goes on wherever a call ended, before or after any write", async () => {
    let at = await place();
    for (const moment of ["before", "after"] as const) {
      for (let write = 0; ; write++) {
        const before = await everyRow(at);
        const fault = new Fault(write, moment);
        const failing = failingRuntime(
          company.store,
          { ...platform, now: later(40 + write).now },
          bindings,
          fault,
        );
        const to = otherOf(at);
        for (let calls = 0; calls < 3; calls++)
          await moveTenant(failing, ref, to).catch((problem: unknown) => {
            if (!String(problem).includes(fault.failedWrite ?? "nothing failed")) throw problem;
          });
        // The tenant is whole in the shard that it is served from, whatever failed.
        expect([moment, write, await everyRow(await place())]).toEqual([moment, write, before]);
        await moveWholly(to, 500);
        expect([moment, write, await place(), await everyRow(to), await total(at)]).toEqual([
          moment,
          write,
          to,
          before,
          0,
        ]);
        at = to;
        if (fault.failedWrite === undefined) {
          expect(write).toBeGreaterThan(10);
          break;
        }
      }
    }
    await moveWholly("0", 1_000);
  }, 120_000);
});

describe("while its rows are copied", { timeout: 30_000 }, () => {
  beforeAll(() => copyOnly("0"));

  it("the tenant is read in its old shard", async () => {
    expect(await place()).toBe("0");
    expect((await (await storeNow()).own()).id).toBe(ref);
    expect((await storeOfConfirmation(platform.databases, approved))?.tenantId).toBe(ref);
  });

  it.each<[string, (store: TenantStore) => Promise<unknown>]>([
    ["a new row", (store) => store.insert(projects, LATE_PROJECT)],
    [
      "a changed row",
      async (store) => store.update(confirmations, { version: 9 }, eq(confirmations.id, approved)),
    ],
    [
      "a batch",
      (store) => store.batch([store.update(confirmations, { version: 9 }, eq(confirmations.id, approved))]),
    ],
  ])("%s is refused by the database", async (_name, write) => {
    const before = await everyRow("0");
    expect(await isRefused(write(await storeNow()))).toBe(true);
    expect(await everyRow("0")).toEqual(before);
  });

  it("the last use of a key and the end of a session are not saved, and nobody notices", async () => {
    const store = await storeNow();
    const [key] = await store.select(apiKeys);
    const [session] = await store.select(sessions);
    const before = await everyRow("0");
    await updateKeyLastUse(store, { hash: key?.hash ?? "" }, Date.now() + HOUR);
    await extendSession(store, session?.id ?? "", Date.now() + 1_000 * HOUR);
    expect(await everyRow("0")).toEqual(before);
  });

  it("the cron deletes none of its rows", async () => {
    const before = await everyRow("0");
    expect(before.join()).toContain("ceremonies ");
    await sweep(later(10_000));
    expect(await everyRow("0")).toEqual(before);
  });

  it("the tenant can't be moved to a third shard", async () => {
    const databases = { ...platform.databases, of: (name: string) => shard(name === "2" ? "1" : name) };
    expect(await failure(() => moveTenant({ ...later(), databases }, ref, "2"))).toContain(
      `tenant ${ref} is moving to shard 1; stop that first`,
    );
  });

  it("the move can be stopped, and the tenant is written again at once", async () => {
    const before = await everyRow("0");
    const half = { databases: platform.databases, now: () => Date.now() };
    await shard("1")
      .insert(movedTenants)
      .values({ ref, shard: "0", state: "arriving", at: 1 })
      .onConflictDoUpdate({
        target: movedTenants.ref,
        set: { shard: "0", state: "arriving" },
      });
    // Some of its rows.
    const tenant = await (await storeNow()).own();
    const columns = Object.keys((await rows("SELECT * FROM tenants WHERE id = ?1", ref))[0] ?? {});
    await shard("1")
      .$client.prepare(`INSERT INTO tenants (${columns.join()}) VALUES (${columns.map(() => "?").join()})`)
      .bind(...Object.values((await rows("SELECT * FROM tenants WHERE id = ?1", ref))[0] ?? {}))
      .run();
    expect(await total("1")).toBe(1);
    expect(await moveTenant(half, ref, "0")).toBe("working");
    await (await storeNow()).update(ceremonies, { usedBy: "a step" }, eq(ceremonies.tenantId, tenant.id));
    expect(await moveTenant(half, ref, "0")).toBe("done");
    expect([await place(), await total("1"), (await everyRow("0")).length]).toEqual(["0", 0, before.length]);
    expect(await rows("SELECT * FROM moved_tenants")).toEqual([]);
  });
});

describe("after a move", { timeout: 30_000 }, () => {
  let old: TenantStore;
  beforeAll(async () => {
    old = await storeNow();
    await moveTenant({ ...platform, now: () => Date.now() }, ref, "1");
  });

  it("a Desk that does not know it yet can't write to the old shard", async () => {
    const [key] = await old.select(apiKeys);
    expect(key?.tenantId).toBe(ref);
    const write = old.update(apiKeys, { name: "Late" }, eq(apiKeys.id, key?.id ?? ""));
    expect(await isRefused(write)).toBe(true);
  });

  it("and neither after the old rows are deleted", async () => {
    await moveWholly("1", 2_000);
    expect(await total("0")).toBe(0);
    expect(await isRefused(old.insert(projects, LATE_PROJECT))).toBe(true);
    expect(await total("0")).toBe(0);
  });

  it("older links to a decision lead to the new shard, and so do newer ones", async () => {
    const store = await storeNow();
    expect(approved.at(-1)).toBe("0");
    const found = await storeOfConfirmation(platform.databases, approved);
    expect(await found?.select(confirmations, eq(confirmations.id, approved))).toHaveLength(1);
    expect(found?.tenantId).toBe(store.tenantId);
    const absent = approved.replace(/.$/u, "1");
    expect(await storeOfConfirmation(platform.databases, absent)).toBeUndefined();
  });

  it("the log can be restored from the rows of both shards, each record once", async () => {
    await shard("1").delete(movedTenants);
    const other = await newCompany(inShard(platform, "0"), "Other");
    await other.alex.decide(await other.asked());
    await moveTenant({ ...platform, now: () => Date.now() }, other.store.tenantId, "1");
    const found = await sealedFrom(platform.databases, 0, 1_000);
    const indices = found.map(({ index }) => index);
    expect(indices).toEqual([...new Set(indices)]);
    expect(indices.at(-1)).toBe((await sealedCount(platform.databases)) - 1);
    expect(new Set(found.map(({ streamKey }) => streamKey)).size).toBe(2);
  });
});
