import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eraseOld } from "../../../src/app/evidence/erase-old.ts";
import { SERVICE, trailEntryOf } from "../../../src/app/acts/trail-entry.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import { eraseBatch, findRetention } from "../../../src/store/stream/erasures.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { changedBy, everything, rows } from "../support/database-rows.ts";
import { failingRuntime, Fault, noFault, storeIn, type Moment } from "../support/failing-writes.ts";
import { asExported, audited, auditOf, receiptVerdict } from "../support/http-audit.ts";
import {
  bindings,
  freshPlatform,
  newCompany,
  runtimeOf,
  wakeAllDesks,
  type Company,
} from "../support/worker-fixture.ts";

// What is older than the organisation's history is erased, after people were told. Time passes by edits of rows.

const DAY = 24 * 3_600_000;
const SECRET = "acct-8821-secret";

let company: Company;
let maria: BrowserClient;
let other: Company;
/** By what became of them. */
const ids: Record<string, string> = {};
afterAll(() => reset());
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  maria = await company.enrolled("maria");
  other = await newCompany(platform, "Other");
  await rows(
    `INSERT INTO webhooks (tenant_id, id, name, url, format, events, created_at, disabled_at, disabled_because)
     VALUES (?1, 'w_held', '', '', 'standard', ?2, 0, 0, 'person')`,
    company.store.tenantId,
    JSON.stringify(
      ["created", "approved", "rejected", "cancelled", "consumed"].map((end) => `confirmation.${end}`),
    ),
  );
  ids["other"] = await decided(other);
  ids["used"] = await decided(company, SECRET);
  const payload = { to: SECRET };
  await company.api("POST", `/api/confirmations/${ids["used"]}/consume`, { payload });
  ids["rejected"] = await decided(company, SECRET, { vote: "reject", reason: SECRET });
  ids["cancelled"] = await asked(company, SECRET);
  await company.api("POST", `/api/confirmations/${ids["cancelled"]}/cancel`);
  ids["pending"] = await asked(company, "not yet");
  await company.enrolled("bob");
  ids["unused"] = await decided(company, SECRET);
  await pass(30 * DAY);
  ids["new"] = await decided(company);
  await rows("UPDATE tenants SET plan = 'free'");
}, 30_000);

const asked = ({ asked: ask }: Company, to = "acct-1") =>
  ask("alex", { action: `Pay ${to}`, payload: { to }, metadata: { note: to } });
async function decided(of: Company, to?: string, signing = {}): Promise<string> {
  const id = await asked(of, to);
  await of.alex.decide(id, signing);
  return id;
}
/** So much time passes for the decisions that are there. Their records are only built again if they are not erased. */
async function pass(milliseconds: number): Promise<void> {
  const isOwn = "type IN ('decision', 'consumed') AND tenant_id = ?2";
  await rows(`UPDATE outbox SET at = at - ?1 WHERE ${isOwn}`, milliseconds, company.store.tenantId);
}
/** The time that was announced has come. */
async function noticePasses(): Promise<void> {
  await rows("UPDATE retention SET erases_at = erases_at - ?1, due_at = 0", 8 * DAY);
}
async function alarm({ store }: Company = company): Promise<void> {
  // Also after an edit of rows.
  await runtimeOf(store).desk.seal();
  await deskOf(bindings, store.tenantId).wake();
  await runDurableObjectAlarm(bindings.DESK.getByName(store.tenantId));
}
const inboxOf = async (client: BrowserClient) => (await (await client.get("/inbox/items")).json()) as Inbox;
interface Inbox {
  readonly erasure: { readonly at: string; readonly before: string } | null;
  readonly decided: readonly { readonly id: string }[];
}
const isLeft = async () => JSON.stringify(await everything()).includes(SECRET);
const get = (id = "") => company.api("GET", `/api/confirmations/${id}`);

it("nothing is erased before people were told for seven days", async () => {
  // As the cron does, if the Desk has no alarm.
  await wakeAllDesks();
  await alarm();
  expect((await get(ids["used"])).status).toBe(200);
  const { erasure } = await inboxOf(company.alex);
  const { at = "", before = "" } = erasure ?? {};
  expect((Date.parse(at) - Date.now()) / DAY).toBeCloseTo(7, 2);
  expect((Date.parse(before) - Date.now()) / DAY).toBeCloseTo(0, 2);
  expect(await (await company.alex.get("/console/settings")).text()).toContain(
    "the content of requests from before",
  );
  expect((await inboxOf(maria)).erasure).toBe(null);
  expect(await changedBy(() => alarm())).toEqual([]);
});

