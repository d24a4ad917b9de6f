import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import type { Scope } from "../../../src/core/confirmation/scopes.ts";
import { parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { VERSION } from "../../../src/http/version.ts";
import { version } from "../../../package.json" with { type: "json" };
import { ENVELOPE, ERAS, headersOf, message, type Era } from "../../support/mcp-messages.ts";
import {
  agentOf,
  newRequest,
  idSoon,
  keyOf,
  send,
  type Agent,
  type ToolAnswer,
} from "../support/mcp-agent.ts";
import { insertChannel } from "../sending/support/insert-channel.ts";
import { restCalls, letExpire } from "../support/rest-calls.ts";
import { freshPlatform, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// The MCP endpoint with the official clients of both eras: what each tool answers, and to whom.

interface LongWait {
  readonly status: string;
  readonly reports: readonly { progress: number; total?: number | undefined }[];
}

let platform: Platform;
let company: Company;
/** They take eleven seconds, so the other tests run meanwhile. */
let longWaits: Promise<readonly LongWait[]>;
const agents = new Map<Era, Agent>();
const agentIn = (era: Era): Agent => {
  const agent = agents.get(era);
  if (agent === undefined) throw new Error("there is no agent yet");
  return agent;
};
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  for (const era of ERAS) agents.set(era, await agentOf(era, company.apiKey));
  longWaits = Promise.all(ERAS.map(waitWithProgress));
});
afterAll(() => reset());

async function waitWithProgress(era: Era): Promise<LongWait> {
  const reports: LongWait["reports"][number][] = [];
  const input = newRequest({ wait_seconds: 11 });
  const { result } = await agentIn(era).call("request_human_approval", input, {
    onprogress: (report) => reports.push(report),
  });
  return { status: result.status, reports };
}

/** A valid call of each tool. Only the caller can be wrong. */
const CALLS: Readonly<Record<string, readonly [scope: Scope, input: Record<string, unknown>]>> = {
  request_human_approval: [
    "confirmations:create",
    { action: "Deploy", payload: {}, approver_username: "alex", wait_seconds: 0 },
  ],
  get_approval: ["confirmations:read", { confirmation_id: "c_absent" }],
  cancel_approval: ["confirmations:create", { confirmation_id: "c_absent" }],
  consume_approval: ["confirmations:consume", { confirmation_id: "c_absent", payload: {} }],
  list_approvals: ["confirmations:read", {}],
  list_approvers: ["confirmations:create", {}],
};

it("uses the newest revision with the newer client, and the older revision with the older client", () => {
  expect(ERAS.map((era) => agentIn(era).version)).toEqual(["2025-11-25", "2026-07-28"]);
});

const OUTCOMES: readonly (readonly [status: string, end: (id: string) => Promise<unknown>])[] = [
  ["approved", (id) => company.alex.decide(id)],
  ["rejected", (id) => company.alex.decide(id, { vote: "reject", reason: "not today" })],
  ["expired", (id) => letExpire(id)],
  ["cancelled", (id) => restCalls(company).cancel(id)],
  ["pending", async () => undefined],
];

/** How an agent can read an outcome. */
const READS: readonly (readonly [
  string,
  (agent: Agent, input: Record<string, unknown>, id: string) => Promise<ToolAnswer>,
])[] = [
  ["repeating the call", (agent, input) => agent.call("request_human_approval", input)],
  ["get_approval", (agent, _given, id) => agent.call("get_approval", { confirmation_id: id })],
  [
    "get_approval with a wait",
    (agent, _given, id) => agent.call("get_approval", { confirmation_id: id, wait_seconds: 1 }),
  ],
];

