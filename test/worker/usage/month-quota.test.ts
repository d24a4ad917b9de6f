import { reset } from "cloudflare:test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask } from "../../../src/app/confirmation/ask.ts";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { endOfMonth, monthName, monthOf } from "../../../src/core/account/month.ts";
import { limitsOf, type PlanName } from "../../../src/core/account/plans.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { projects } from "../../../src/store/schema.ts";
import { backend } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { agentOf } from "../support/mcp-agent.ts";
import { PAYLOAD, QUESTION, restCalls, statuses, times, type RestCalls } from "../support/rest-calls.ts";
import { principalIn } from "../support/retrying-client.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  runtimeOf,
  type Company,
} from "../support/worker-fixture.ts";

// Each live request counts in the month of UTC in which it is created. Free ends at its 500 a month; what was accepted
// goes on.

const MAX = limitsOf("free").approvals ?? 0;
const NOW = Date.now();
const MONTH = monthOf(NOW);

let platform: Platform;
let company: Company;
let calls: RestCalls;
beforeAll(async () => {
  platform = await freshPlatform();
});
beforeEach(async () => {
  company = await newCompany(platform);
  calls = restCalls(company);
  await setPlan("free");
});
afterAll(() => reset());

const setPlan = (plan: PlanName) =>
  bindings.DB.prepare("UPDATE tenants SET plan = ?2 WHERE id = ?1").bind(company.store.tenantId, plan).run();
/** As if so many requests had been created in the month. */
const setUsed = (requests: number, month = MONTH) =>
  rows("INSERT OR REPLACE INTO usage VALUES (?1, ?2, ?3)", company.store.tenantId, month, requests);
const used = async () =>
  Object.fromEntries(
    (await rows("SELECT month, requests FROM usage WHERE tenant_id = ?1", company.store.tenantId)).map(
      ({ month, requests }) => [month, requests],
    ),
  );
const notices = async () =>
  (
    await rows(
      "SELECT subject_name, detail FROM trail WHERE tenant_id = ?1 AND act = 'usage.notice' ORDER BY detail",
      company.store.tenantId,
    )
  ).map(({ subject_name, detail }) => [subject_name, detail]);
const create = (more: object = {}, headers = {}) => calls.create({ ...QUESTION, ...more }, headers);

const FULL = {
  status: 429,
  code: "quota_exceeded",
  detail: `the plan Free has 500 approvals a month, and those of ${monthName(MONTH)} are used; nothing was asked: upgrade the plan, or ask again from ${endOfMonth(MONTH)} on; earlier requests can still be decided and used`,
};

describe("the count of a month", () => {
  it("has each request once, whatever becomes of it, and no change of the directory", async () => {
    const once = { "idempotency-key": "the-same" };
    const first = await create({}, once);
    expect((await create({}, once)).body.id).toBe(first.body.id);
    await calls.cancel(first.body.id);
    await company.alex.decide(await company.asked(), { vote: "reject" });
    await calls.consume(await calls.approved());
    await company.enrolled("maria");
    expect((await create({ username: "nobody" })).status).toBe(422);
    expect(await used()).toEqual({ [MONTH]: 3 });
  });

  it("is exact for requests that arrive together", async () => {
    expect(statuses(await times(40, async () => create()))).toEqual(Array<number>(40).fill(201));
    expect(await used()).toEqual({ [MONTH]: 40 });
  });
});

