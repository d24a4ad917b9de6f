import { reset } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { backend, type Answered } from "../../support/browser-client.ts";
import { freshPlatform, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { QUESTION } from "../support/route-table.ts";
import { changedBy, rows } from "../support/database-rows.ts";

// A key that is used often is not looked up for every call. A revoked or expired key is still refused at once,
// for every call, and nothing is written.

let company: Company;
let key: string;
let api: ReturnType<typeof backend>;
afterAll(() => reset());
beforeEach(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", company.store.tenantId);
  key = await newKey(runtime, company.store, String(project?.["id"]), "Short-lived", DEFAULT_SCOPES);
  api = backend(fetchWorker, ORIGIN, key);
});

const once = { "idempotency-key": "once" };
const calls: Readonly<Record<string, () => Promise<Answered>>> = {
  "a valid request": () => api("POST", "/api/confirmations", QUESTION),
  "a request with a used Idempotency-Key": () => api("POST", "/api/confirmations", QUESTION, once),
  "another request with a used Idempotency-Key": () =>
    api("POST", "/api/confirmations", { ...QUESTION, action: "Another" }, once),
  "a malformed Idempotency-Key": () =>
    api("POST", "/api/confirmations", QUESTION, { "idempotency-key": " " }),
  "text that is not JSON": () => api("POST", "/api/confirmations", "{"),
  "an unknown field": () => api("POST", "/api/confirmations", { ...QUESTION, more: 1 }),
  "an unknown approver": () => api("POST", "/api/confirmations", { ...QUESTION, username: "nobody" }),
  "a read": () => api("GET", "/api/confirmations/c_0"),
  "a read with a malformed wait": () => api("GET", "/api/confirmations/c_0?wait=x"),
  "a list": () => api("GET", "/api/confirmations"),
  "a scope that it lacks": () => api("GET", "/api/people"),
};
const ends = {
  revoked: "UPDATE api_keys SET revoked_at = 1 WHERE hash = ?1",
  expired: "UPDATE api_keys SET expires_at = 1 WHERE hash = ?1",
};

describe.each(Object.entries(ends))("a key that is %s between two calls", (_name, end) => {
  it.each(Object.entries(calls))("is refused, with %s", async (_call, call) => {
    expect((await api("POST", "/api/confirmations", QUESTION, once)).status).toBe(201);
    expect((await call()).status).not.toBe(401);
    await rows(end, expectOk(parseApiKey(key)).hash);
    const answers: Answered[] = [];
    const changed = await changedBy(async () => answers.push(await call()));
    expect(answers).toMatchObject([{ status: 401, body: { code: "unauthorized" } }]);
    expect(changed).toEqual([]);
  });
});

describe("a decision that comes while keys wait", () => {
  const waiters: Readonly<Record<string, () => ReturnType<typeof backend>>> = {
    "the key that created the request": () => api,
    "another key of its project": () => company.api,
  };
  const waiting = (who: string, id: string) =>
    waiters[who]?.()("GET", `/api/confirmations/${id}?wait=25`) ?? Promise.reject(new RangeError(who));
  /** Both calls are waiting. */
  const settled = () => new Promise((resolve) => setTimeout(resolve, 100));

  it("reaches each of them", async () => {
    const { body } = await api("POST", "/api/confirmations", QUESTION);
    const answers = Object.keys(waiters).map((who) => waiting(who, body.id));
    await settled();
    await company.alex.decide(body.id);
    const [own, other] = await Promise.all(answers);
    expect(own).toMatchObject({
      status: 200,
      body: { status: "approved", log: { index: expect.any(Number) } },
    });
    expect(other).toEqual(own);
    // A later read gets the same answer.
    expect(await api("GET", `/api/confirmations/${body.id}`)).toEqual(own);
  });

  it.each(Object.entries(ends))(
    "does not reach a key that was %s, although it created the request",
    async (_name, end) => {
      const { body } = await api("POST", "/api/confirmations", QUESTION);
      const answers = Object.keys(waiters).map((who) => waiting(who, body.id));
      await settled();
      await rows(end, expectOk(parseApiKey(key)).hash);
      await company.alex.decide(body.id);
      const [own, other] = await Promise.all(answers);
      expect(own).toMatchObject({ status: 401, body: { code: "unauthorized" } });
      expect(other).toMatchObject({ status: 200, body: { status: "approved" } });
    },
  );

  it("does not reach another key that was revoked", async () => {
    const asked = await company.api("POST", "/api/confirmations", QUESTION);
    const answers = Object.keys(waiters).map((who) => waiting(who, asked.body.id));
    await settled();
    await rows(ends.revoked, expectOk(parseApiKey(key)).hash);
    await company.alex.decide(asked.body.id);
    const [revoked, asker] = await Promise.all(answers);
    expect([revoked?.status, asker?.status]).toEqual([401, 200]);
  });
});
