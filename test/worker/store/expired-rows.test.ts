import { createScheduledController } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { EXPIRED_MAX_ROWS } from "../../../src/store/expired-rows.ts";
import worker from "../../../src/worker.ts";
import { BrowserClient } from "../../support/browser-client.ts";
import { changedBy, everything, rows } from "../support/database-rows.ts";
import {
  bindings,
  freshPlatform,
  fetchWorker,
  newCompany,
  ORIGIN,
  sweepIn,
  type Company,
} from "../support/worker-fixture.ts";

// What is deleted once its time is over, and when.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TABLES = ["ceremonies", "enrolments", "idempotency", "sessions", "webauthn_challenges"] as const;

let platform: Platform;
let company: Company;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
}, 60_000);

/** One row of each table that has its time. */
beforeEach(async () => {
  for (const table of TABLES) await rows(`DELETE FROM ${table}`);
  await company.alex.signIn();
  await company.alex.post("/signin/begin", {});
  await company.alex.decide(await company.asked());
  await company.api("POST", "/api/confirmations", question, { "idempotency-key": "once" });
  await company.people("POST", "/api/invites", {
    username: `new-${crypto.randomUUID().slice(0, 8)}`,
    role: "admin",
  });
});
const question = { username: "alex", action: "Deploy", payload: { a: 1 } };

const count = async (table: string) => Number((await rows(`SELECT count(*) AS n FROM ${table}`))[0]?.["n"]);

describe("the sweep", () => {
  it.each<[(typeof TABLES)[number], string, number, number]>([
    ["webauthn_challenges", "after their 5 minutes", 4 * MINUTE, 6 * MINUTE],
    ["idempotency", "after a day", DAY - MINUTE, DAY + MINUTE],
    ["ceremonies", "a day after their 10 minutes", DAY + 9 * MINUTE, DAY + 11 * MINUTE],
    ["sessions", "after 30 days", 30 * DAY - MINUTE, 30 * DAY + MINUTE],
    ["enrolments", "30 days after their day", 31 * DAY - MINUTE, 31 * DAY + MINUTE],
  ])("deletes rows of %s %s", async (table, _name, before, after) => {
    const all = await count(table);
    expect(all).toBeGreaterThan(0);
    await sweepIn(before);
    expect(await count(table)).toBe(all);
    await sweepIn(after);
    expect(await count(table)).toBe(0);
  });

  it("deletes how long calls took after three hours", async () => {
    const times = [0, 174, 186].map((minutes) => Date.now() - minutes * MINUTE);
    for (const time of times) await rows("INSERT INTO call_figures VALUES (?1, 'ask', 1, 1, 0)", time);
    await sweepIn(0);
    // The Worker adds rows of its own.
    const sql = "SELECT minute FROM call_figures WHERE minute IN (?1, ?2, ?3) ORDER BY minute DESC";
    expect(await rows(sql, ...times)).toEqual(times.slice(0, 2).map((minute) => ({ minute })));
  });

  it("deletes nothing else, however late", async () => {
    const before = await everything();
    expect(await changedBy(async () => sweepIn(1_000 * DAY))).toEqual([...TABLES]);
    const after = await everything();
    for (const table of TABLES) expect([table, after[table]]).toEqual([table, []]);
    expect(Object.keys(after).length).toBeGreaterThan(TABLES.length);
    expect(Object.keys(after)).toEqual(Object.keys(before));
  });

  it("keeps the link of a recovery whose passkey still waits", async () => {
    const { body } = await company.people("POST", "/api/invites", { username: "sam", role: "approver" });
    await (await BrowserClient.create(fetchWorker, ORIGIN)).enrol(body.enrolUrl);
    await rows("UPDATE enrolments SET recovers = 1 WHERE used_at IS NOT NULL");
    await sweepIn(1_000 * DAY);
    expect(await rows("SELECT recovers FROM enrolments")).toEqual([{ recovers: 1 }]);
    await rows("UPDATE credentials SET revoked_at = 1 WHERE endorsed_seq IS NULL");
    await sweepIn(1_000 * DAY);
    expect(await count("enrolments")).toBe(0);
  });

  it("deletes more than one batch", async () => {
    const many = 2 * EXPIRED_MAX_ROWS + 1;
    await rows(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})
       INSERT INTO webauthn_challenges SELECT 'old ' || i, 'sign-in', 1, NULL, NULL FROM n`,
    );
    expect(await count("webauthn_challenges")).toBeGreaterThanOrEqual(many);
    await sweepIn(0);
    expect(await rows("SELECT count(*) AS n FROM webauthn_challenges WHERE expires_at = 1")).toEqual([
      { n: 0 },
    ]);
  });

  it("runs with the cron", async () => {
    await rows("UPDATE sessions SET expires_at = 1");
    await worker.scheduled(createScheduledController({ cron: "* * * * *" }), bindings);
    expect(await count("sessions")).toBe(0);
  });
});

describe("a person whose session was deleted", () => {
  it("signs in again", async () => {
    await sweepIn(31 * DAY);
    expect(await (await company.alex.get("/inbox")).text()).toContain("Sign in with passkey");
    await company.alex.signIn();
    expect((await company.alex.get("/inbox/items")).status).toBe(200);
  });
});
