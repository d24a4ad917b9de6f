import { reset } from "cloudflare:test";
import { getTableColumns } from "drizzle-orm";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { DESK_LIMITS } from "../../../src/desk/desk-limits.ts";
import { confirmations } from "../../../src/store/schema.ts";
import { backend } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { agentOf, keyOf } from "../support/mcp-agent.ts";
import { letExpire, QUESTION, restCalls, statuses, times, type RestCalls } from "../support/rest-calls.ts";
import { fetchWorker, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// One API key can't fill a person's inbox: 200 of its requests may wait for the same person.

const MAX = DESK_LIMITS.pendingRequests;
const FREE = 4;
let platform: Platform;
let company: Company;
let ask: RestCalls;
let waiting: string;
beforeEach(async () => {
  platform ??= await freshPlatform();
  company = await newCompany(platform);
  ask = restCalls(company);
  waiting = await company.asked();
  const columns = Object.values(getTableColumns(confirmations)).map(({ name }) => name);
  const copied = columns.map((name) => (name === "id" ? "id || '-' || n.value" : name));
  await rows(
    `WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?2)
     INSERT INTO confirmations (${columns.join(", ")}) SELECT ${copied.join(", ")} FROM confirmations, n WHERE id = ?1`,
    waiting,
    MAX - FREE - 1,
  );
});
afterAll(() => reset());

const create = (more: object = {}) => ask.create({ ...QUESTION, ...more });
const fill = async (count = FREE) => {
  for (const { status } of await times(count, async () => create())) expect(status).toBe(201);
};

describe("a request beyond 200", () => {
  it("is refused, however many arrive at once, and says what to do", async () => {
    const answers = await times(20, async () => create());
    expect(statuses(answers)).toEqual([
      ...Array<number>(FREE).fill(201),
      ...Array<number>(20 - FREE).fill(429),
    ]);
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({
      code: "quota_exceeded",
      title: "The quota is used up",
      detail:
        "too many requests of this API key wait for “alex”; ask again when some are decided or have expired, or cancel what is no longer needed",
    });
    const [count] = await rows(
      "SELECT count(*) AS count FROM confirmations WHERE tenant_id = ?1 AND type = 'decision' AND status = 'pending'",
      company.store.tenantId,
    );
    expect(count?.["count"]).toBe(MAX);
  });

  it("is refused over MCP, as an answer that approves nothing", async () => {
    await fill();
    const agent = await agentOf("new", company.apiKey);
    const input = { action: "Deploy", payload: { a: 1 }, approver_username: "alex", wait_seconds: 0 };
    expect(await agent.call("request_human_approval", input)).toMatchObject({
      isError: true,
      result: { approved: false, code: "quota_exceeded" },
    });
  });

  it.each<[string, () => Promise<unknown>]>([
    ["is decided", async () => company.alex.decide(waiting)],
    ["is rejected", async () => company.alex.decide(waiting, { vote: "reject" })],
    ["is cancelled", async () => ask.cancel(waiting)],
    ["has expired", async () => letExpire(waiting)],
  ])("is accepted when one of the others %s", async (_what, end) => {
    await fill();
    expect((await create()).status).toBe(429);
    await end();
    expect(statuses(await times(3, async () => create()))).toEqual([201, 429, 429]);
  });
});

describe("200 requests of one key for one person", () => {
  it("are no reason to refuse another person's, or another key's", async () => {
    await company.enrolled("maria");
    await fill();
    expect((await create({ username: "maria" })).status).toBe(201);
    const other = backend(fetchWorker, ORIGIN, await keyOf(company, DEFAULT_SCOPES));
    expect((await other("POST", "/api/confirmations", QUESTION)).status).toBe(201);
  });

  it("are no reason to refuse a repeated one", async () => {
    const once = { "idempotency-key": "the-same" };
    const first = await ask.create(QUESTION, once);
    await fill(FREE - 1);
    expect((await create()).status).toBe(429);
    const again = await ask.create(QUESTION, once);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
  });

  it("change no other refusal", async () => {
    await fill();
    expect((await create({ username: "nobody" })).body.code).toBe("unknown_approver");
    await rows("UPDATE api_keys SET revoked_at = 1 WHERE tenant_id = ?1", company.store.tenantId);
    expect((await create()).body.code).toBe("unauthorized");
  });
});
