import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../../src/app/account/api-keys.ts";
import { ERAS, headersOf, message } from "../../support/mcp-messages.ts";
import { agentOf, anew, idsOf, idSoon, keyOf, send, type Agent } from "../support/mcp-agent.ts";
import { overdue, times } from "../support/rest-calls.ts";
import { emptyHouse, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// Agents that give up and ask again: the outcome waits for them, and nobody is asked twice for one thing.

const MINUTE = 60_000;
const TOOL = "request_human_approval";

let company: Company;
/** They wait for five seconds, so the other tests run meanwhile. */
let patientClients: Promise<readonly GivenUp[]>;
const agents: Agent[] = [];
beforeAll(async () => {
  company = await newCompany(await emptyHouse());
  await company.enrolled("maria");
  for (const era of ERAS) agents.push(await agentOf(era, company.apiKey));
  patientClients = Promise.all(agents.map((agent) => afterGivingUp(agent, 5_000)));
});
afterAll(() => reset());

const newest = (): Agent => {
  const agent = agents.at(-1);
  if (agent === undefined) throw new Error("there is no agent yet");
  return agent;
};
type Given = Record<string, unknown>;
const ask = async (given: Given, agent = newest()) => (await agent.call(TOOL, given)).told;
const idOf = async (given: Given, agent = newest()): Promise<string> =>
  (await ask(given, agent)).confirmation_id;
const deliveredAt = async (id: string) =>
  (await rows("SELECT delivered_at FROM confirmations WHERE id = ?1", id))[0]?.["delivered_at"];
/** Its client looks away at once, as one does whose own time is over. */
const givesUp = (given: Given, agent: Agent, timeout: number) =>
  expect(agent.call(TOOL, { ...given, wait_seconds: 20 }, { timeout })).rejects.toThrow(/timed out|timeout/i);

describe("the same call", () => {
  it("of many at once makes one request", async () => {
    const given = anew();
    const told = await times(10, (place) => ask(given, agents[place % 2]));
    expect(new Set(told.map((one) => one.confirmation_id)).size).toBe(1);
    expect(await idsOf(given.action)).toHaveLength(1);
  });

  it("finds the request while it is pending, however the payload is spelled", async () => {
    const given = anew({ payload: { a: 1, b: { c: 2, d: 3 } } });
    const id = await idOf(given);
    expect(await idOf({ ...given, payload: { b: { d: 3, c: 2 }, a: 1 } })).toBe(id);
    expect(await idOf({ ...given, wait_seconds: 1 })).toBe(id);
    expect(await deliveredAt(id)).toBe(null);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ["approved", (id) => company.alex.decide(id)],
    ["expired", (id) => overdue(id)],
    ["cancelled", (id) => company.api("POST", `/api/confirmations/${id}/cancel`)],
  ])("is told %s once, and is a new question after that", async (status, end) => {
    const given = anew();
    const id = await idOf(given);
    await end(id);
    expect(await ask(given)).toMatchObject({ confirmation_id: id, status, approved: status === "approved" });
    expect(await deliveredAt(id)).toEqual(expect.any(Number));
    const next = await ask(given);
    expect([next.confirmation_id === id, next.status, next.approved]).toEqual([false, "pending", false]);
  });

  it("is a new question after get_approval or a use has told its key", async () => {
    const given = anew();
    const looked = await idOf(given);
    await company.alex.decide(looked);
    await newest().call("get_approval", { confirmation_id: looked });
    const used = await idOf(given);
    expect(used).not.toBe(looked);
    await company.alex.decide(used);
    await newest().call("consume_approval", { confirmation_id: used, payload: given["payload"] });
    expect([looked, used]).not.toContain(await idOf(given));
  });

  it("finds its outcome though another key, a list or REST has read it", async () => {
    const given = anew();
    const id = await idOf(given);
    await company.alex.decide(id);
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    expect((await other.call("get_approval", { confirmation_id: id })).told.approved).toBe(true);
    await newest().call("list_approvals", {});
    await company.api("GET", `/api/confirmations/${id}`);
    expect(await ask(given)).toMatchObject({ confirmation_id: id, approved: true });
  });

  it("finds that its approval was used by another key", async () => {
    const given = anew();
    const id = await idOf(given);
    await company.alex.decide(id);
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    await other.call("consume_approval", { confirmation_id: id, payload: given["payload"] });
    expect(await ask(given)).toMatchObject({ confirmation_id: id, approved: false, status: "approved" });
  });
});

describe("another call", () => {
  it.each<[string, object]>([
    ["approver", { approver_username: "maria" }],
    ["action", { action: "Something else" }],
    ["payload", { payload: { a: 2 } }],
    ["name of its own", { idempotency_key: "another" }],
  ])("with another %s is another request", async (_name, more) => {
    const given = anew({ payload: { a: 1 } });
    expect(await idOf({ ...given, ...more })).not.toBe(await idOf(given));
  });

  it("is that of another key, though it is the same", async () => {
    const given = anew();
    const other = await agentOf("old", await keyOf(company, DEFAULT_SCOPES));
    expect(await idOf(given, other)).not.toBe(await idOf(given));
  });
});

describe("idempotency_key", () => {
  it("gives the same request, also when its outcome was told", async () => {
    const given = anew({ idempotency_key: "the-one" });
    const id = await idOf(given);
    expect(await idOf(given)).toBe(id);
    await company.alex.decide(id);
    for (let round = 0; round < 3; round++)
      expect(await ask(given)).toMatchObject({ confirmation_id: id, approved: true });
  });

  it("makes one request of many at once", async () => {
    const given = anew({ idempotency_key: "at-once" });
    const told = await times(10, () => ask(given));
    expect(new Set(told.map((one) => one.confirmation_id)).size).toBe(1);
  });

  it("that is new asks anew, even while the same is pending", async () => {
    const given = anew();
    const ids = [
      await idOf(given),
      await idOf({ ...given, idempotency_key: "first" }),
      await idOf({ ...given, idempotency_key: "second" }),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(await idOf(given)).toBe(ids[0]);
  });

  it("with another request is refused", async () => {
    const given = anew({ idempotency_key: "taken" });
    await ask(given);
    const told = await ask({ ...given, payload: { a: 2 } });
    expect([told.approved, told.code]).toEqual([false, "idempotency_mismatch"]);
  });

  it("is forgotten after a day", async () => {
    const given = anew({ idempotency_key: "yesterday" });
    const id = await idOf(given);
    await rows("UPDATE idempotency SET created_at = created_at - ?1", 24 * 60 * MINUTE);
    expect(await idOf(given)).not.toBe(id);
  });
});

describe("a rejection", () => {
  async function rejected(): Promise<{ given: Given; id: string }> {
    const given = anew();
    const id = await idOf(given);
    await company.alex.decide(id, { decision: "reject", reason: "no" });
    expect(await ask(given)).toMatchObject({ status: "rejected", approved: false, reason: "no" });
    return { given, id };
  }
  const back = (id: string, column: "decided_at" | "delivered_at", minutes: number) =>
    rows(`UPDATE confirmations SET ${column} = ${column} - ?1 WHERE id = ?2`, minutes * MINUTE, id);

  it("locks the same call, by whatever name, and says until when", async () => {
    const { given, id } = await rejected();
    for (const more of [{}, { idempotency_key: "a-way-round" }, { wait_seconds: 5 }]) {
      const { told, isError } = await newest().call(TOOL, { ...given, ...more });
      expect([isError, told.approved, told.code]).toEqual([true, false, "rejection_locked"]);
      expect(told.message).toContain(id);
      expect(told.message).toMatch(/before \d{4}-\d{2}-\d{2}T/);
    }
    expect(await idsOf(given["action"])).toEqual([id]);
  });

  it("locks no other payload, no other key and no backend", async () => {
    const { given } = await rejected();
    expect((await ask({ ...given, payload: { a: 2 } })).status).toBe("pending");
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    expect((await ask(given, other)).status).toBe("pending");
    const { action, payload } = given;
    const created = await company.api("POST", "/api/confirmations", { username: "alex", action, payload });
    expect(created.status).toBe(201);
  });

  it("locks for 15 minutes after the decision", async () => {
    const { given, id } = await rejected();
    await back(id, "delivered_at", 60);
    await back(id, "decided_at", 14);
    expect((await ask(given)).code).toBe("rejection_locked");
    await back(id, "decided_at", 1);
    expect((await ask(given)).status).toBe("pending");
  });

  it("locks for 15 minutes after it was told, however late that was", async () => {
    const { given, id } = await rejected();
    await back(id, "decided_at", 60);
    await back(id, "delivered_at", 14);
    expect((await ask(given)).code).toBe("rejection_locked");
    await back(id, "delivered_at", 1);
    expect((await ask(given)).status).toBe("pending");
  });
});

/** What it finds when it asks again, and whether a third call still finds that. */
async function afterGivingUp(agent: Agent, timeout: number): Promise<{ found: boolean; again: boolean }> {
  const given = anew();
  await givesUp(given, agent, timeout);
  const [id = ""] = await idsOf(given.action);
  await company.alex.decide(id);
  expect(await deliveredAt(id)).toBe(null);
  const second = await ask(given, agent);
  const third = await ask(given, agent);
  return {
    found: second.confirmation_id === id && second.approved,
    again: third.confirmation_id === id || third.approved,
  };
}
type GivenUp = Awaited<ReturnType<typeof afterGivingUp>>;
const ONCE: GivenUp = { found: true, again: false };

it("clients that give up after five seconds, as Python's do, find the approval, once", async () => {
  expect(await patientClients).toEqual([ONCE, ONCE]);
}, 20_000);

describe.each(ERAS.map((era, place) => [era, place] as const))("a client of the %s era", (era, place) => {
  const agent = (): Agent => agents[place] ?? newest();

  it("that gives up finds the approval, once", async () => {
    expect(await afterGivingUp(agent(), 1_000)).toEqual(ONCE);
  });

  it("that gives up finds the rejection, and only then is locked", async () => {
    const given = anew();
    await givesUp(given, agent(), 300);
    const [id = ""] = await idsOf(given.action);
    await company.alex.decide(id, { decision: "reject" });
    expect(await ask(given, agent())).toMatchObject({ confirmation_id: id, status: "rejected" });
    expect((await ask(given, agent())).code).toBe("rejection_locked");
  });

  it("that gives up and asks again at once is told by its second call", async () => {
    const given = anew();
    await givesUp(given, agent(), 300);
    const second = ask({ ...given, wait_seconds: 20 }, agent());
    const id = await idSoon(given.action);
    await scheduler.wait(200);
    await company.alex.decide(id);
    expect(await second).toMatchObject({ confirmation_id: id, approved: true });
    expect(await deliveredAt(id)).toEqual(expect.any(Number));
    expect(await idOf(given, agent())).not.toBe(id);
  });

  it("that vanishes without a word and asks again is told by its second call", async () => {
    const given = anew({ wait_seconds: 20 });
    const first = send(company.apiKey, message(era, TOOL, given, 1), headersOf(era, TOOL));
    const id = await idSoon(given.action);
    await scheduler.wait(100);
    const second = send(company.apiKey, message(era, TOOL, given, 2), headersOf(era, TOOL));
    await scheduler.wait(300);
    await company.alex.decide(id);
    for (const { answer } of await Promise.all([first, second]))
      expect(answer.result.structuredContent).toMatchObject({ confirmation_id: id, approved: true });
    expect(await idOf({ ...given, wait_seconds: 0 }, agent())).not.toBe(id);
  });

  it("that cancels the reading of its answer finds it when it asks again", async () => {
    const given = anew({ wait_seconds: 20 });
    const response = await fetchWorker(`${ORIGIN}/mcp`, {
      method: "POST",
      headers: { "x-api-key": company.apiKey, ...headersOf(era, TOOL) },
      body: JSON.stringify(message(era, TOOL, given)),
    });
    const id = await idSoon(given.action);
    await response.body?.cancel();
    await company.alex.decide(id);
    await scheduler.wait(100);
    expect(await ask({ ...given, wait_seconds: 0 }, agent())).toMatchObject({
      confirmation_id: id,
      approved: true,
    });
  });

  it("is not answered for by a stranger's word that it has hung up", async () => {
    const given = anew({ wait_seconds: 20 });
    const waiting = send(company.apiKey, message(era, TOOL, given, 77), headersOf(era, TOOL));
    const id = await idSoon(given.action);
    const word = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 77 } };
    const other = await keyOf(company, DEFAULT_SCOPES);
    expect((await send(other, word, headersOf("old", ""))).status).toBe(202);
    await company.alex.decide(id);
    expect((await waiting).answer.result.structuredContent.approved).toBe(true);
    expect(await deliveredAt(id)).toEqual(expect.any(Number));
  });
});
