import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { ERAS, headersOf, message } from "../../support/mcp-messages.ts";
import { agentOf, newRequest, idsOf, idSoon, keyOf, send, type Agent } from "../support/mcp-agent.ts";
import { letExpire, times } from "../support/rest-calls.ts";
import { freshPlatform, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// Agents that time out and repeat their call: they get the outcome, and nobody is asked twice for the same thing.

const MINUTE = 60_000;
const TOOL = "request_human_approval";

let company: Company;
/** They wait for five seconds, so the other tests run meanwhile. */
let patientClients: Promise<readonly GivenUp[]>;
const agents: Agent[] = [];
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  await company.enrolled("maria");
  for (const era of ERAS) agents.push(await agentOf(era, company.apiKey));
  patientClients = Promise.all(agents.map((agent) => afterTimeout(agent, 5_000)));
});
afterAll(() => reset());

const newest = (): Agent => {
  const agent = agents.at(-1);
  if (agent === undefined) throw new Error("there is no agent yet");
  return agent;
};
type Input = Record<string, unknown>;
const ask = async (input: Input, agent = newest()) => (await agent.call(TOOL, input)).result;
const idOf = async (input: Input, agent = newest()): Promise<string> =>
  (await ask(input, agent)).confirmation_id;
const deliveredAt = async (id: string) =>
  (await rows("SELECT delivered_at FROM confirmations WHERE id = ?1", id))[0]?.["delivered_at"];
/** The client stops reading at its own timeout. */
const expectTimeout = (input: Input, agent: Agent, timeout: number) =>
  expect(agent.call(TOOL, { ...input, wait_seconds: 20 }, { timeout })).rejects.toThrow(/timed out|timeout/i);

describe("the same call", () => {
  it("made many times at once creates one request", async () => {
    const input = newRequest();
    const answers = await times(10, (place) => ask(input, agents[place % 2]));
    expect(new Set(answers.map((answer) => answer.confirmation_id)).size).toBe(1);
    expect(await idsOf(input.action)).toHaveLength(1);
  });

  it("returns the pending request, whatever the member order of the payload", async () => {
    const input = newRequest({ payload: { a: 1, b: { c: 2, d: 3 } } });
    const id = await idOf(input);
    expect(await idOf({ ...input, payload: { b: { d: 3, c: 2 }, a: 1 } })).toBe(id);
    expect(await idOf({ ...input, wait_seconds: 1 })).toBe(id);
    expect(await deliveredAt(id)).toBe(null);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ["approved", (id) => company.alex.decide(id)],
    ["expired", (id) => letExpire(id)],
    ["cancelled", (id) => company.api("POST", `/api/confirmations/${id}/cancel`)],
  ])("gets %s once, and is a new request after that", async (status, end) => {
    const input = newRequest();
    const id = await idOf(input);
    await end(id);
    expect(await ask(input)).toMatchObject({ confirmation_id: id, status, approved: status === "approved" });
    expect(await deliveredAt(id)).toEqual(expect.any(Number));
    const next = await ask(input);
    expect([next.confirmation_id === id, next.status, next.approved]).toEqual([false, "pending", false]);
  });

  it("is a new request after get_approval or consume_approval has delivered the outcome to its key", async () => {
    const input = newRequest();
    const looked = await idOf(input);
    await company.alex.decide(looked);
    await newest().call("get_approval", { confirmation_id: looked });
    const used = await idOf(input);
    expect(used).not.toBe(looked);
    await company.alex.decide(used);
    await newest().call("consume_approval", { confirmation_id: used, payload: input["payload"] });
    expect([looked, used]).not.toContain(await idOf(input));
  });

  it("gets its outcome even if another key, a list or REST has read it", async () => {
    const input = newRequest();
    const id = await idOf(input);
    await company.alex.decide(id);
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    expect((await other.call("get_approval", { confirmation_id: id })).result.approved).toBe(true);
    await newest().call("list_approvals", {});
    await company.api("GET", `/api/confirmations/${id}`);
    expect(await ask(input)).toMatchObject({ confirmation_id: id, approved: true });
  });

  it("learns that another key has used its approval", async () => {
    const input = newRequest();
    const id = await idOf(input);
    await company.alex.decide(id);
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    await other.call("consume_approval", { confirmation_id: id, payload: input["payload"] });
    expect(await ask(input)).toMatchObject({ confirmation_id: id, approved: false, status: "approved" });
  });
});