describe.each(ERAS)("an agent of the %s era", (era) => {
  describe.each(READS)("by %s", (_name, look) => {
    it.each(OUTCOMES)(
      "gets %s as the same text and structured content, and approved=true only for an approval",
      async (status, end) => {
        const agent = agentIn(era);
        const input = newRequest();
        const first = await agent.call("request_human_approval", input);
        expect(first).toMatchObject({ isError: false, result: { approved: false, status: "pending" } });
        const id = first.result.confirmation_id;
        await end(id);
        const { result, text, isError } = await look(agent, input, id);
        expect(Object.keys(result)[0]).toBe("approved");
        expect(text).toBe(JSON.stringify(result));
        expect([isError, result.approved]).toEqual([false, status === "approved"]);
        expect(result).toMatchObject({
          status,
          confirmation_id: id,
          approver: "alex",
          action: input.action,
          payload_sha256: first.result.payload_sha256,
          comparison_code: first.result.comparison_code,
          approval_url: `${ORIGIN}/approve/${id}`,
          next_step: expect.stringContaining(status === "approved" ? "You may" : "Do NOT"),
        });
        expect(result.reason).toBe(status === "rejected" ? "not today" : undefined);
        expect("retry_after_seconds" in result).toBe(status === "pending");
      },
    );
  });

  it.each(OUTCOMES.filter(([status]) => status !== "expired" && status !== "pending"))(
    "that waits gets %s as it happens",
    async (status, end) => {
      const input = newRequest({ wait_seconds: 40 });
      const start = Date.now();
      const waiting = agentIn(era).call("request_human_approval", input);
      const id = await idSoon(input.action);
      await end(id);
      const { result } = await waiting;
      // A cancel wakes no waiter, because the requester made it.
      expect([result.confirmation_id, result.status]).toEqual([id, status]);
      expect(Date.now() - start).toBeLessThan(20_000);
    },
  );

  it("that waits without an outcome gets pending at the deadline, without an error", async () => {
    const { result, isError } = await agentIn(era).call(
      "request_human_approval",
      newRequest({ wait_seconds: 1 }),
    );
    expect([result.approved, result.status, isError]).toEqual([false, "pending", false]);
  });

  it("gets a list that is never an approval", async () => {
    const agent = agentIn(era);
    const input = newRequest();
    const { result: asked } = await agent.call("request_human_approval", input);
    await company.alex.decide(asked.confirmation_id);
    const { result, text, isError } = await agent.call("list_approvals", { limit: 2, status: "approved" });
    expect(text).toBe(JSON.stringify(result));
    expect(Object.keys(result)).toEqual(["approved", "approvals", "has_more", "next_step"]);
    expect([result.approved, isError, result.approvals.length, result.has_more]).toEqual([
      false,
      false,
      2,
      true,
    ]);
    expect(result.approvals[0]).toMatchObject({
      confirmation_id: asked.confirmation_id,
      status: "approved",
      action: input.action,
      consumed_at: null,
    });
    expect(text).not.toContain('"approved":true');
  });

  it("lists who can be asked, and says to show the address if a notice reaches nobody", async () => {
    const own = await newCompany(platform, "Reach");
    await own.enrolled("maria");
    await insertChannel(own.store, "maria");
    const agent = await agentOf(era, own.apiKey);
    const { result } = await agent.call("list_approvers", {});
    expect(result).toMatchObject({
      approved: false,
      approvers: [
        { username: "alex", reachable: false },
        { username: "maria", reachable: true },
      ],
    });
    const ask = async (approver: string) => {
      const input = newRequest({ approver_username: approver });
      return (await agent.call("request_human_approval", input)).result;
    };
    expect(await ask("maria")).toMatchObject({
      notified: true,
      next_step: expect.stringMatching(
        /^Do NOT perform the action\. 0 of 1 signature: maria is asked until .*\d UTC\. Call get_approval/,
      ),
    });
    const unheard = await ask("alex");
    expect(unheard).toMatchObject({
      notified: false,
      next_step: expect.stringMatching(/NOT perform .* show approval_url to your user/),
    });
    const again = await agent.call("get_approval", { confirmation_id: unheard.confirmation_id });
    expect(again.result.notified).toBe(false);
  });

  it("asks in the order in which it wrote the payload's members", async () => {
    const asked = async (payload: string) => {
      const input = { ...newRequest({ action: `In order, ${era}` }), payload: "PAYLOAD" };
      const body = JSON.stringify(message(era, "request_human_approval", input));
      const headers = headersOf(era, "request_human_approval");
      const { answer } = await send(company.apiKey, body.replace('"PAYLOAD"', payload), headers);
      return String(answer.result.structuredContent.confirmation_id);
    };
    const id = await asked('{"to":1,"10":2,"9":{"b":1,"a":2},"amount":3}');
    const { data } = await company.alex.approvalPage(id);
    expect(data.statement.display.order).toEqual([3, 0, 1, 2]);
    // An agent that repeats itself in another order asks for the same.
    expect(await asked('{"amount":3,"to":1,"9":{"a":2,"b":1},"10":2}')).toBe(id);
  });

  it("can withdraw only a pending request", async () => {
    const agent = agentIn(era);
    const input = newRequest();
    const { result: asked } = await agent.call("request_human_approval", input);
    const id = asked.confirmation_id;
    const { result } = await agent.call("cancel_approval", { confirmation_id: id });
    expect([result.approved, result.status, result.confirmation_id]).toEqual([false, "cancelled", id]);
    expect((await company.alex.decide(id).catch(() => undefined))?.status).not.toBe(200);
    const again = await agent.call("cancel_approval", { confirmation_id: id });
    expect([again.isError, again.result.code]).toEqual([true, "already_decided"]);
    // The outcome was delivered, so the same call is a new request now.
    expect((await agent.call("request_human_approval", input)).result.confirmation_id).not.toBe(id);
  });
});