describe("the last request of a month", () => {
  it("is accepted once, however many arrive at once; the others say when and how to go on", async () => {
    await setUsed(MAX - 4);
    const answers = await times(20, async () => create());
    expect(statuses(answers)).toEqual([...Array<number>(4).fill(201), ...Array<number>(16).fill(429)]);
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject(FULL);
    expect(await used()).toEqual({ [MONTH]: MAX });
  });

  it("is the last one over MCP as well, where a repeated call still finds its request", async () => {
    await setUsed(MAX - 1);
    const agent = await agentOf("new", company.apiKey);
    const input = { action: "Deploy", payload: { a: 1 }, approver_username: "alex", wait_seconds: 0 };
    const first = await agent.call("request_human_approval", input);
    expect(await agent.call("request_human_approval", { ...input, action: "Another" })).toMatchObject({
      isError: true,
      result: { approved: false, code: FULL.code },
      text: expect.stringContaining(FULL.detail),
    });
    const again = await agent.call("request_human_approval", input);
    expect([again.isError, again.result.confirmation_id]).toEqual([false, first.result.confirmation_id]);
  });

  it("takes nothing from requests that exist: they are repeated, decided, read and used", async () => {
    await setUsed(MAX - 2);
    const once = { "idempotency-key": "the-same" };
    const [first, second] = [await create({}, once), await create()];
    expect((await create()).body).toMatchObject(FULL);
    expect((await create({}, once)).body.id).toBe(first.body.id);
    await company.alex.decide(first.body.id);
    expect((await calls.consume(first.body.id)).status).toBe(200);
    expect((await calls.cancel(second.body.id)).status).toBe(200);
    await company.enrolled("maria");
    // What is cancelled is counted still.
    expect((await create({ username: "maria" })).body).toMatchObject(FULL);
  });

  it("is no longer the last one as soon as the plan has more", async () => {
    await setUsed(MAX);
    expect((await create()).status).toBe(429);
    await setPlan("team");
    expect((await create()).status).toBe(201);
    await setUsed(1_000_000);
    expect((await create()).status).toBe(201);
  });

  it("is not taken by a test, and does not end tests", async () => {
    await setUsed(MAX - 1);
    const { store } = company;
    await store.insert(projects, { id: "j_tests", name: "Tests", mode: "test", createdAt: 1 });
    const testKey = await newKey(platform, store, "j_tests", "Tests", DEFAULT_SCOPES);
    const test = () => backend(fetchWorker, ORIGIN, testKey)("POST", "/api/confirmations", QUESTION);
    expect((await test()).status).toBe(201);
    expect((await create()).status).toBe(201);
    expect((await create()).status).toBe(429);
    expect((await test()).status).toBe(201);
    expect(await used()).toEqual({ [MONTH]: MAX });
  });

  it("changes no other refusal", async () => {
    await setUsed(MAX);
    expect((await create({ username: "nobody" })).body.code).toBe("unknown_approver");
    await rows("UPDATE api_keys SET revoked_at = 1 WHERE tenant_id = ?1", company.store.tenantId);
    expect((await create()).body.code).toBe("unauthorized");
  });
});

it("a new month begins at midnight UTC, while requests of the old one are still decided and used", async () => {
  const midnight = Date.UTC(new Date(NOW).getUTCFullYear(), new Date(NOW).getUTCMonth());
  const last = midnight - 1;
  await setUsed(MAX - 1, monthOf(last));
  const principal = await principalIn(company.store, company.apiKey);
  const askAt = async (now: number) => {
    const runtime = { ...runtimeOf(company.store), now: () => now };
    const input = {
      ...QUESTION,
      payload: expectOk(canonicalPayload(PAYLOAD)),
      expiresInSeconds: 90 * 86_400,
      executeWithinSeconds: null,
      metadata: null,
      policy: null,
    };
    return ask(runtime, principal, input, { protocol: "rest", idempotencyKey: null });
  };
  const accepted = await askAt(last);
  expect(accepted).toMatchObject({ ok: true });
  const [refused, next] = await Promise.all([askAt(last), askAt(midnight)]);
  expect(refused).toMatchObject({
    ok: false,
    refusal: { detail: expect.stringContaining(`from 1 ${monthName(MONTH)}, 00:00 UTC on`) },
  });
  expect(next).toMatchObject({ ok: true });
  const pending = accepted.ok ? accepted.value.view.row.id : "";
  await company.alex.decide(pending);
  expect((await calls.consume(pending)).status).toBe(200);
  expect(await used()).toEqual({ [monthOf(last)]: MAX, [MONTH]: 1 });
});

it("the audit trail says once that 80 % are used, and once that all are", async () => {
  await setUsed(MAX * 0.8 - 2);
  await create();
  expect(await notices()).toEqual([]);
  await times(8, async () => create());
  const entry = (percent: number, requests: number) => [
    monthName(MONTH),
    `{"included":500,"percent":${percent},"plan":"free","requests":${requests}}`,
  ];
  const [[name, detail] = [], ...others] = await notices();
  expect([name, others]).toEqual([monthName(MONTH), []]);
  expect(detail).toMatch(/^\{"included":500,"percent":80,"plan":"free","requests":40\d\}$/);
  await setUsed(MAX - 1);
  expect(statuses(await times(4, async () => create()))).toEqual([201, 429, 429, 429]);
  expect(await notices()).toHaveLength(2);
  expect(await notices()).toContainEqual(entry(100, MAX));
  // What another plan includes is a matter of its own.
  await setPlan("team");
  await setUsed(4_500);
  await times(2, async () => create());
  expect(await notices()).toHaveLength(3);
});
