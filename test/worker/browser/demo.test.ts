import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { SANDBOXES_MAX } from "../../../src/app/sandbox/sandbox-limits.ts";
import { app } from "../../../src/http/app.ts";
import { backend, BrowserClient, type Fetch } from "../../support/browser-client.ts";
import { changedBy, everything, rows } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  sweepIn,
} from "../support/worker-fixture.ts";

// The live demo begins: somebody without an account gets an organisation for a day, and decides in it.

beforeAll(async () => {
  await freshPlatform();
});

const PAYLOAD = { action: "demo", amount: "$0" };
const REQUEST = { username: "visitor", action: "Try Countersign", payload: PAYLOAD };
const MINUTE = 60_000;

const newBrowser = (fetch: Fetch = fetchWorker) => BrowserClient.create(fetch, ORIGIN);
const withKey = (key: string) => backend(fetchWorker, ORIGIN, key);
const sandboxes = async () => (await rows("SELECT id FROM tenants WHERE sandbox_until IS NOT NULL")).length;

describe("somebody who tries the product", () => {
  it("gets an organisation, decides with a new passkey, and the backend uses the approval once", async () => {
    const client = await newBrowser();
    const started = Date.now();
    const begun = await client.startDemo();
    expect(begun).toMatchObject({ tenant: "Demo", username: "visitor", owner: true, exclude: [] });
    expect(begun.apiKey).toMatch(/^cs_test_/);
    expect(Date.parse(begun.deletedAt) - started).toBeCloseTo(24 * 60 * MINUTE, -4);
    const api = withKey(begun.apiKey);
    const asked = await api("POST", "/api/confirmations", REQUEST);
    expect(asked).toMatchObject({ status: 201, body: { status: "pending", mode: "test" } });
    const { id } = asked.body;
    const waiting = api("GET", `/api/confirmations/${id}?wait=25`);
    expect(await client.decide(id)).toMatchObject({ status: 200, body: { status: "approved" } });
    expect((await waiting).body).toMatchObject({ status: "approved" });
    expect((await api("GET", `/api/confirmations/${id}/receipt`)).status).toBe(200);
    const use = { payload: PAYLOAD };
    expect((await api("POST", `/api/confirmations/${id}/consume`, use)).status).toBe(200);
    const again = await api("POST", `/api/confirmations/${id}/consume`, use);
    expect(statusAndCode(again)).toEqual([409, "already_consumed"]);
  });

  it("is not signed in for the public pages", async () => {
    const client = await newBrowser();
    await client.startDemo();
    expect((await client.get("/inbox/items")).status).toBe(200);
    expect(await (await client.get("/signup")).text()).toContain('"person":null');
    expect(await (await client.get("/")).text()).toBe(await (await (await newBrowser()).get("/")).text());
  });

  it("uses up no plan", async () => {
    const client = await newBrowser();
    const begun = await client.startDemo();
    const { body } = await withKey(begun.apiKey)("POST", "/api/confirmations", REQUEST);
    await client.decide(body.id);
    expect(await rows("SELECT * FROM usage")).toEqual([]);
  });
});

