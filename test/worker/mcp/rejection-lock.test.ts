import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { backend } from "../../support/browser-client.ts";
import { agentOf, keyOf, newRequest, type Agent } from "../support/mcp-agent.ts";
import { rows } from "../support/database-rows.ts";
import { fetchWorker, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// After a rejection an agent can't ask the same again with a space or a capital letter more.

const MINUTE = 60_000;

let platform: Platform;
let company: Company;
let agent: Agent;
/** A key that says that an agent uses it. */
let agentKey: string;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  await company.enrolled("maria");
  agent = await agentOf("new", company.apiKey);
  const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", company.store.tenantId);
  agentKey = await newKey(platform, company.store, String(project?.["id"]), "Bot", DEFAULT_SCOPES, true);
});
afterAll(() => reset());

type Input = ReturnType<typeof newRequest>;
const ask = async (input: Input, by = agent) => (await by.call("request_human_approval", input)).result;
/** Over REST. Returns the status and the code of a refusal. */
async function askByRest(
  key: string,
  { action, payload, approver_username: username }: Input,
  name?: string,
) {
  const headers = name === undefined ? {} : { "idempotency-key": name };
  const call = backend(fetchWorker, ORIGIN, key);
  const { status, body } = await call("POST", "/api/confirmations", { username, action, payload }, headers);
  return { status, code: body.code, id: body.id };
}
const reject = (id: string) => company.alex.decide(id, { vote: "reject", reason: "no" });

/** A request that was rejected, whose rejection the agent has read. */
async function rejected(more: object = {}): Promise<Input> {
  const input = newRequest(more);
  await reject((await ask(input)).confirmation_id);
  expect((await ask(input)).status).toBe("rejected");
  return input;
}

const PAYLOAD = { service: "Api", place: "Café", to: { names: ["Alex", "b"], port: 80 }, dry: false };
const withPayload = (changed: object) => (input: Input) => ({
  ...input,
  payload: { ...PAYLOAD, ...changed },
});

describe("a rejected request of an agent", () => {
  it.each<[string, (input: Input) => Input]>([
    ["the same", (input) => input],
    ["the action in another case", (input) => ({ ...input, action: input.action.toUpperCase() })],
    ["the action with white space around", (input) => ({ ...input, action: ` ${input.action}\u00a0` })],
    ["a text of the payload in another case", withPayload({ service: "aPI" })],
    ["a text of the payload with white space around", withPayload({ service: "Api\n" })],
    ["a text deep in the payload", withPayload({ to: { names: ["ALEX ", "B"], port: 80 } })],
    ["a letter and its accent as two characters", withPayload({ place: "Cafe\u0301" })],
    ["another idempotency_key", (input) => ({ ...input, idempotency_key: "a-workaround" })],
  ])("is locked with %s", async (_, change) => {
    const input = await rejected({ payload: PAYLOAD });
    expect((await ask(change(input))).code).toBe("rejection_locked");
  });

  it.each<[string, (input: Input) => Input]>([
    ["other words in the action", (input) => ({ ...input, action: `${input.action} please` })],
    ["white space inside the action", (input) => ({ ...input, action: input.action.replace(" ", "  ") })],
    ["a number", withPayload({ to: { names: ["Alex", "b"], port: 81 } })],
    ["a number as a text", withPayload({ to: { names: ["Alex", "b"], port: "80" } })],
    ["the name of a member", (input) => ({ ...input, payload: { ...PAYLOAD, dry: undefined, Dry: false } })],
    ["the order of a list", withPayload({ to: { names: ["b", "Alex"], port: 80 } })],
    ["one more member", withPayload({ note: "" })],
    ["another approver", (input) => ({ ...input, approver_username: "maria" })],
  ])("is a new one with %s changed", async (_, change) => {
    const input = await rejected({ payload: PAYLOAD });
    expect((await ask(change(input))).status).toBe("pending");
  });

  it("is a new one for another key", async () => {
    const input = await rejected();
    const other = await agentOf("new", await keyOf(company, DEFAULT_SCOPES));
    expect((await ask(input, other)).status).toBe("pending");
  });

  it("is locked from the last rejection, whichever request was made first", async () => {
    const input = newRequest();
    const first = (await ask(input)).confirmation_id;
    const second = (await ask({ ...input, action: ` ${input.action}` })).confirmation_id;
    expect(second).not.toBe(first);
    await reject(second);
    await reject(first);
    await rows("UPDATE confirmations SET decided_at = decided_at - ?1 WHERE id = ?2", 20 * MINUTE, second);
    const { code, message } = await ask({ ...input, action: `${input.action}\t` });
    expect([code, message]).toEqual(["rejection_locked", expect.stringContaining(first)]);
  });
});

describe("an equal request", () => {
  it("is only the exact one: another case or white space asks again", async () => {
    const input = newRequest();
    const { confirmation_id: id } = await ask(input);
    expect((await ask(input)).confirmation_id).toBe(id);
    const other = await ask({ ...input, action: input.action.toUpperCase() });
    expect([other.status, other.confirmation_id === id]).toEqual(["pending", false]);
  });
});

describe("over REST", () => {
  it("a key of an agent is locked, with any Idempotency-Key", async () => {
    const input = newRequest();
    const { id } = await askByRest(agentKey, input);
    await reject(id);
    const changed = { ...input, action: ` ${input.action.toUpperCase()}` };
    for (const name of [undefined, "one", "two"])
      expect(await askByRest(agentKey, changed, name)).toMatchObject({
        status: 409,
        code: "rejection_locked",
      });
    expect((await ask(changed, await agentOf("new", agentKey))).code).toBe("rejection_locked");
    await rows("UPDATE confirmations SET decided_at = decided_at - ?1 WHERE id = ?2", 15 * MINUTE, id);
    expect((await askByRest(agentKey, changed)).status).toBe(201);
  });

  it("a key of an agent gets the first answer again for its Idempotency-Key, after the rejection, too", async () => {
    const input = newRequest();
    const { id } = await askByRest(agentKey, input, "once");
    await reject(id);
    expect(await askByRest(agentKey, input, "once")).toMatchObject({ id });
    expect((await askByRest(agentKey, input, "twice")).code).toBe("rejection_locked");
  });

  it("each request of an agent is a new one while none is rejected", async () => {
    const input = newRequest();
    const first = await askByRest(agentKey, input);
    const second = await askByRest(agentKey, input);
    expect([first.status, second.status, first.id === second.id]).toEqual([201, 201, false]);
  });

  it("a key of a backend is never locked, and its rejections lock no agent of the same key", async () => {
    const input = newRequest();
    await reject((await askByRest(company.apiKey, input)).id);
    expect((await askByRest(company.apiKey, input)).status).toBe(201);
    expect((await ask(input)).status).toBe("pending");
  });
});
