import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "../../../src/app/account/api-keys.ts";
import { parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { VERSION } from "../../../src/http/version.ts";
import { version } from "../../../package.json" with { type: "json" };
import { ENVELOPE, ERAS, headersOf, type Era } from "../../support/mcp-messages.ts";
import { agentOf, anew, idSoon, keyOf, send, type Agent, type Told } from "../support/mcp-agent.ts";
import { asking, overdue } from "../support/rest-calls.ts";
import { emptyHouse, fetchWorker, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// The agents' door with the clients that agents have: what each tool answers, to whom, in both eras.

interface LongWait {
  readonly status: string;
  readonly reports: readonly { progress: number; total?: number | undefined }[];
}

let company: Company;
/** They take eleven seconds, so the other tests run meanwhile. */
let longWaits: Promise<readonly LongWait[]>;
const agents = new Map<Era, Agent>();
const agentIn = (era: Era): Agent => {
  const agent = agents.get(era);
  if (agent === undefined) throw new Error("the agent is not there yet");
  return agent;
};
beforeAll(async () => {
  company = await newCompany(await emptyHouse());
  for (const era of ERAS) agents.set(era, await agentOf(era, company.apiKey));
  longWaits = Promise.all(ERAS.map(waitWithProgress));
});
afterAll(() => reset());

async function waitWithProgress(era: Era): Promise<LongWait> {
  const reports: LongWait["reports"][number][] = [];
  const given = anew({ wait_seconds: 11 });
  const { told } = await agentIn(era).call("request_human_approval", given, {
    onprogress: (report) => reports.push(report),
  });
  return { status: told.status, reports };
}

/** What a call of each kind could be, with nothing wrong in it but who calls. */
const CALLS: Readonly<Record<string, readonly [scope: Scope, given: Record<string, unknown>]>> = {
  request_human_approval: [
    "confirmations:create",
    { action: "Deploy", payload: {}, approver_username: "alex", wait_seconds: 0 },
  ],
  get_approval: ["confirmations:read", { confirmation_id: "c_absent" }],
  cancel_approval: ["confirmations:create", { confirmation_id: "c_absent" }],
  consume_approval: ["confirmations:consume", { confirmation_id: "c_absent", payload: {} }],
  list_approvals: ["confirmations:read", {}],
};

it("speaks the newest revision with the newer client, and the older one's with the older", () => {
  expect(ERAS.map((era) => agentIn(era).version)).toEqual(["2025-11-25", "2026-07-28"]);
});

const OUTCOMES: readonly (readonly [status: string, end: (id: string) => Promise<unknown>])[] = [
  ["approved", (id) => company.alex.decide(id)],
  ["rejected", (id) => company.alex.decide(id, { decision: "reject", reason: "not today" })],
  ["expired", (id) => overdue(id)],
  ["cancelled", (id) => asking(company).cancel(id)],
  ["pending", async () => undefined],
];

/** How an agent can come to know. */
const LOOKS: readonly (readonly [
  string,
  (agent: Agent, given: Record<string, unknown>, id: string) => Promise<Told>,
])[] = [
  ["asking again", (agent, given) => agent.call("request_human_approval", given)],
  ["get_approval", (agent, _given, id) => agent.call("get_approval", { confirmation_id: id })],
  [
    "get_approval that would wait",
    (agent, _given, id) => agent.call("get_approval", { confirmation_id: id, wait_seconds: 1 }),
  ],
];

describe.each(ERAS)("an agent of the %s era", (era) => {
  describe.each(LOOKS)("by %s", (_name, look) => {
    it.each(OUTCOMES)(
      "reads %s alike in text and structure, and yes in approved alone",
      async (status, end) => {
        const agent = agentIn(era);
        const given = anew();
        const first = await agent.call("request_human_approval", given);
        expect(first).toMatchObject({ isError: false, told: { approved: false, status: "pending" } });
        const id = first.told.confirmation_id;
        await end(id);
        const { told, text, isError } = await look(agent, given, id);
        expect(Object.keys(told)[0]).toBe("approved");
        expect(text).toBe(JSON.stringify(told));
        expect([isError, told.approved]).toEqual([false, status === "approved"]);
        expect(told).toMatchObject({
          status,
          confirmation_id: id,
          approver: "alex",
          action: given.action,
          payload_sha256: first.told.payload_sha256,
          comparison_code: first.told.comparison_code,
          approval_url: `${ORIGIN}/approve/${id}`,
          next_step: expect.stringContaining(status === "approved" ? "You may" : "Do NOT"),
        });
        expect(told.reason).toBe(status === "rejected" ? "not today" : undefined);
        expect("retry_after_seconds" in told).toBe(status === "pending");
      },
    );
  });

  it.each(OUTCOMES.filter(([status]) => status !== "expired" && status !== "pending"))(
    "that waits is told %s as it happens",
    async (status, end) => {
      const given = anew({ wait_seconds: 40 });
      const begun = Date.now();
      const waiting = agentIn(era).call("request_human_approval", given);
      const id = await idSoon(given.action);
      await end(id);
      const { told } = await waiting;
      // A cancel wakes nobody: it came from the requester.
      expect([told.confirmation_id, told.status]).toEqual([id, status]);
      expect(Date.now() - begun).toBeLessThan(20_000);
    },
  );

  it("that waits in vain is told pending at the deadline, without an error", async () => {
    const { told, isError } = await agentIn(era).call("request_human_approval", anew({ wait_seconds: 1 }));
    expect([told.approved, told.status, isError]).toEqual([false, "pending", false]);
  });

  it("reads a list that is never a yes", async () => {
    const agent = agentIn(era);
    const given = anew();
    const { told: asked } = await agent.call("request_human_approval", given);
    await company.alex.decide(asked.confirmation_id);
    const { told, text, isError } = await agent.call("list_approvals", { limit: 2, status: "approved" });
    expect(text).toBe(JSON.stringify(told));
    expect(Object.keys(told)).toEqual(["approved", "approvals", "has_more", "next_step"]);
    expect([told.approved, isError, told.approvals.length, told.has_more]).toEqual([false, false, 2, true]);
    expect(told.approvals[0]).toMatchObject({
      confirmation_id: asked.confirmation_id,
      status: "approved",
      action: given.action,
      consumed_at: null,
    });
    expect(text).not.toContain('"approved":true');
  });

  it("withdraws what is pending, and nothing else", async () => {
    const agent = agentIn(era);
    const given = anew();
    const { told: asked } = await agent.call("request_human_approval", given);
    const id = asked.confirmation_id;
    const { told } = await agent.call("cancel_approval", { confirmation_id: id });
    expect([told.approved, told.status, told.confirmation_id]).toEqual([false, "cancelled", id]);
    expect((await company.alex.decide(id).catch(() => undefined))?.status).not.toBe(200);
    const again = await agent.call("cancel_approval", { confirmation_id: id });
    expect([again.isError, again.told.code]).toEqual([true, "already_decided"]);
    // It knows: the same call is a new request now.
    expect((await agent.call("request_human_approval", given)).told.confirmation_id).not.toBe(id);
  });
});

describe("consume_approval", () => {
  const PAYLOAD = { service: "api", sha: "abc123" };
  const use = (id: string, more: object = {}) =>
    agentIn("new").call("consume_approval", { confirmation_id: id, payload: PAYLOAD, ...more });
  const look = async (id: string) =>
    (await agentIn("old").call("get_approval", { confirmation_id: id })).told;

  it("says yes to the one call that used the approval, and to no other", async () => {
    const id = await asking(company).approved();
    expect((await look(id)).approved).toBe(true);
    const answers = await Promise.all([use(id), use(id), use(id), use(id)]);
    const [won, ...rest] = answers.filter(({ told }) => told.approved === true);
    expect([won?.told.status, won?.isError, rest]).toEqual(["approved", false, []]);
    for (const { told, isError } of answers.filter((answer) => answer !== won)) {
      expect([told.approved, told.code, isError]).toEqual([false, "already_consumed", true]);
    }
    expect(await look(id)).toMatchObject({
      approved: false,
      status: "approved",
      consumed_at: expect.any(String),
      next_step: expect.stringContaining("Do NOT"),
    });
  });

  it("under a name gives a lost answer again, and only to the same use", async () => {
    const id = await asking(company).approved();
    const name = { idempotency_key: `use-${id}` };
    expect((await use(id, name)).told.approved).toBe(true);
    expect((await use(id, name)).told.approved).toBe(true);
    expect((await use(id)).told.code).toBe("already_consumed");
    const other = await use(await asking(company).approved(), name);
    expect([other.isError, other.told.approved, other.told.code]).toEqual([
      true,
      false,
      "idempotency_mismatch",
    ]);
  });

  it.each<[string, string, () => Promise<string>, object]>([
    ["another payload", "argument_hash_mismatch", () => asking(company).approved(), { payload: { a: 1 } }],
    ["what is pending", "not_approved", () => company.asked(), {}],
    [
      "what was rejected",
      "not_approved",
      async () => {
        const id = await company.asked();
        await company.alex.decide(id, { decision: "reject" });
        return id;
      },
      {},
    ],
    [
      "an approval whose time is over",
      "execution_window_closed",
      async () => {
        const id = await asking(company).approved({ executeWithinSeconds: 60 });
        await rows("UPDATE confirmations SET decided_at = decided_at - 61000 WHERE id = ?1", id);
        return id;
      },
      {},
    ],
    ["nothing that is there", "not_found", async () => "c_absent", {}],
  ])("refuses %s", async (_name, code, made, more) => {
    const id = await made();
    const { told, isError } = await use(id, more);
    expect([isError, told.approved, told.status, told.code]).toEqual([true, false, "error", code]);
    expect(told.next_step).toContain("Do NOT");
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

  it.each(SCOPED)("with %s lists what it may call, and may call no other tool", async (_name, scopes) => {
    const apiKey = await keyOf(company, scopes);
    const allowed = Object.keys(CALLS).filter((name) => scopes.includes(CALLS[name]?.[0] ?? "audit:read"));
    for (const era of ERAS) {
      const agent = await agentOf(era, apiKey);
      expect(await agent.tools()).toEqual(allowed);
      for (const [name, [scope, given]] of Object.entries(CALLS)) {
        if (allowed.includes(name)) {
          expect((await agent.call(name, given)).told.approved).toBe(false);
          continue;
        }
        const refused = await agent.call(name, given).catch((problem: unknown) => problem);
        expect(refused).toMatchObject({
          code: -32_602,
          message: expect.stringContaining(`this API key lacks the scope ${scope}, which ${name} needs`),
        });
      }
      await agent.close();
    }
  });

  it.each(ERAS)("that is revoked while it waits learns nothing (%s)", async (era) => {
    const apiKey = await keyOf(company, ["confirmations:create", "confirmations:read"]);
    const agent = await agentOf(era, apiKey);
    const given = anew({ wait_seconds: 30 });
    const waiting = agent.call("request_human_approval", given);
    const id = await idSoon(given.action);
    const { hash } = expectOk(parseApiKey(apiKey));
    await rows("UPDATE api_keys SET revoked_at = ?1 WHERE hash = ?2", Date.now(), hash);
    await company.alex.decide(id);
    const { told, text, isError } = await waiting;
    expect([isError, told.approved, told.code]).toEqual([true, false, "unauthorized"]);
    expect(text).not.toContain(id);
    await expect(agent.call("get_approval", { confirmation_id: id })).rejects.toThrow(/valid API key/);
  });
});

it("tells clients that asked for it that the wait goes on", async () => {
  const once = { status: "pending", reports: [expect.objectContaining({ progress: 10, total: 11 })] };
  expect(await longWaits).toEqual([once, once]);
}, 20_000);

describe("the protocol around the tools", () => {
  it("keeps no stream open for a client that subscribes: there is nothing to hear", async () => {
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

  it("describes each tool whole, and hints at what it does", async () => {
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

  it("is told to a registry as it is", async () => {
    const found = await fetchWorker(`${ORIGIN}/server.json`);
    const told: unknown = await found.json();
    expect(told).toMatchObject({
      name: "localhost/countersign",
      version: VERSION,
      remotes: [{ type: "streamable-http", url: `${ORIGIN}/mcp`, headers: [{ name: "X-Api-Key" }] }],
    });
    expect(VERSION).toBe(version);
  });
});