describe("then", () => {
  beforeAll(async () => {
    await noticePasses();
    await alarm();
  });

  it("nothing is left of what is old, and everything of what is not", async () => {
    expect(await isLeft()).toBe(false);
    const [left] = await rows(
      `SELECT count(*) AS whole FROM confirmations WHERE erased_at IS NULL AND tenant_id = ?1`,
      company.store.tenantId,
    );
    // Pending, new, and two endorsements.
    expect(left).toEqual({ whole: 4 });
    expect((await get(ids["pending"])).body).toMatchObject({ status: "pending", action: "Pay not yet" });
    expect(await receiptVerdict(company, ids["new"] ?? "")).toEqual(["", true]);
    expect(await receiptVerdict(other, ids["other"] ?? "")).toEqual(["", true]);
  });

  it("what webhooks got of it has no hash any more from which the content could be guessed", async () => {
    const hashed = await rows(
      `SELECT DISTINCT subject_id AS id FROM webhook_deliveries WHERE json_extract(data, '$.payloadHash') IS NOT NULL`,
    );
    const events = await rows("SELECT count(*) AS count FROM webhook_deliveries");
    // Five are over, one of them is used; one is pending and one is new.
    expect([new Set(hashed.map(({ id }) => id)), events]).toEqual([
      new Set([ids["pending"], ids["new"]]),
      [{ count: 12 }],
    ]);
  });

  it("an audit accepts the export, and says what is gone by which rule", async () => {
    expect(await auditOf(company)).toBe("");
    expect(await auditOf(other)).toBe("");
    const file = new Uint8Array(await (await asExported(company.auditKey)).arrayBuffer());
    const report = await audited(file, (await company.store.own()).stream ?? "");
    expect(report.summary).toMatchObject({
      erasures: [{ rule: "history of 7 days (plan Free)", seqs: 5 }],
      records: { "(erased)": 5, "credential.endorsed": 2, decision: 1, erased: 1 },
    });
  });

  it.each([
    ["used", "GET", ""],
    ["rejected", "GET", "/receipt"],
    ["cancelled", "POST", "/cancel"],
    ["unused", "POST", "/consume"],
  ])("a request that was %s answers that it is erased to %s %s", async (name, method, path) => {
    const body = path === "/consume" ? { payload: { to: SECRET } } : undefined;
    const answer = await company.api(method, `/api/confirmations/${ids[name]}${path}`, body);
    expect(answer).toMatchObject({ status: 410, body: { code: "erased" } });
  });

  it("its page, its link and the lists say so, too", async () => {
    const id = ids["used"] ?? "";
    const page = await company.alex.get(`/approve/${id}`);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining("was erased")]);
    expect((await maria.get(`/approve/${id}`)).status).toBe(404);
    expect((await company.alex.get(`/approve/${id}/publish`)).status).toBe(410);
    const link = await company.alex.get(`/public/log/entries/${id}/verification`);
    expect(link.status).toBe(410);
    const { data } = (await company.api("GET", "/api/confirmations")).body;
    expect(data.map((one: { id: string }) => one.id)).toEqual([ids["new"], ids["pending"]]);
    const shown = (await inboxOf(company.alex)).decided.map((one) => one.id);
    expect(shown).toContain(ids["new"]);
    expect(shown).not.toContain(id);
  });

  it("the next alarm has nothing more to do, and an attempt that comes late does nothing", async () => {
    await rows("UPDATE retention SET due_at = 0");
    expect(await changedBy(() => alarm())).toEqual(["retention"]);
    const done = trailEntryOf(createPlatform(bindings), SERVICE, { act: "history.erased" });
    const late = { id: "e_late", from: 0, end: 99, seqs: [1, 2], now: 1, entrySalt: "A", body: "{}", done };
    expect(await changedBy(() => eraseBatch(company.store, late))).toEqual([]);
  });

  it("a shorter history is announced first", async () => {
    await rows("UPDATE tenants SET retention_days = 1 WHERE id = ?1", company.store.tenantId);
    await pass(3 * DAY);
    await rows("UPDATE retention SET due_at = 0");
    await alarm();
    expect((await inboxOf(company.alex)).erasure).not.toBe(null);
    await pass(-3 * DAY);
    expect(await receiptVerdict(company, ids["new"] ?? "")).toEqual(["", true]);
    await rows("UPDATE tenants SET retention_days = NULL WHERE id = ?1", company.store.tenantId);
  });
});

describe("if a write fails", () => {
  const moments: readonly Moment[] = ["before", "after"];
  const cases = [0, 1, 2].flatMap((call) => moments.map((moment) => [call, moment] as const));
  it.each(cases)(
    "the %ith, %s it is stored, nothing is erased twice and nothing forgotten",
    async (call, moment) => {
      const id = await decided(company, SECRET);
      await pass(30 * DAY);
      await rows("UPDATE retention SET due_at = 0, days = 7, month = NULL, erases_at = 1");
      const platform = createPlatform(bindings);
      const run = async (fault: Fault) => {
        const runtime = failingRuntime(company.store, platform, bindings, fault);
        await eraseOld(runtime, storeIn(runtime, company.store));
      };
      await expect(run(new Fault(call, moment))).rejects.toThrow("retention");
      await run(noFault());
      await alarm();
      expect(await isLeft()).toBe(false);
      expect((await get(id)).status).toBe(410);
      const [record] = await rows(
        "SELECT count(*) AS count FROM outbox WHERE type = 'erased' AND tenant_id = ?1",
        company.store.tenantId,
      );
      expect(record).toEqual({ count: 2 + cases.findIndex((one) => one[0] === call && one[1] === moment) });
      expect(await auditOf(company)).toBe("");
    },
  );
});

it("an organisation without a limit is left alone", async () => {
  await rows("UPDATE tenants SET plan = 'enterprise'");
  await alarm();
  expect(await findRetention(company.store)).toBe(undefined);
});
