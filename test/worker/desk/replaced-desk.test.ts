import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Runtime } from "../../../src/app/runtime.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";
import { breakLog } from "../support/log-storage.ts";
import { agentOf, idSoon, newRequest } from "../support/mcp-agent.ts";
import { restCalls, type RestCalls } from "../support/rest-calls.ts";

// A Desk that ends between two calls or while it answers one, and a database that is slow. No answer is an approval by
// mistake, and a call that is repeated has its effect once.

let company: Company;
let rest: RestCalls;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  rest = restCalls(company);
});
afterAll(() => reset());
// The Worker logs each call that its Desk did not answer.
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

const stub = () => bindings.DESK.getByName(company.store.tenantId);

/** Once the calls that it is answering are answered. */
async function evict(): Promise<void> {
  // Only a running object can be evicted.
  await runInDurableObject(stub(), () => undefined);
  await evictDurableObject(stub());
}

/** At once, as in a crash or a deployment. The calls that it is answering fail. */
async function end(): Promise<void> {
  await runInDurableObject(stub(), (_desk, state) => state.abort("the Desk ends in this test")).catch(
    () => undefined,
  );
}

interface Held {
  /** Resolves once the batch waits. */
  readonly reached: () => Promise<void>;
  readonly release: () => void;
}

/** The next batch of the Desk with such a statement waits, before or after the database has it. */
async function hold(text: string, moment: "before" | "after"): Promise<Held> {
  const state = { isNext: false, isReached: false, isReleased: false };
  await runInDurableObject(stub(), (desk) => {
    const client = (desk as unknown as { runtime: Runtime }).runtime.databases.first.$client;
    const prepare = client.prepare.bind(client);
    const batch = client.batch.bind(client);
    vi.spyOn(client, "prepare").mockImplementation((statement) => {
      state.isNext ||= statement.startsWith(text);
      return prepare(statement);
    });
    vi.spyOn(client, "batch").mockImplementation(async (statements) => {
      if (!state.isNext || state.isReached) return batch(statements);
      const done = moment === "after" ? await batch(statements) : undefined;
      state.isReached = true;
      while (!state.isReleased) await scheduler.wait(5);
      return done ?? batch(statements);
    });
  });
  return {
    reached: () => vi.waitFor(() => expect(state.isReached).toBe(true), { timeout: 10_000, interval: 5 }),
    release: () => (state.isReleased = true),
  };
}

const NEW_CONFIRMATION = 'insert into "confirmations"';
const NEW_STEP = 'insert into "steps"';
const MOMENTS = ["before", "after"] as const;

async function post(path: string, body: object, headers: Record<string, string>) {
  const response = await fetchWorker(ORIGIN + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": company.apiKey, ...headers },
    body: JSON.stringify(body),
  });
  const { status } = response;
  return { status, retryAfter: response.headers.get("retry-after"), body: await response.json() };
}
const UNAVAILABLE = { status: 503, retryAfter: "2", body: { code: "unavailable" } };

/** How many requests there are with this action. */
async function countOf(action: string): Promise<number> {
  return (await rows("SELECT id FROM confirmations WHERE action = ?1", action)).length;
}

describe("a Desk that is evicted between any two calls", () => {
  it("creates, shows, decides and uses a request once", async () => {
    const id = await company.asked();
    await evict();
    expect((await rest.read(id)).body.status).toBe("pending");
    await evict();
    const signed = await company.alex.sign(id);
    await evict();
    expect((await company.alex.post(`/approve/${id}/decision`, signed)).body.status).toBe("approved");
    await evict();
    expect((await rest.read(id, "?wait=20")).body.status).toBe("approved");
    await evict();
    expect((await rest.consume(id, undefined, "once")).status).toBe(200);
    await evict();
    expect((await rest.consume(id, undefined, "once")).status).toBe(200);
    expect((await rest.consume(id, undefined, "twice")).body.code).toBe("already_consumed");
  });

  it("finishes a create that it is answering", async () => {
    const held = await hold(NEW_CONFIRMATION, "before");
    const asked = company.asked("alex", { action: "Evicted" });
    await held.reached();
    const evicted = evictDurableObject(stub());
    held.release();
    expect((await rest.read(await asked)).body.status).toBe("pending");
    await evicted;
    expect(await countOf("Evicted")).toBe(1);
  });
});