describe("a beginning", () => {
  it("in two tabs makes two organisations, each with its own key", async () => {
    const client = await newBrowser();
    const [one, other] = [await client.startDemo(), await (await newBrowser()).startDemo()];
    const { body } = await withKey(one.apiKey)("POST", "/api/confirmations", REQUEST);
    expect((await withKey(other.apiKey)("GET", `/api/confirmations/${body.id}`)).status).toBe(404);
    // The second tab's passkey opens its own session in the same browser.
    const second = await client.startDemo();
    expect((await withKey(second.apiKey)("POST", "/api/confirmations", REQUEST)).status).toBe(201);
    expect((await client.get(`/approve/${body.id}`)).status).toBe(404);
  });

  it("that goes no further is gone after ten minutes, with every row of it", async () => {
    await sweepIn(11 * MINUTE);
    const before = await everything();
    const client = await newBrowser();
    const { body } = await client.post("/demo/begin", {});
    expect(statusAndCode(await withKey(body.apiKey)("POST", "/api/confirmations", REQUEST))).toEqual([
      409,
      "approver_without_passkey",
    ]);
    await sweepIn(9 * MINUTE);
    expect((await everything())["tenants"]?.length).toBe((before["tenants"]?.length ?? 0) + 1);
    await sweepIn(11 * MINUTE);
    expect({ ...(await everything()), webauthn_challenges: [] }).toEqual({
      ...before,
      webauthn_challenges: [],
    });
    const late = await client.finishEnrolment(`${ORIGIN}/enrol#${body.secret}`, body);
    expect(statusAndCode(late)).toEqual([404, "enrolment_unknown"]);
  });

  it("with a passkey is kept by the sweep", async () => {
    const client = await newBrowser();
    await client.startDemo();
    await sweepIn(11 * MINUTE);
    expect((await client.get("/inbox/items")).status).toBe(200);
  });

  it("is refused to somebody who is signed in, and their session stays", async () => {
    const { alex, enrolled } = await newCompany(createPlatform(bindings));
    const invited = await enrolled("quentin");
    await rows("UPDATE credentials SET endorsed_seq = NULL WHERE id = ?1", invited.passkey.credential.id);
    const differs = await changedBy(async () => {
      for (const client of [alex, invited]) {
        const session = client.cookie;
        expect(statusAndCode(await client.post("/demo/begin", {}))).toEqual([409, "signed_in"]);
        expect(client.cookie).toBe(session);
      }
    });
    expect(differs).toEqual([]);
    await alex.post("/signout", {});
    expect((await alex.post("/demo/begin", {})).status).toBe(200);
  });

  it("goes no further for somebody who has signed in meanwhile, and their session stays", async () => {
    const { alex } = await newCompany(createPlatform(bindings), "Meanwhile");
    const { body } = await (await newBrowser()).post("/demo/begin", {});
    const session = alex.cookie;
    const finished = await alex.finishEnrolment(`${ORIGIN}/enrol#${body.secret}`, body);
    expect([...statusAndCode(finished), alex.cookie]).toEqual([409, "signed_in", session]);
  });

  it.each([
    ["no JSON", "{", {}, 400, "payload_not_canonical"],
    ["a field too many", '{"organisation":"Acme"}', {}, 422, "validation_failed"],
    ["a name twice", '{"a":1,"a":2}', {}, 400, "payload_not_canonical"],
    ["a list", "[]", {}, 400, "payload_not_canonical"],
    ["another type", "{}", { "content-type": "text/plain" }, 415, "unsupported_media_type"],
    ["another site's origin", "{}", { origin: "https://evil.example" }, 403, "forbidden_origin"],
    ["another site's page", "{}", { "sec-fetch-site": "cross-site" }, 403, "forbidden_origin"],
  ])("with %s is refused, and nothing is stored", async (_what, body, headers, status, code) => {
    const client = await newBrowser();
    const differs = await changedBy(async () =>
      expect(statusAndCode(await client.post("/demo/begin", body, headers))).toEqual([status, code]),
    );
    expect(differs).toEqual([]);
  });

  it("is refused while too many demos exist, until one of them is gone", async () => {
    await rows(
      `INSERT INTO tenants (id, name, stream_key, genesis_salt, created_at, sandbox_until)
       WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
       SELECT 'full' || n, '', '', '', 1, 9e15 FROM numbers`,
      SANDBOXES_MAX - (await sandboxes()),
    );
    const client = await newBrowser();
    expect(statusAndCode(await client.post("/demo/begin", {}))).toEqual([503, "demo_full"]);
    expect((await client.post("/signup/begin", { organisation: "Acme", username: "alex" })).status).toBe(200);
    await rows("DELETE FROM tenants WHERE id = 'full1'");
    expect((await client.post("/demo/begin", {})).status).toBe(200);
    await rows("DELETE FROM tenants WHERE id LIKE 'full%'");
  });
});

describe("the setting DEMO", () => {
  it.each([
    ["on", 200, undefined],
    ["off", 403, "demo_off"],
    ["On", 403, "demo_off"],
    ["", 403, "demo_off"],
    [undefined, 403, "demo_off"],
  ])("%j answers with %i %s, also while sign-up is closed", async (DEMO, status, code) => {
    const { DEMO: _own, ...others } = bindings;
    const settings = { ...others, SIGNUP: "closed", ...(DEMO !== undefined && { DEMO }) };
    const client = await newBrowser(async (url, init) =>
      app.fetch(new Request(url, init), settings, createExecutionContext()),
    );
    expect(statusAndCode(await client.post("/demo/begin", {}))).toEqual([status, code]);
  });
});
