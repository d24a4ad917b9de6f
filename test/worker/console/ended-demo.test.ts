import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { destroyDeleted } from "../../../src/app/organisation/destroy-deleted.ts";
import { endSandbox } from "../../../src/app/sandbox/end-sandbox.ts";
import { wakeDesks } from "../../../src/app/sealing/wake-desks.ts";
import { restoreLog } from "../../../src/app/sealing/restore-log.ts";
import { sweep } from "../../../src/app/sweep.ts";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import type { IndexedEntry } from "../../../src/log/log-restore.ts";
import { endedSandboxes } from "../../../src/store/shards/sandboxes.ts";
import { tenantsWithWork } from "../../../src/store/tenant-lookup.ts";
import { BrowserClient, newPasskey } from "../../support/browser-client.ts";
import { changedBy, everything, rows, type Row } from "../support/database-rows.ts";
import { failingRuntime, Fault } from "../support/failing-writes.ts";
import { auditOf, receiptVerdict } from "../support/http-audit.ts";
import { audit, hexOf } from "../support/log-audit.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  newDemo,
  ORIGIN,
  wakeAllDesks,
  type Company,
  type Demo,
} from "../support/worker-fixture.ts";

// The end of a demo: a day after it began, everything of it is gone, without anybody's signature.

const SECRET = "acct-8821-secret";
const REQUEST = { username: "visitor", action: `Try ${SECRET}`, payload: { to: SECRET } };
const HOUR = 3_600_000;

interface UsedDemo extends Demo {
  readonly decided: string;
  readonly pending: string;
}

let company: Company;
/** How many entries the log had. */
let earlier: number;
let theirs: string;
/** One that a test ends step by step, and one that its Desk ends. */
let first: UsedDemo;
let second: UsedDemo;
afterAll(() => reset());
beforeAll(async () => {
  await freshPlatform();
  // Of a file that has run before, if its log was in use.
  earlier = (await audit()).entries.length;
  company = await newCompany(createPlatform(bindings));
  theirs = await company.asked();
  await company.alex.decide(theirs);
  first = await usedDemo();
  second = await usedDemo();
}, 60_000);

/** With a used approval, an open request, a second passkey that waits, and the link of the first. */
async function usedDemo(): Promise<UsedDemo> {
  const demo = await newDemo(createPlatform(bindings));
  const { client, api } = demo;
  const asked = async () => (await api("POST", "/api/confirmations", REQUEST)).body.id;
  const [decided, pending] = [await asked(), await asked()];
  await client.decide(decided, { reason: SECRET });
  await api("POST", `/api/confirmations/${decided}/consume`, { payload: REQUEST.payload });
  await client.addDevice(await newPasskey(ORIGIN));
  return { ...demo, decided, pending };
}

const platformAt = (now: number) => ({ ...createPlatform(bindings), now: () => now });
const tenant = async ({ ref }: Demo): Promise<Row> => {
  const [row] = await rows("SELECT * FROM tenants WHERE id = ?1", ref);
  return row ?? {};
};
/** What must not be left in any table. */
const traces = async (demo: UsedDemo) => {
  const { stream_key: streamKey, stream, genesis_salt: salt } = await tenant(demo);
  const keys = await rows("SELECT hash FROM api_keys WHERE tenant_id = ?1", demo.ref);
  const ids = [demo.client.passkey.credential.id, demo.decided, demo.pending];
  return [...[streamKey, stream, salt].map(String), ...keys.map(({ hash }) => String(hash)), ...ids];
};
const leftOf = async (found: readonly string[]) => {
  const all = JSON.stringify(await everything());
  return found.filter((trace) => all.includes(trace));
};
const countsOf = async ({ ref }: Demo) => {
  const names = Object.keys(await everything()).filter((name) => name !== "webauthn_challenges");
  const column = (name: string) => ({ tenants: "id", moved_tenants: "ref" })[name] ?? "tenant_id";
  const counts = await Promise.all(
    names.map(async (name) => {
      const [row] = await rows(`SELECT count(*) AS n FROM ${name} WHERE ${column(name)} = ?1`, ref);
      return [name, row?.["n"]] as const;
    }),
  );
  return counts.filter(([, count]) => count !== 0);
};

