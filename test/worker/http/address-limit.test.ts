import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../../src/http/app.ts";
import { networkOfAddress } from "../../../src/http/address-limit.ts";
import { bindings, freshPlatform, newCompany, ORIGIN, type Company } from "../support/worker-fixture.ts";

// Calls that have neither a valid key nor a session are limited for each network address.

let company: Company;
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
});

interface Counter {
  limit(call: { key: string }): Promise<{ success: boolean }>;
}

/** Counts as the platform does, but its period never ends. */
function counterOf(limit: number): Counter {
  const counts = new Map<string, number>();
  return {
    async limit({ key }) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}

let addresses = 0;
/** Documentation addresses, one for each test: the Worker remembers them. */
const newAddress = () => `2001:db8:${(++addresses).toString(16)}::1`;

interface Call {
  readonly path: string;
  readonly body?: object;
  readonly key?: string;
  readonly cookie?: string;
}
function sender(address: string | undefined, counter: Counter | undefined, signUps?: Counter) {
  return async ({ path, body, key, cookie }: Call) => {
    const headers = new Headers({ origin: ORIGIN, accept: "application/json, text/event-stream" });
    if (address !== undefined) headers.set("cf-connecting-ip", address);
    if (key !== undefined) headers.set("x-api-key", key);
    if (cookie !== undefined) headers.set("cookie", cookie);
    if (body !== undefined) headers.set("content-type", "application/json");
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const request = new Request(ORIGIN + path, { ...init, headers });
    const { ADDRESS_LIMIT: _own, SIGNUP_LIMIT: _ofSignUps, ...env } = bindings;
    const limited = counter === undefined ? env : { ...env, ADDRESS_LIMIT: counter, SIGNUP_LIMIT: signUps };
    return app.fetch(request, limited, createExecutionContext());
  };
}
/** How often each status was answered. */
async function statuses(send: (call: Call) => Promise<Response>, call: Call, times: number) {
  const counts: Record<number, number> = {};
  for (let time = 0; time < times; time++) {
    const { status } = await send(call);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

const SIGN_IN = { path: "/signin/begin", body: {} };
const SIGN_UP = { path: "/signup/begin", body: { organisation: "Acme", username: "" } };
const DEMO = { path: "/demo/begin", body: { no: "such field" } };
const ENROLMENT = { path: "/enrol/begin", body: { secret: "nobody's" } };
const VERIFICATION = { path: "/public/log/entries/c_unknown/verification" };
const unknownKey = () => company.apiKey.replace(/.{40}$/, "x".repeat(40));
const WITH_KEY = (key: string) => ({ path: "/api/confirmations", key });

describe("one network", () => {
  it.each([
    ["sign-ins", SIGN_IN, { 200: 3, 429: 2 }],
    ["sign-ups", SIGN_UP, { 422: 3, 429: 2 }],
    ["demos", DEMO, { 422: 3, 429: 2 }],
    ["enrolments", ENROLMENT, { 404: 3, 429: 2 }],
    ["verifications", VERIFICATION, { 404: 3, 429: 2 }],
    ["malformed keys", WITH_KEY("x"), { 401: 3, 429: 2 }],
  ])("is refused after too many %s, and another network is not", async (_what, call, expected) => {
    const counter = counterOf(3);
    expect(await statuses(sender(newAddress(), counter), call, 5)).toEqual(expected);
    expect(await statuses(sender(newAddress(), counter), call, 5)).toEqual(expected);
  });

  it("is refused after too many unknown keys, in MCP, too", async () => {
    const send = sender(newAddress(), counterOf(3));
    expect(await statuses(send, WITH_KEY(unknownKey()), 2)).toEqual({ 401: 2 });
    const call = { path: "/mcp", body: { jsonrpc: "2.0", id: 1, method: "ping" }, key: unknownKey() };
    expect(await statuses(send, call, 3)).toEqual({ 401: 1, 429: 2 });
    const refused = await send(call);
    expect(refused.headers.get("retry-after")).toBe("10");
    expect(await refused.json()).toMatchObject({
      jsonrpc: "2.0",
      error: {
        data: { code: "rate_limited" },
        message: expect.stringContaining("wait 10 s, then try again. Nothing was asked"),
      },
    });
  });

  it("learns when to try again", async () => {
    const send = sender(newAddress(), counterOf(0));
    const answer = await send(SIGN_IN);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(await answer.json()).toMatchObject({
      code: "rate_limited",
      detail: "your network made too many calls of this kind (sign-in); wait 10 s, then try again",
    });
  });

  it("is refused after fewer sign-ups, for a minute, and may still sign in", async () => {
    const send = sender(newAddress(), counterOf(100), counterOf(3));
    expect(await statuses(send, SIGN_UP, 5)).toEqual({ 422: 3, 429: 2 });
    expect((await send(SIGN_UP)).headers.get("retry-after")).toBe("60");
    expect(await statuses(send, SIGN_IN, 5)).toEqual({ 200: 5 });
  });

  it("gets few of a thousand demos, and may still sign up and in", async () => {
    const send = sender(newAddress(), counterOf(60), counterOf(5));
    expect(await statuses(send, { ...DEMO, body: {} }, 1_000)).toEqual({ 200: 5, 429: 995 });
    expect(await statuses(send, SIGN_UP, 6)).toEqual({ 422: 5, 429: 1 });
    expect(await statuses(send, SIGN_IN, 5)).toEqual({ 200: 5 });
    const { results } = await bindings.DB.prepare("SELECT id FROM tenants WHERE sandbox_until > 0").all();
    expect(results).toHaveLength(5);
  });

  it("may still do other things", async () => {
    const send = sender(newAddress(), counterOf(3));
    expect(await statuses(send, SIGN_IN, 4)).toEqual({ 200: 3, 429: 1 });
    expect(await statuses(send, VERIFICATION, 3)).toEqual({ 404: 3 });
    expect(await statuses(send, WITH_KEY(company.apiKey), 10)).toEqual({ 200: 10 });
  });

  it("is the half of an IPv6 address, so that a customer's other addresses are no way around it", async () => {
    const counter = counterOf(3);
    const network = `2001:db8:ffff:${++addresses}`;
    expect(await statuses(sender(`${network}::1`, counter), SIGN_IN, 3)).toEqual({ 200: 3 });
    expect(await statuses(sender(`${network}:1:2:3:4`, counter), SIGN_IN, 2)).toEqual({ 429: 2 });
  });
});

describe("a network that guesses keys", () => {
  it("learns nothing of a right key, and its agents that worked before go on", async () => {
    const send = sender(newAddress(), counterOf(3));
    expect(await statuses(send, WITH_KEY(company.apiKey), 1)).toEqual({ 200: 1 });
    expect(await statuses(send, { path: "/api/nothing", key: company.auditKey }, 1)).toEqual({ 404: 1 });
    expect(await statuses(send, WITH_KEY(unknownKey()), 5)).toEqual({ 401: 3, 429: 2 });
    // A key that this Worker has not accepted before, and that is not accepted by asking for what does not exist.
    expect(await statuses(send, { path: "/api/nothing", key: company.auditKey }, 1)).toEqual({ 429: 1 });
    expect(await statuses(send, WITH_KEY(company.auditKey), 2)).toEqual({ 429: 2 });
    expect(await statuses(send, WITH_KEY(company.apiKey), 5)).toEqual({ 200: 5 });
    expect(await statuses(sender(newAddress(), counterOf(3)), WITH_KEY(company.auditKey), 1)).toEqual({
      403: 1,
    });
  });
});

const ofThisTenant = () => `__Host-session=${company.store.tenantId}.${"A".repeat(43)}`;
/** Of no tenant, so that each would be looked for in its shard. */
const ofNoTenant = () =>
  `__Host-session=0${Math.random().toString(36).slice(2, 9).padEnd(7, "0")}.${"A".repeat(43)}`;
const WITH_SESSION = (cookie: string) => ({ path: "/inbox/items", cookie });

describe("a network that sends cookies of sessions that nobody has", () => {
  it.each([
    ["of a tenant", ofThisTenant],
    ["of no tenant", ofNoTenant],
  ])("is refused after too many, on every page, if they are %s", async (_whose, cookie) => {
    const send = sender(newAddress(), counterOf(3));
    expect(await statuses(send, WITH_SESSION(cookie()), 2)).toEqual({ 401: 2 });
    expect((await send({ path: "/inbox", cookie: cookie() })).status).toBe(200);
    expect(await statuses(send, WITH_SESSION(cookie()), 2)).toEqual({ 429: 2 });
    const page = await send({ path: "/inbox", cookie: cookie() });
    expect([page.status, page.headers.get("retry-after")]).toEqual([429, "10"]);
    expect((await send({ path: "/signout", cookie: cookie(), body: { everywhere: false } })).status).toBe(
      429,
    );
  });

  it("learns nothing of a right one, and its people who were seen before go on", async () => {
    const send = sender(newAddress(), counterOf(3));
    const bea = await company.enrolled("bea");
    expect(await statuses(send, WITH_SESSION(company.alex.cookie), 1)).toEqual({ 200: 1 });
    expect(await statuses(send, WITH_SESSION(ofThisTenant()), 4)).toEqual({ 401: 3, 429: 1 });
    expect(await statuses(send, WITH_SESSION(bea.cookie), 2)).toEqual({ 429: 2 });
    expect(await statuses(send, WITH_SESSION(company.alex.cookie), 5)).toEqual({ 200: 5 });
    expect(await statuses(sender(newAddress(), counterOf(3)), WITH_SESSION(bea.cookie), 1)).toEqual({
      200: 1,
    });
  });

  it("may still sign in and use its keys", async () => {
    const send = sender(newAddress(), counterOf(3));
    expect(await statuses(send, WITH_SESSION(ofThisTenant()), 4)).toEqual({ 401: 3, 429: 1 });
    expect((await send({ ...SIGN_IN, cookie: ofThisTenant() })).status).toBe(200);
    expect((await send(WITH_KEY(company.apiKey))).status).toBe(200);
  });
});

describe("nobody is limited", () => {
  it.each([
    ["without the platform's header, as on one's own machine", undefined, () => counterOf(0)],
    ["without the binding", "192.0.2.1", () => undefined],
    [
      "while the binding fails",
      "192.0.2.2",
      () => ({ limit: () => Promise.reject(new Error("not available")) }),
    ],
  ])("%s", async (_when, address, counter) => {
    const send = sender(address, counter());
    expect(await statuses(send, SIGN_IN, 5)).toEqual({ 200: 5 });
    expect(await statuses(send, WITH_KEY("x"), 5)).toEqual({ 401: 5 });
  });
});

it("the binding of wrangler.toml limits sign-ins", async () => {
  const send = sender(newAddress(), expectBinding(bindings.ADDRESS_LIMIT));
  // Its periods begin at full ten seconds: two of them allow twice 60.
  expect((await statuses(send, SIGN_IN, 2 * 60 + 1))[429]).toBeGreaterThan(0);
});

function expectBinding(binding: Counter | undefined): Counter {
  if (binding === undefined) throw new Error("wrangler.toml has no ADDRESS_LIMIT");
  return binding;
}

describe("the network of an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:DB8:0:0:1:2:3:4", "2001:db8:0:0"],
    ["2001:0db8:0001:0000:1::", "2001:db8:1:0"],
    ["::1", "0:0:0:0"],
    ["::", "0:0:0:0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["not an address", "not an address"],
    [":::", "0:0:0:0"],
  ])("of %s is %s", (address, network) => expect(networkOfAddress(address)).toBe(network));
});
