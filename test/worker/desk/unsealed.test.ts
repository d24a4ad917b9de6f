import { reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { rows } from "../support/database-rows.ts";
import { breakLog } from "../support/log-storage.ts";
import { agentOf, idsOf, newRequest, type Agent } from "../support/mcp-agent.ts";
import { PAYLOAD, restCalls, type RestCalls } from "../support/rest-calls.ts";
import {
  bindings,
  freshPlatform,
  newCompany,
  type Company,
  wakeAllDesks,
} from "../support/worker-fixture.ts";

// A decision that is not in the log yet: a requester's key must not notice it. The log is down until the last
// test.

const TOOL = "request_human_approval";

let platform: Platform;
let company: Company;
let calls: RestCalls;
let agent: Agent;
let repairLog: () => Promise<void>;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  calls = restCalls(company);
  agent = await agentOf("new", company.apiKey);
  repairLog = await breakLog();
});
// A retry after this file would write into the next file's log.
afterAll(async () => {
  await runInDurableObject(bindings.DESK.getByName(company.store.tenantId), (_instance, { storage }) =>
    storage.deleteAlarm(),
  );
  await reset();
});

const VOTES = [
  ["approve", "approved"],
  ["reject", "rejected"],
] as const;
const ask = async (input: Record<string, unknown>) => (await agent.call(TOOL, input)).result;

/** A form carries the id of the row that it will create. */
const withoutNewIds = (html: string) => html.replaceAll(/value="[jkq]_\w+"/g, "");

async function decideUnsealed(id: string, vote: "approve" | "reject"): Promise<void> {
  const { status, body } = await company.alex.decide(id, { vote, reason: "a secret" });
  expect([status, body.sealed]).toEqual([200, false]);
}

describe.each(VOTES)("with an unsealed decision to %s", (vote, outcome) => {
  it("an agent's repeated call gets the pending request", async () => {
    const input = newRequest();
    const { confirmation_id: id } = await ask(input);
    await decideUnsealed(id, vote);
    expect(await ask(input)).toMatchObject({ confirmation_id: id, status: "pending", approved: false });
  });

  it("an agent's call with a new idempotency_key creates another request, as while the first is pending", async () => {
    const input = newRequest();
    const { confirmation_id: id } = await ask(input);
    const whilePending = await ask({ ...input, idempotency_key: `${vote}-while-pending` });
    await decideUnsealed(id, vote);
    const afterwards = await ask({ ...input, idempotency_key: `${vote}-afterwards` });
    expect([whilePending.status, afterwards.status]).toEqual(["pending", "pending"]);
    expect(await idsOf(input.action)).toEqual([id, whilePending.confirmation_id, afterwards.confirmation_id]);
  });

  it("every answer about the request is the one before the decision", async () => {
    const id = await company.asked();
    const path = `/api/confirmations/${id}`;
    const observe = async () => {
      const read = await calls.raw(path);
      const { body: use } = await calls.consume(id);
      const listed = await company.api("GET", "/api/confirmations?limit=1&status=pending");
      const others = await company.api("GET", `/api/confirmations?status=${outcome}`);
      const used = await agent.call("consume_approval", { confirmation_id: id, payload: PAYLOAD });
      return {
        read: [read.status, read.headers.get("etag"), read.headers.get("retry-after"), await read.json()],
        use: [use.code, use.detail],
        receipt: (await calls.raw(`${path}/receipt`)).status,
        listed: listed.body.data,
        others: others.body.data,
        got: await agent.call("get_approval", { confirmation_id: id }),
        used,
        inList: (await agent.call("list_approvals", { status: "pending", limit: 1 })).text,
      };
    };
    const before = await observe();
    await decideUnsealed(id, vote);
    expect(await observe()).toEqual(before);
  });

  it("the console stays the same, with what it counts and every filter of its list", async () => {
    const id = await company.asked();
    // Opening the page is no decision, and the figures count it.
    await company.alex.sign(id);
    const observe = async () =>
      Promise.all(
        ["", "/requests", "/requests?status=pending", `/requests?status=${outcome}`, "/figures"].map(
          async (path) => withoutNewIds(await (await company.alex.get(`/console${path}`)).text()),
        ),
      );
    const before = await observe();
    await decideUnsealed(id, vote);
    expect(await observe()).toEqual(before);
  });

  it("a poller's ETag stays the same", async () => {
    const id = await company.asked();
    const path = `/api/confirmations/${id}`;
    const tag = (await calls.raw(path)).headers.get("etag") ?? "";
    await decideUnsealed(id, vote);
    const same = await calls.raw(path, { "if-none-match": tag });
    expect([same.status, same.headers.get("retry-after")]).toEqual([304, "2"]);
  });

  it("a waiting call waits to the end of its time", async () => {
    const id = await company.asked();
    const start = Date.now();
    const waiting = calls.read(id, "?wait=2");
    await decideUnsealed(id, vote);
    expect((await waiting).body.status).toBe("pending");
    expect((await calls.read(id, "?wait=1")).body.status).toBe("pending");
    expect(Date.now() - start).toBeGreaterThanOrEqual(2_900);
  });

  it("a cancellation is refused without the outcome", async () => {
    const id = await company.asked();
    await decideUnsealed(id, vote);
    const refused = await calls.cancel(id);
    expect([refused.status, refused.body.detail]).toEqual([409, "the request was already decided"]);
    const { result, text } = await agent.call("cancel_approval", { confirmation_id: id });
    expect(result.code).toBe("already_decided");
    for (const answer of [JSON.stringify(refused.body), text])
      expect(answer).not.toMatch(/was already (approved|rejected)|a secret/);
    expect((await calls.read(id)).body.status).toBe("pending");
  });
});

describe("once the log is back", () => {
  it("the ETag changes, and the rejection locks the same call", async () => {
    const input = newRequest();
    const { confirmation_id: id } = await ask(input);
    const path = `/api/confirmations/${id}`;
    const tag = (await calls.raw(path)).headers.get("etag") ?? "";
    await decideUnsealed(id, "reject");
    await repairLog();
    await wakeAllDesks();
    const sealed = await calls.raw(path, { "if-none-match": tag });
    expect([sealed.status, (await sealed.json<{ status: string }>()).status]).toEqual([200, "rejected"]);
    expect((await ask({ ...input, idempotency_key: "again" })).code).toBe("rejection_locked");
    expect(await rows("SELECT seq FROM outbox WHERE idx IS NULL")).toEqual([]);
  });
});