/** What of it is not answered like something unknown. */
async function known({ client, api, link, decided, pending }: UsedDemo): Promise<readonly string[]> {
  const stranger = await BrowserClient.create(fetchWorker, ORIGIN);
  const shown = async ({ status, headers }: Response) => `${status} ${headers.get("content-type")}`;
  const calls: [name: string, answer: string, expected: string][] = [];
  for (const id of ["", `/${decided}`, `/${pending}`]) {
    const { status, body } = await api("GET", `/api/confirmations${id}`);
    calls.push([`key ${id}`, `${status} ${body.code}`, "401 unauthorized"]);
  }
  for (const path of ["/inbox", "/console", `/approve/${decided}`, "/inbox/items"])
    calls.push([path, await shown(await client.get(path)), await shown(await stranger.get(path))]);
  calls.push(["link", (await stranger.enrol(link)).body.code, "enrolment_unknown"]);
  calls.push(["passkey", (await client.signIn()).body.code, "unknown_credential"]);
  return calls.flatMap(([name, answer, expected]) => (answer === expected ? [] : [`${name}: ${answer}`]));
}

describe("before its day is over", () => {
  it("a demo does not end, and no Desk is woken for it", async () => {
    const platform = platformAt(first.until - 1);
    const differs = await changedBy(async () => {
      expect(await endSandbox(platform, first.ref)).toBe(false);
      expect(await destroyDeleted(platform, first.ref)).toBeUndefined();
    });
    expect(differs).toEqual([]);
    const { ref, until } = await newDemo(platform);
    const isDue = async (now: number) =>
      (await endedSandboxes(platform.databases.first, now, 100)).includes(ref);
    expect([await isDue(until - 1), await isDue(until)]).toEqual([false, true]);
  });

  it("real organisations are woken first, and only some of many demos that have ended", async () => {
    await company.asked();
    await rows(
      `INSERT INTO tenants (id, name, stream_key, genesis_salt, created_at, sandbox_until)
       WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60)
       SELECT '0ended' || n, '', '', '', 1, 1 FROM numbers`,
    );
    const woken: string[] = [];
    await wakeDesks(platformAt(first.until - 1), async (ref) => void woken.push(ref));
    const ended = woken.filter((ref) => ref.startsWith("0ended"));
    expect(ended).toHaveLength(50);
    expect(woken.slice(-50)).toEqual(ended);
    expect(woken).toContain(company.store.tenantId);
    await rows("DELETE FROM tenants WHERE id LIKE '0ended%'");
  });

  it.each([
    ["end it", "deleted_at = 1", "nobody has signed"],
    ["keep it longer", "sandbox_until = 9e15", "its time never changes"],
    ["make it a real organisation", "sandbox_until = NULL", "its time never changes"],
  ])("no statement can %s", async (_what, set, error) => {
    await expect(rows(`UPDATE tenants SET ${set} WHERE id = ?1`, first.ref)).rejects.toThrow(error);
  });

  it("no real organisation can become a demo, which would end it", async () => {
    const make = "UPDATE tenants SET sandbox_until = 1 WHERE id = ?1";
    await expect(rows(make, company.store.tenantId)).rejects.toThrow("its time never changes");
    expect(await endSandbox(platformAt(first.until), company.store.tenantId)).toBe(false);
  });
});