describe("consume_approval", () => {
  const PAYLOAD = { service: "api", sha: "abc123" };
  const use = (id: string, more: object = {}) =>
    agentIn("new").call("consume_approval", { confirmation_id: id, payload: PAYLOAD, ...more });
  const look = async (id: string) =>
    (await agentIn("old").call("get_approval", { confirmation_id: id })).result;

  it("answers approved=true only to the one call that used the approval", async () => {
    const id = await restCalls(company).approved();
    expect((await look(id)).approved).toBe(true);
    const answers = await Promise.all([use(id), use(id), use(id), use(id)]);
    const [won, ...rest] = answers.filter(({ result }) => result.approved === true);
    expect([won?.result.status, won?.isError, rest]).toEqual(["approved", false, []]);
    for (const { result, isError } of answers.filter((answer) => answer !== won)) {
      expect([result.approved, result.code, isError]).toEqual([false, "already_consumed", true]);
    }
    expect(await look(id)).toMatchObject({
      approved: false,
      status: "approved",
      consumed_at: expect.any(String),
      next_step: expect.stringContaining("Do NOT"),
    });
  });

  it("with an idempotency_key repeats a lost answer, only for the same use", async () => {
    const id = await restCalls(company).approved();
    const name = { idempotency_key: `use-${id}` };
    expect((await use(id, name)).result.approved).toBe(true);
    expect((await use(id, name)).result.approved).toBe(true);
    expect((await use(id)).result.code).toBe("already_consumed");
    const other = await use(await restCalls(company).approved(), name);
    expect([other.isError, other.result.approved, other.result.code]).toEqual([
      true,
      false,
      "idempotency_mismatch",
    ]);
  });

  it.each<[string, string, () => Promise<string>, object]>([
    ["another payload", "argument_hash_mismatch", () => restCalls(company).approved(), { payload: { a: 1 } }],
    ["a pending request", "not_approved", () => company.asked(), {}],
    [
      "a rejected request",
      "not_approved",
      async () => {
        const id = await company.asked();
        await company.alex.decide(id, { vote: "reject" });
        return id;
      },
      {},
    ],
    [
      "an approval after its execution window",
      "execution_window_closed",
      async () => {
        const id = await restCalls(company).approved({ executeWithinSeconds: 60 });
        await rows("UPDATE confirmations SET decided_at = decided_at - 61000 WHERE id = ?1", id);
        return id;
      },
      {},
    ],
    ["an absent request", "not_found", async () => "c_absent", {}],
  ])("refuses %s", async (_name, code, create, more) => {
    const id = await create();
    const { result, isError } = await use(id, more);
    expect([isError, result.approved, result.status, result.code]).toEqual([true, false, "error", code]);
    expect(result.next_step).toContain("Do NOT");
    if (code === "execution_window_closed")
      expect(await look(id)).toMatchObject({ approved: false, status: "approved" });
  });
});