describe("a Desk that ends while it answers", () => {
  it("lets the next one answer a wait: pending", async () => {
    const id = await company.asked();
    const waiting = rest.read(id, "?wait=20");
    await scheduler.wait(200);
    await end();
    expect(await waiting).toMatchObject({ status: 200, body: { status: "pending" } });
  });

  it("lets the next one answer a wait: the outcome", async () => {
    const id = await company.asked();
    const waiting = rest.read(id, "?wait=20");
    const repair = await breakLog();
    // Signed, and not visible before it is in the log.
    expect((await company.alex.decide(id)).body).toMatchObject({ status: "approved", sealed: false });
    await repair();
    await end();
    expect(await waiting).toMatchObject({ status: 200, body: { status: "approved" } });
  });

  it.each(MOMENTS)(
    "answers 503 to a create, and a repetition is the same request (%s it is stored)",
    async (moment) => {
      const body = { username: "alex", action: `Ends ${moment}`, payload: {} };
      const held = await hold(NEW_CONFIRMATION, moment);
      const asked = post("/api/confirmations", body, { "idempotency-key": `ends-${moment}` });
      await held.reached();
      await end();
      expect(await asked).toMatchObject(UNAVAILABLE);
      expect(await countOf(body.action)).toBe(moment === "after" ? 1 : 0);
      for (let repeated = 0; repeated < 2; repeated++)
        expect((await post("/api/confirmations", body, { "idempotency-key": `ends-${moment}` })).status).toBe(
          201,
        );
      expect(await countOf(body.action)).toBe(1);
    },
  );

  it.each(MOMENTS)(
    "keeps or loses a vote as a whole, and the same signature gets it (%s it is stored)",
    async (moment) => {
      const id = await company.asked();
      const signed = await company.alex.sign(id);
      const held = await hold(NEW_STEP, moment);
      const decided = company.alex.post(`/approve/${id}/decision`, signed);
      await held.reached();
      await end();
      expect(await decided).toMatchObject({ status: 503, body: { code: "unavailable" } });
      for (let repeated = 0; repeated < 2; repeated++)
        expect((await company.alex.post(`/approve/${id}/decision`, signed)).body).toMatchObject({
          status: "approved",
          sealed: true,
        });
      expect((await rows("SELECT id FROM steps WHERE confirmation_id = ?1", id)).length).toBe(1);
    },
  );

  it.each(MOMENTS)("uses an approval once, whatever is repeated (%s it is stored)", async (moment) => {
    const id = await rest.approved();
    const held = await hold(NEW_STEP, moment);
    const used = post(
      `/api/confirmations/${id}/consume`,
      { payload: { service: "api", sha: "abc123" } },
      { "idempotency-key": id },
    );
    await held.reached();
    await end();
    expect(await used).toMatchObject(UNAVAILABLE);
    expect((await rest.consume(id, undefined, id)).status).toBe(200);
    expect((await rest.consume(id, undefined, `${id}-again`)).body.code).toBe("already_consumed");
  });

  it.each(MOMENTS)(
    "answers an agent's request with an error that says no (%s it is stored)",
    async (moment) => {
      const agent = await agentOf("new", company.apiKey);
      const request = newRequest();
      const held = await hold(NEW_CONFIRMATION, moment);
      const asked = agent.call("request_human_approval", request);
      await held.reached();
      await end();
      expect(await asked).toMatchObject({
        isError: true,
        result: { approved: false, status: "error", code: "unavailable" },
      });
      expect((await agent.call("request_human_approval", request)).result).toMatchObject({
        status: "pending",
      });
      expect(await countOf(request.action)).toBe(1);
      await agent.close();
    },
  );

  it("answers an agent that waits as pending, and delivers the outcome to its next call", async () => {
    const agent = await agentOf("new", company.apiKey);
    const request = newRequest({ wait_seconds: 20 });
    const waiting = agent.call("request_human_approval", request);
    const id = await idSoon(request.action);
    await scheduler.wait(200);
    await end();
    expect(await waiting).toMatchObject({ isError: false, result: { approved: false, status: "pending" } });
    await company.alex.decide(id);
    expect((await agent.call("request_human_approval", request)).result).toMatchObject({
      approved: true,
      confirmation_id: id,
    });
    await agent.close();
  });
});

describe("a database that is slow", () => {
  it("delays a create, and no poll of a request that the Desk remembers", async () => {
    const id = await company.asked();
    await rest.read(id);
    const held = await hold(NEW_CONFIRMATION, "before");
    let isAsked = false;
    const asked = company.asked("alex", { action: "Slow" }).finally(() => (isAsked = true));
    await held.reached();
    expect((await rest.read(id)).body.status).toBe("pending");
    expect([isAsked, await countOf("Slow")]).toEqual([false, 0]);
    held.release();
    expect((await rest.read(await asked)).body.status).toBe("pending");
    expect(await countOf("Slow")).toBe(1);
  });

  it("shows no outcome while it commits a vote, and counts it once if the page sends it again", async () => {
    const id = await company.asked();
    const signed = await company.alex.sign(id);
    const held = await hold(NEW_STEP, "before");
    const send = () => company.alex.post(`/approve/${id}/decision`, signed);
    const first = send();
    await held.reached();
    expect((await rest.read(id)).body.status).toBe("pending");
    const second = send();
    await second;
    held.release();
    for (const answer of [await first, await second])
      expect(answer).toMatchObject({ status: 200, body: { status: "approved", sealed: true } });
    expect((await rows("SELECT id FROM steps WHERE confirmation_id = ?1", id)).length).toBe(1);
  });
});