describe("after a day", () => {
  let found: readonly string[];
  let entries: readonly string[];
  beforeAll(async () => {
    found = await traces(first);
    ({ entries } = await audit());
    // The Desk was lost after the last append to the log, before it marked the row.
    await rows(
      `UPDATE outbox SET idx = NULL, commitment = NULL WHERE tenant_id = ?1
       AND seq = (SELECT max(seq) FROM outbox WHERE tenant_id = ?1)`,
      first.ref,
    );
  });

  it("its records are sealed and it ends, whatever fails", async () => {
    for (const moment of ["before", "after"] as const) {
      for (let at = 0; at < 2; at++) {
        const runtime = failingRuntime(first.store, platformAt(first.until), bindings, new Fault(at, moment));
        await endSandbox(runtime, first.ref).catch(() => undefined);
        const [{ n = 0 } = {}] = await rows(
          "SELECT count(*) AS n FROM outbox WHERE tenant_id = ?1 AND idx IS NULL",
          first.ref,
        );
        const { deleted_at: ended } = await tenant(first);
        expect(ended === null || n === 0).toBe(true);
      }
    }
    await endSandbox(platformAt(first.until), first.ref);
    expect((await tenant(first))["deleted_at"]).toBe(first.until);
    expect((await audit()).entries).toEqual(entries);
  });

  it("no record can follow, but for a copy by a move", async () => {
    const insert = () =>
      rows(
        `INSERT INTO outbox (tenant_id, seq, type, at, directory_seq, entry_salt, payload_salt)
         VALUES (?1, 99, 'decision', 1, 0, '', '')`,
        first.ref,
      );
    await expect(insert()).rejects.toThrow("no record follows the end of a sandbox");
    await rows("INSERT INTO moved_tenants VALUES (?1, '1', 'arriving', 1)", first.ref);
    expect(await insert()).toEqual([]);
    await rows("DELETE FROM outbox WHERE tenant_id = ?1 AND seq = 99", first.ref);
    await rows("DELETE FROM moved_tenants WHERE ref = ?1", first.ref);
  });

  it("its key, sessions, links and passkeys are as unknown ones", async () => {
    expect(await known(first)).toEqual([]);
  });

  it("nothing of it is left but what the log needs, and the ref", async () => {
    expect(await destroyDeleted(platformAt(first.until), first.ref)).toBeGreaterThan(first.until);
    expect(await leftOf(found)).toEqual(found);
    const later = platformAt(first.until + HOUR);
    for (const [at, moment] of [
      [0, "after"],
      [1, "before"],
      [2, "after"],
    ] as const) {
      const runtime = failingRuntime(first.store, later, bindings, new Fault(at, moment));
      await destroyDeleted(runtime, first.ref).catch(() => undefined);
    }
    expect(await destroyDeleted(later, first.ref)).toBeUndefined();
    expect(await leftOf(found)).toEqual([]);
    // The first passkey, the decision and its use.
    expect(await countsOf(first)).toEqual([
      ["outbox", 3],
      ["tenants", 1],
    ]);
    expect(await tenant(first)).toMatchObject({ name: "", stream: null, stream_key: "" });
    expect(await tenantsWithWork(later.databases.first, later.now())).not.toContain(first.ref);
    await sweep(later);
    expect(await countsOf(first)).toHaveLength(2);
  });

  it("the public log is as it was, and a lost log can be made again from the rows", async () => {
    const restored: IndexedEntry[] = [];
    const lost = {
      restore: async (given: readonly IndexedEntry[]) => {
        restored.push(...given);
        return earlier + restored.length;
      },
    };
    await restoreLog(createPlatform(bindings).databases, lost);
    expect(hexOf(restored)).toEqual((await audit()).entries.slice(earlier));
    expect((await audit()).entries).toEqual(entries);
  });

  it("other organisations are as they were", async () => {
    expect(await auditOf(company)).toBe("");
    expect(await receiptVerdict(company, theirs)).toEqual(["", true]);
    expect((await second.client.get("/inbox/items")).status).toBe(200);
  });
});

describe("without anybody's help", () => {
  it("its calls end with its time, and the cron and its Desk do the rest", async () => {
    const found = await traces(second);
    const waiting = second.api("GET", `/api/confirmations/${second.pending}?wait=1`);
    await rows("DROP TRIGGER tenants_sandbox");
    await rows("UPDATE tenants SET sandbox_until = ?1 WHERE id = ?2", Date.now() - 1, second.ref);
    expect(await known(second)).toEqual([]);
    expect([200, 401]).toContain((await waiting).status);
    await wakeAllDesks();
    const desk = bindings.DESK.getByName(second.ref);
    await runDurableObjectAlarm(desk);
    expect((await tenant(second))["deleted_at"]).not.toBeNull();
    await rows("UPDATE tenants SET sandbox_until = 0 WHERE id = ?1", second.ref);
    await rows("UPDATE tenants SET deleted_at = deleted_at - 60000 WHERE id = ?1", second.ref);
    await deskOf(bindings, second.ref).wake();
    await runDurableObjectAlarm(desk);
    expect(await leftOf(found)).toEqual([]);
    expect(await countsOf(second)).toEqual([
      ["outbox", 3],
      ["tenants", 1],
    ]);
    expect((await audit()).entries.length).toBeGreaterThan(0);
  });
});