describe("a key", () => {
  const SCOPED: readonly (readonly [string, readonly Scope[]])[] = [
    ["no scope", []],
    ["only people", ["people"]],
    ["create", ["confirmations:create"]],
    ["read", ["confirmations:read"]],
    ["consume", ["confirmations:consume"]],
    ["create and read", ["confirmations:create", "confirmations:read"]],
    ["all three", ["confirmations:create", "confirmations:read", "confirmations:consume"]],
  ];

  it.each(SCOPED)(
    "with %s lists the tools that it may call, and can call no other",
    async (_name, scopes) => {
      const apiKey = await keyOf(company, scopes);
      const allowed = Object.keys(CALLS).filter((name) => scopes.includes(CALLS[name]?.[0] ?? "audit:read"));
      for (const era of ERAS) {
        const agent = await agentOf(era, apiKey);
        expect(await agent.tools()).toEqual(allowed);
        for (const [name, [scope, input]] of Object.entries(CALLS)) {
          if (allowed.includes(name)) {
            expect((await agent.call(name, input)).result.approved).toBe(false);
            continue;
          }
          const refused = await agent.call(name, input).catch((problem: unknown) => problem);
          expect(refused).toMatchObject({
            code: -32_602,
            message: expect.stringContaining(`this API key lacks the scope ${scope}, which ${name} needs`),
          });
        }
        const unknown = await agent.call("approve", {}).catch((problem: unknown) => problem);
        const usable =
          allowed.length > 0 ? allowed.join(", ") : "no tool; use a key that has a scope for one";
        expect(unknown).toMatchObject({ message: expect.stringContaining(`this key can use ${usable}. `) });
        await agent.close();
      }
    },
  );

  it.each(ERAS)("that is revoked while it waits learns nothing (%s)", async (era) => {
    const apiKey = await keyOf(company, ["confirmations:create", "confirmations:read"]);
    const agent = await agentOf(era, apiKey);
    const input = newRequest({ wait_seconds: 30 });
    const waiting = agent.call("request_human_approval", input);
    const id = await idSoon(input.action);
    const { hash } = expectOk(parseApiKey(apiKey));
    await rows("UPDATE api_keys SET revoked_at = ?1 WHERE hash = ?2", Date.now(), hash);
    await company.alex.decide(id);
    const { result, text, isError } = await waiting;
    expect([isError, result.approved, result.code]).toEqual([true, false, "unauthorized"]);
    expect(text).not.toContain(id);
    await expect(agent.call("get_approval", { confirmation_id: id })).rejects.toThrow(/valid API key/);
  });
});

it("sends progress to clients that asked for it", async () => {
  const once = { status: "pending", reports: [expect.objectContaining({ progress: 10, total: 11 })] };
  expect(await longWaits).toEqual([once, once]);
}, 20_000);

describe("the protocol around the tools", () => {
  it("keeps no stream open for a client that subscribes, because nothing is published", async () => {
    const params = { _meta: ENVELOPE, notifications: { toolsListChanged: true, promptsListChanged: true } };
    const { status, text } = await send(
      company.apiKey,
      { jsonrpc: "2.0", id: 7, method: "subscriptions/listen", params },
      headersOf("new", "", "subscriptions/listen"),
    );
    expect(status).toBe(200);
    expect(text).toContain("notifications/subscriptions/acknowledged");
    expect(text).toContain('"resultType":"complete"');
  });

  it("describes each tool completely, with hints", async () => {
    const body = { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: ENVELOPE } };
    const { answer } = await send(company.apiKey, body, headersOf("new", "", "tools/list"));
    for (const tool of answer.result.tools) {
      expect(tool.description).toMatch(/NO|approved|never/);
      expect(tool.inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(Object.keys(tool.outputSchema.properties)[0]).toBe("approved");
      expect(tool.outputSchema.required).toContain("approved");
      expect(tool.annotations.destructiveHint).toBe(false);
    }
  });

  it("is described for a registry", async () => {
    const response = await fetchWorker(`${ORIGIN}/server.json`);
    const description: unknown = await response.json();
    expect(description).toMatchObject({
      name: "localhost/countersign",
      version: VERSION,
      remotes: [{ type: "streamable-http", url: `${ORIGIN}/mcp`, headers: [{ name: "X-Api-Key" }] }],
    });
    expect(VERSION).toBe(version);
  });
});
