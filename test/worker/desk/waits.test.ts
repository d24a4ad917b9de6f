import { createExecutionContext, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WAIT_CAPS, type Waiters } from "../../../src/desk/waits/waiters.ts";
import { app } from "../../../src/http/app.ts";
import { headersOf, message } from "../../support/mcp-messages.ts";
import { restCalls, times } from "../support/rest-calls.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// How many calls wait at a tenant's Desk, and that a client that goes leaves none behind.

let company: Company;
let other: Company;
let id: string;
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  other = await newCompany(platform, "Other");
  id = await company.asked();
});
afterAll(() => reset());

const waiting = ({ store }: Company = company): Promise<number> =>
  runInDurableObject(
    bindings.DESK.getByName(store.tenantId),
    (desk) => (desk as unknown as { waiters: Waiters }).waiters.count,
  );
/** Of what the page of this request shows. */
async function versionOf(request: string): Promise<string> {
  const state = await company.alex.get(`/approve/${request}/state?wait=0`);
  return ((await state.json()) as { version: string }).version;
}

/** Checked again and again, until it holds. */
const SOON = { timeout: 20_000, interval: 10 };

const MCP = {
  method: "POST",
  headers: headersOf("new", "get_approval"),
  body: () => JSON.stringify(message("new", "get_approval", { confirmation_id: id, wait_seconds: 20 })),
};
/** A request whose signal the platform aborts when the client goes. */
const WAITS: readonly (readonly [string, (signal: AbortSignal) => Request | Promise<Request>])[] = [
  [
    "a backend",
    (signal) =>
      new Request(`${ORIGIN}/api/confirmations/${id}?wait=20`, {
        headers: { "x-api-key": company.apiKey },
        signal,
      }),
  ],
  [
    "an agent",
    (signal) =>
      new Request(`${ORIGIN}/mcp`, {
        method: "POST",
        headers: { ...MCP.headers, "x-api-key": company.apiKey },
        body: MCP.body(),
        signal,
      }),
  ],
  [
    "the page of a request",
    async (signal) =>
      new Request(`${ORIGIN}/approve/${id}/state?wait=20&version=${await versionOf(id)}`, {
        headers: { cookie: company.alex.cookie },
        signal,
      }),
  ],
];

describe("a client that goes", () => {
  it.each(WAITS)("ends its wait at once: %s", async (_who, requestOf) => {
    const gone = new AbortController();
    const answer = app.fetch(await requestOf(gone.signal), bindings, createExecutionContext());
    await expect.poll(() => waiting(), SOON).toBe(1);
    gone.abort();
    await expect.poll(() => waiting(), SOON).toBe(0);
    await Promise.resolve(answer).catch(() => undefined);
  });

  it("ends its wait at once: a page with the inbox open", async () => {
    const { version } = (await (await company.alex.get("/inbox/items")).json()) as { version: string };
    const gone = new AbortController();
    const request = new Request(`${ORIGIN}/inbox/items?wait=20&version=${version}`, {
      headers: { cookie: company.alex.cookie },
      signal: gone.signal,
    });
    const answer = app.fetch(request, bindings, createExecutionContext());
    await expect.poll(() => waiting(), SOON).toBe(1);
    gone.abort();
    await expect.poll(() => waiting(), SOON).toBe(0);
    await Promise.resolve(answer).catch(() => undefined);
  });

  it("ends its wait at the next keep-alive if it no longer reads its answer, as an agent that timed out", async () => {
    const response = await fetchWorker(`${ORIGIN}/mcp`, {
      method: "POST",
      headers: { ...MCP.headers, "x-api-key": company.apiKey },
      body: MCP.body(),
    });
    await expect.poll(() => waiting(), SOON).toBe(1);
    await response.body?.cancel();
    await expect.poll(() => waiting(), SOON).toBe(0);
  });

  it("ends no wait of another client with the same key and the same message", async () => {
    const send = () =>
      fetchWorker(`${ORIGIN}/mcp`, {
        method: "POST",
        headers: { ...MCP.headers, "x-api-key": company.apiKey },
        body: MCP.body(),
      });
    const responses = [await send(), await send()];
    await expect.poll(() => waiting(), SOON).toBe(2);
    await responses[0]?.body?.cancel();
    await expect.poll(() => waiting(), SOON).toBe(1);
    await responses[1]?.body?.cancel();
    await expect.poll(() => waiting(), SOON).toBe(0);
  });
});

describe("a client with too many waits", { timeout: 30_000 }, () => {
  it("is answered at once, and takes nothing from a session or from another tenant", async () => {
    const pending = await company.asked();
    const api = times(WAIT_CAPS.perKey + 44, () =>
      company.api("GET", `/api/confirmations/${pending}?wait=20`),
    );
    await expect.poll(() => waiting(), SOON).toBe(WAIT_CAPS.perKey);
    const extra = await restCalls(company).raw(`/api/confirmations/${pending}?wait=20`);
    expect([extra.status, extra.headers.get("retry-after")]).toEqual([200, "2"]);
    expect(await extra.json()).toMatchObject({ id: pending, status: "pending" });
    const version = await versionOf(pending);
    const pages = times(WAIT_CAPS.perSession + 3, () =>
      company.alex.get(`/approve/${pending}/state?wait=20&version=${version}`),
    );
    await expect.poll(() => waiting(), SOON).toBe(WAIT_CAPS.perKey + WAIT_CAPS.perSession);
    const decided = await other.asked();
    const outcome = other.api("GET", `/api/confirmations/${decided}?wait=20`);
    await other.alex.decide(decided);
    expect((await outcome).body.status).toBe("approved");
    await company.alex.decide(pending);
    const statuses = (await api).map(({ body }) => body.status);
    expect(statuses.filter((status) => status === "approved")).toHaveLength(WAIT_CAPS.perKey);
    expect(statuses.filter((status) => status === "pending")).toHaveLength(44);
    expect((await pages).map(({ status }) => status)).toEqual(Array<number>(11).fill(200));
    expect([await waiting(), await waiting(other)]).toEqual([0, 0]);
  });
});
