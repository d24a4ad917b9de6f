import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { read } from "../../../src/app/confirmation/read.ts";
import type { Principal } from "../../../src/app/account/principal.ts";
import { viewOf } from "../../../src/app/confirmation/view.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { outbox } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { principalIn } from "../support/retrying-client.ts";
import {
  bindings,
  freshPlatform,
  newCompany,
  type Company,
  wakeAllDesks,
  runtimeOf,
} from "../support/worker-fixture.ts";
import { log } from "../support/log-audit.ts";
import { breakLog } from "../support/log-storage.ts";
import { personNamed, submit, presign } from "../support/signed-decisions.ts";
import { auditStream } from "../support/stream-audit.ts";

// A desk that does not answer, a log that fails or was reset: what is committed is sealed later, once, and invisible
// until then.

const PAYLOAD = { service: "api", sha: "abc123" };
let real: Platform;
let runtime: Runtime;

describe("the desk", () => {
  let company: Company;
  let store: TenantStore;
  let principal: Principal;
  beforeEach(async () => {
    real = await freshPlatform();
    company = await newCompany(real);
    store = company.store;
    runtime = runtimeOf(store);
    principal = await principalIn(store, company.apiKey);
  });
  const stub = (of = store) => bindings.DESK.getByName(of.tenantId);
  const deleteAlarm = (of = store) =>
    runInDurableObject(stub(of), (_instance, { storage }) => storage.deleteAlarm());
  // A retry during the next test would write into that test's log.
  afterEach(() => deleteAlarm());
  afterAll(() => reset());
  /** Only a running object can be evicted. */
  const evict = async () => {
    await runInDurableObject(stub(), () => undefined);
    await evictDurableObject(stub());
  };
  const silent = {
    create: async () => false,
    seal: async () => undefined,
    waitFor: async () => true,
    send: () => undefined,
    wakePages: () => undefined,
  };

  /** A committed decision whose request for sealing is lost. */
  async function unsealed(): Promise<string> {
    const id = await company.asked();
    const lost = { ...real, desk: silent };
    const alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
    expect((await submit(lost, store, await presign(lost, store, id, alex))).ok).toBe(true);
    expect((await store.select(outbox)).at(-1)).toMatchObject({ confirmationId: id, index: null });
    return id;
  }
  const statusOf = async (id: string) => viewOf(runtime, expectOk(await read(runtime, principal, id))).status;
  const indexOf = async (id: string) =>
    (await store.select(outbox)).find((row) => row.confirmationId === id)?.index;

  it("seals when a read finds an unsealed decision", async () => {
    expect(await statusOf(await unsealed())).toBe("approved");
    await auditStream(real, store);
  });

  it("is woken by the cron if a request for sealing was lost", async () => {
    const ids = [await unsealed(), await unsealed(), await unsealed()];
    await wakeAllDesks();
    for (const id of ids) expect(await indexOf(id)).toEqual(expect.any(Number));
    await auditStream(real, store);
  });

  it("can lose its memory between any two steps", async () => {
    const id = await company.asked();
    await evict();
    const held = await company.alex.sign(id);
    await evict();
    expect((await company.alex.post(`/approve/${id}/decision`, held)).body.sealed).toBe(true);
    await evict();
    expect((await company.alex.post(`/approve/${id}/decision`, held)).body.sealed).toBe(true);
    const other = await unsealed();
    await evict();
    expect(await statusOf(other)).toBe("approved");
    await auditStream(real, store);
  });

  it("wakes a waiting call at the next request for sealing, although the first was lost", async () => {
    const id = await company.asked();
    const waiting = company.api("GET", `/api/confirmations/${id}?wait=20`);
    const alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
    const lost = { ...real, desk: silent };
    await submit(lost, store, await presign(lost, store, id, alex));
    await wakeAllDesks();
    expect((await waiting).body.status).toBe("approved");
  });

  it("keeps the outcome invisible while the log is down, and seals when it is back", async () => {
    const id = await company.asked();
    const repair = await breakLog();
    const decided = await company.alex.decide(id);
    expect(decided).toMatchObject({ status: 200, body: { status: "approved", sealed: false } });
    const answer = await company.api("GET", `/api/confirmations/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { status: "pending", decisions: [], log: null } });
    const use = await company.api("POST", `/api/confirmations/${id}/consume`, { payload: PAYLOAD });
    expect(use).toMatchObject({ status: 409, body: { code: "not_approved" } });
    expect((await company.api("GET", `/api/confirmations/${id}/receipt`)).status).toBe(404);
    // An alarm that fails sets itself again, each time.
    for (let failed = 0; failed < 3; failed++) {
      expect(await runDurableObjectAlarm(stub())).toBe(true);
      const alarm = await runInDurableObject(stub(), (_instance, { storage }) => storage.getAlarm());
      expect((alarm ?? Number.POSITIVE_INFINITY) - Date.now()).toBeLessThan(6_000);
    }
    expect(await indexOf(id)).toBe(null);
    const waiting = company.api("GET", `/api/confirmations/${id}?wait=20`);
    await repair();
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect((await waiting).body.status).toBe("approved");
    await auditStream(real, store);
  });

  it("cancels while the log is down, and seals later", async () => {
    const id = await company.asked();
    const repair = await breakLog();
    expect((await company.api("POST", `/api/confirmations/${id}/cancel`)).body.status).toBe("cancelled");
    await repair();
    await wakeAllDesks();
    expect(await indexOf(id)).toEqual(expect.any(Number));
    await auditStream(real, store);
  });

  it("gets no index from a log that was reset, which signs nothing a second time", async () => {
    await company.alex.decide(await company.asked());
    const before = await log().checkpoint();
    await runInDurableObject(log(), (_instance, { storage: { sql } }) => {
      sql.exec("DELETE FROM entries WHERE position > 0");
      sql.exec("DELETE FROM checkpoint WHERE size > 1");
    });
    await evictDurableObject(log());
    const restored = await log().checkpoint();
    expect(restored).not.toBe(before);
    const id = await company.asked();
    expect((await company.alex.decide(id)).body).toMatchObject({ status: "approved", sealed: false });
    expect(await statusOf(id)).toBe("pending");
    // Nor after the next start, nor for a tenant without entries.
    await evictDurableObject(log());
    const other = await newCompany(real, "Other");
    expect((await other.store.select(outbox)).map(({ index }) => index)).toEqual([null]);
    expect(await log().checkpoint()).toBe(restored);
    await deleteAlarm(other.store);
  });
});
