import { reset, runInDurableObject } from "cloudflare:test";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import type { Desk } from "../../../src/desk/desk.ts";
import { LIMITS, type LimitName } from "../../../src/desk/rate-limits.ts";
import { headersOf, message } from "../../support/mcp-messages.ts";
import { keyOf } from "../support/mcp-agent.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// A caller that calls too often is refused with 429, learns when to try again, and takes nothing from the others.

let platform: Platform;
let company: Company;
let id: string;
beforeEach(async () => {
  platform ??= await freshPlatform();
  company = await newCompany(platform);
  id = await company.asked();
  // Nothing is refilled during a test.
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

interface Caller {
  readonly apiKey: string;
  readonly cookie: string;
}
const callerOf = ({ apiKey, alex }: Company): Caller => ({ apiKey, cookie: alex.cookie });
/** With a key that may only create: other calls count, and end there. */
const newCaller = async (): Promise<Caller> => ({
  ...callerOf(company),
  apiKey: await keyOf(company, ["confirmations:create"]),
});

/** A call that is counted and fails soon after that. */
type CheapCall = (desk: Desk, hashes: { readonly key: string; readonly session: string }) => Promise<unknown>;

/** Makes as many calls as one caller may make at once. */
async function useUp(name: LimitName, call: CheapCall): Promise<Caller> {
  const caller = await newCaller();
  const session = /session=([^;]+)/.exec(caller.cookie)?.[1] ?? "";
  const hashes = { key: secretHash(caller.apiKey), session: secretHash(session) };
  await runInDurableObject(bindings.DESK.getByName(company.store.tenantId), async (object) => {
    const desk: Desk = object as never;
    for (let calls = 0; calls < LIMITS[name].quota; calls++) await call(desk, hashes);
  });
  return caller;
}

const QUESTION = { username: "alex", action: "Deploy", payload: { a: 1 } };
const ASSERTION = {
  id: "AAAA",
  clientDataJSON: "AAAA",
  authenticatorData: "A".repeat(50),
  signature: "AAAA",
};

async function send(path: string, { apiKey, cookie }: Caller, body?: object): Promise<Response> {
  const headers = { "x-api-key": apiKey, cookie, origin: ORIGIN, "content-type": "application/json" };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  return fetchWorker(ORIGIN + path, init);
}

const ABSENT = "c_absent";
const identify: CheapCall = (desk, { key }) => desk.identify(key, null);
const invite: CheapCall = (desk, { key }) =>
  desk.actWithKey(key, "people.invite", { username: "bea", role: "approver", onlyNew: false, was: null });

const CALLS: readonly (readonly [LimitName, CheapCall, (caller: Caller) => Promise<Response>])[] = [
  ["polls", identify, (caller) => send(`/api/confirmations/${id}`, caller)],
  ["creates", invite, (caller) => send("/api/confirmations", caller, QUESTION)],
  ["creates", invite, (caller) => send("/api/rules/try", caller, { action: "Pay", payload: {} })],
  [
    "waits",
    (desk, { key }) => desk.wait(key, ABSENT, 1, { by: "backend", call: "1" }),
    (caller) => send(`/api/confirmations/${id}?wait=1`, caller),
  ],
  [
    "reads",
    (desk, { session }) => desk.identifySession(session),
    (caller) => send(`/approve/${id}/state`, caller),
  ],
  [
    "ceremonies",
    (desk, { session }) => desk.beginCeremony(session, ABSENT),
    (caller) => send(`/approve/${id}/ceremony`, caller, {}),
  ],
  [
    "changes",
    (desk, { session }) => desk.requestReveal(session, ABSENT, true, ""),
    (caller) => send(`/approve/${id}/reveal`, caller, {}),
  ],
  [
    "enrolments",
    (desk) => desk.beginEnrolment("nobody's"),
    (caller) => send("/enrol/begin", caller, { secret: `${company.store.tenantId}.${"A".repeat(43)}` }),
  ],
  [
    "signIns",
    (desk) => desk.finishSignIn({ challenge: "malformed", userHandle: null, assertion: ASSERTION }, ""),
    async (caller) =>
      send("/signin/finish", caller, {
        challenge: "A".repeat(43),
        assertion: { ...ASSERTION, userHandle: company.alex.userHandle },
      }),
  ],
];

describe("too many calls", () => {
  it.each(CALLS)(
    "of the kind %s are refused with the time to wait, and take nothing from another tenant",
    async (name, cheap, call) => {
      const answer = await call(await useUp(name, cheap));
      const { quota, rule } = LIMITS[name];
      const wait = Math.ceil(60 / quota);
      expect(await answer.json()).toMatchObject({
        code: "rate_limited",
        status: 429,
        title: "Too many requests",
        detail: `${rule}; wait ${wait} s, then repeat the call, and call less often`,
      });
      expect([answer.status, Object.fromEntries(answer.headers)]).toMatchObject([
        429,
        {
          ratelimit: `"${name}";r=0;t=${wait}`,
          "ratelimit-policy": `"${name}";q=${quota};w=60`,
          "retry-after": `${wait}`,
        },
      ]);
      company = await newCompany(platform);
      id = await company.asked();
      expect((await call(callerOf(company))).status).toBeLessThan(429);
    },
  );

  it("by one key take nothing from another key or from a session", async () => {
    const caller = await useUp("polls", identify);
    expect((await send("/api/confirmations", caller)).status).toBe(429);
    expect((await company.api("GET", "/api/confirmations")).status).toBe(200);
    expect((await company.people("GET", "/api/people")).status).toBe(200);
    expect((await company.alex.get("/inbox/items")).status).toBe(200);
  });

  it("are allowed again after a while", async () => {
    const caller = await useUp("ceremonies", (desk, { session }) => desk.beginCeremony(session, ABSENT));
    const now = Date.now();
    const open = async () => (await send(`/approve/${id}/ceremony`, caller, {})).status;
    expect(await open()).toBe(429);
    vi.spyOn(Date, "now").mockReturnValue(now + 2_000);
    expect([await open(), await open(), await open()]).toEqual([200, 200, 429]);
  });
});

describe("every answer to a known caller", () => {
  it("says what remains", async () => {
    const caller = { apiKey: await keyOf(company, DEFAULT_SCOPES), cookie: "" };
    const answer = await send(`/api/confirmations/${id}`, caller);
    expect([answer.status, answer.headers.get("ratelimit"), answer.headers.get("ratelimit-policy")]).toEqual([
      200,
      '"polls";r=5999;t=60',
      '"polls";q=6000;w=60',
    ]);
    expect(answer.headers.get("retry-after")).toBe("2");
    const missing = await send("/api/confirmations/c_absent", caller);
    expect([missing.status, missing.headers.get("ratelimit")]).toEqual([404, '"polls";r=5998;t=60']);
  });

  it("and no other answer does", async () => {
    for (const apiKey of ["", "x", company.apiKey.replace(/.$/, (last) => (last === "x" ? "y" : "x"))]) {
      const answer = await send("/api/confirmations", { apiKey, cookie: "" });
      expect([answer.status, answer.headers.has("ratelimit")]).toEqual([401, false]);
    }
  });
});

describe("over MCP", () => {
  const call = async (key: string) =>
    fetchWorker(`${ORIGIN}/mcp`, {
      method: "POST",
      headers: { "x-api-key": key, ...headersOf("new", "list_approvals") },
      body: JSON.stringify(message("new", "list_approvals", {})),
    });

  it("too many calls are refused as JSON-RPC with 429 and the same headers", async () => {
    const { apiKey } = await useUp("polls", identify);
    const answer = await call(apiKey);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ratelimit: '"polls";r=0;t=1',
      "ratelimit-policy": '"polls";q=6000;w=60',
      "retry-after": "1",
      "content-type": "application/json",
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      429,
      {
        jsonrpc: "2.0",
        id: null,
        error: {
          code: -32_600,
          data: { code: "rate_limited" },
          message: expect.stringMatching(/wait 1 s, then repeat the call.*Nothing was asked/s),
        },
      },
    ]);
  });

  it("a tool that was used too often says when to call it again, and asks nobody", async () => {
    const { apiKey } = await useUp("creates", invite);
    const answer = await fetchWorker(`${ORIGIN}/mcp`, {
      method: "POST",
      headers: { "x-api-key": apiKey, ...headersOf("new", "request_human_approval") },
      body: JSON.stringify(
        message("new", "request_human_approval", { action: "A", payload: {}, approver_username: "alex" }),
      ),
    });
    const text = await answer.text();
    expect(text).toContain('"code":"rate_limited"');
    expect(text).toContain("this API key may create 600 requests a minute; wait 1 s");
    expect(text).toContain('"approved":false');
  });
});