describe("another call", () => {
  it.each<[string, object]>([
    ["approver", { approver_username: "maria" }],
    ["action", { action: "Something else" }],
    ["payload", { payload: { a: 2 } }],
    ["idempotency_key", { idempotency_key: "another" }],
  ])("with another %s creates another request", async (_name, more) => {
    const input = newRequest({ payload: { a: 1 } });
    expect(await idOf({ ...input, ...more })).not.toBe(await idOf(input));
  });

  it("with the same arguments but another key creates another request", async () => {
    const input = newRequest();
    const other = await agentOf("old", await keyOf(company, DEFAULT_SCOPES));
    expect(await idOf(input, other)).not.toBe(await idOf(input));
  });
});

describe("idempotency_key", () => {
  it("returns the same request, also after its outcome was delivered", async () => {
    const input = newRequest({ idempotency_key: "the-one" });
    const id = await idOf(input);
    expect(await idOf(input)).toBe(id);
    await company.alex.decide(id);
    for (let round = 0; round < 3; round++)
      expect(await ask(input)).toMatchObject({ confirmation_id: id, approved: true });
  });

  it("creates one request when it is used many times at once", async () => {
    const input = newRequest({ idempotency_key: "at-once" });
    const answers = await times(10, () => ask(input));
    expect(new Set(answers.map((answer) => answer.confirmation_id)).size).toBe(1);
  });

  it("that is new creates another request, even while the same one is pending", async () => {
    const input = newRequest();
    const ids = [
      await idOf(input),
      await idOf({ ...input, idempotency_key: "first" }),
      await idOf({ ...input, idempotency_key: "second" }),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(await idOf(input)).toBe(ids[0]);
  });

  it("with another request is refused", async () => {
    const input = newRequest({ idempotency_key: "taken" });
    await ask(input);
    const result = await ask({ ...input, payload: { a: 2 } });
    expect([result.approved, result.code]).toEqual([false, "idempotency_mismatch"]);
  });

  it("expires after a day", async () => {
    const input = newRequest({ idempotency_key: "yesterday" });
    const id = await idOf(input);
    await rows("UPDATE idempotency SET created_at = created_at - ?1", 24 * 60 * MINUTE);
    expect(await idOf(input)).not.toBe(id);
  });
});

describe("a rejection", () => {
  async function rejected(): Promise<{ input: Input; id: string }> {
    const input = newRequest();
    const id = await idOf(input);
    await company.alex.decide(id, { vote: "reject", reason: "no" });
    expect(await ask(input)).toMatchObject({ status: "rejected", approved: false, reason: "no" });
    return { input, id };
  }
  const back = (id: string, column: "decided_at" | "delivered_at", minutes: number) =>
    rows(`UPDATE confirmations SET ${column} = ${column} - ?1 WHERE id = ?2`, minutes * MINUTE, id);

  it("locks the same call, with any idempotency_key, and says until when", async () => {
    const { input, id } = await rejected();
    for (const more of [{}, { idempotency_key: "a-workaround" }, { wait_seconds: 5 }]) {
      const { result, isError } = await newest().call(TOOL, { ...input, ...more });
      expect([isError, result.approved, result.code]).toEqual([true, false, "rejection_locked"]);
      expect(result.message).toContain(id);
      expect(result.message).toMatch(/before \d{4}-\d{2}-\d{2}T/);
    }
    expect(await idsOf(input["action"])).toEqual([id]);
  });

  it("locks no other payload, no other key and no backend", async () => {
    const { input } = await rejected();
    expect((await ask({ ...input, payload: { a: 2 } })).status).toBe("pending");
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    expect((await ask(input, other)).status).toBe("pending");
    const { action, payload } = input;
    const created = await company.api("POST", "/api/confirmations", { username: "alex", action, payload });
    expect(created.status).toBe(201);
  });

  it("locks for 15 minutes after the decision", async () => {
    const { input, id } = await rejected();
    await back(id, "delivered_at", 60);
    await back(id, "decided_at", 14);
    expect((await ask(input)).code).toBe("rejection_locked");
    await back(id, "decided_at", 1);
    expect((await ask(input)).status).toBe("pending");
  });

  it("locks for 15 minutes after its delivery, however late that was", async () => {
    const { input, id } = await rejected();
    await back(id, "decided_at", 60);
    await back(id, "delivered_at", 14);
    expect((await ask(input)).code).toBe("rejection_locked");
    await back(id, "delivered_at", 1);
    expect((await ask(input)).status).toBe("pending");
  });
});

/** Whether the repeated call gets the approval, and whether a third call still gets it. */
async function afterTimeout(agent: Agent, timeout: number): Promise<{ found: boolean; again: boolean }> {
  const input = newRequest();
  await expectTimeout(input, agent, timeout);
  const [id = ""] = await idsOf(input.action);
  await company.alex.decide(id);
  expect(await deliveredAt(id)).toBe(null);
  const second = await ask(input, agent);
  const third = await ask(input, agent);
  return {
    found: second.confirmation_id === id && second.approved,
    again: third.confirmation_id === id || third.approved,
  };
}
type GivenUp = Awaited<ReturnType<typeof afterTimeout>>;
const ONCE: GivenUp = { found: true, again: false };

it("clients with a timeout of five seconds, as in Python, get the approval, once", async () => {
  expect(await patientClients).toEqual([ONCE, ONCE]);
}, 20_000);

describe.each(ERAS.map((era, place) => [era, place] as const))("a client of the %s era", (era, place) => {
  const agent = (): Agent => agents[place] ?? newest();

  it("that times out gets the approval, once", async () => {
    expect(await afterTimeout(agent(), 1_000)).toEqual(ONCE);
  });

  it("that times out gets the rejection, and is locked only then", async () => {
    const input = newRequest();
    await expectTimeout(input, agent(), 300);
    const [id = ""] = await idsOf(input.action);
    await company.alex.decide(id, { vote: "reject" });
    expect(await ask(input, agent())).toMatchObject({ confirmation_id: id, status: "rejected" });
    expect((await ask(input, agent())).code).toBe("rejection_locked");
  });

  it("that times out and repeats its call at once gets the outcome from the second call", async () => {
    const input = newRequest();
    await expectTimeout(input, agent(), 300);
    const second = ask({ ...input, wait_seconds: 20 }, agent());
    const id = await idSoon(input.action);
    await scheduler.wait(200);
    await company.alex.decide(id);
    expect(await second).toMatchObject({ confirmation_id: id, approved: true });
    expect(await deliveredAt(id)).toEqual(expect.any(Number));
    expect(await idOf(input, agent())).not.toBe(id);
  });

  it("that disappears without a message and repeats its call gets the outcome from the second call", async () => {
    const input = newRequest({ wait_seconds: 20 });
    const first = send(company.apiKey, message(era, TOOL, input, 1), headersOf(era, TOOL));
    const id = await idSoon(input.action);
    await scheduler.wait(100);
    const second = send(company.apiKey, message(era, TOOL, input, 2), headersOf(era, TOOL));
    await scheduler.wait(300);
    await company.alex.decide(id);
    for (const { answer } of await Promise.all([first, second]))
      expect(answer.result.structuredContent).toMatchObject({ confirmation_id: id, approved: true });
    expect(await idOf({ ...input, wait_seconds: 0 }, agent())).not.toBe(id);
  });

  it("that stops reading its answer gets it when it repeats the call", async () => {
    const input = newRequest({ wait_seconds: 20 });
    const response = await fetchWorker(`${ORIGIN}/mcp`, {
      method: "POST",
      headers: { "x-api-key": company.apiKey, ...headersOf(era, TOOL) },
      body: JSON.stringify(message(era, TOOL, input)),
    });
    const id = await idSoon(input.action);
    await response.body?.cancel();
    await company.alex.decide(id);
    await scheduler.wait(100);
    expect(await ask({ ...input, wait_seconds: 0 }, agent())).toMatchObject({
      confirmation_id: id,
      approved: true,
    });
  });

  it("is not affected by a cancellation from another key", async () => {
    const input = newRequest({ wait_seconds: 20 });
    const waiting = send(company.apiKey, message(era, TOOL, input, 77), headersOf(era, TOOL));
    const id = await idSoon(input.action);
    const cancellation = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 77 } };
    const other = await keyOf(company, DEFAULT_SCOPES);
    expect((await send(other, cancellation, headersOf("old", ""))).status).toBe(202);
    await company.alex.decide(id);
    expect((await waiting).answer.result.structuredContent.approved).toBe(true);
    expect(await deliveredAt(id)).toEqual(expect.any(Number));
  });
});
