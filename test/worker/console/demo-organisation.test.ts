import { reset } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { listOrganisations } from "../../../src/app/operator/list-organisations.ts";
import { setPlan } from "../../../src/app/operator/set-plan.ts";
import { SANDBOX_PASSKEYS_MAX, SANDBOX_REQUESTS_MAX } from "../../../src/app/sandbox/sandbox-limits.ts";
import { RIGHTS } from "../../../src/core/account/rights.ts";
import { fromBase64url } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { actOf, ACTS, type ActName } from "../../../src/desk/acts.ts";
import { SANDBOX_LIMITS } from "../../../src/desk/rate-limits.ts";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import { findFirstProject } from "../../../src/store/project/projects.ts";
import { backend, newPasskey } from "../../support/browser-client.ts";
import { changedBy, insertRow, rows } from "../support/database-rows.ts";
import { statusAndCode } from "../support/decision-effect.ts";
import { call, ROUTES, type Route } from "../support/route-table.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  idOf,
  newCompany,
  newDemo,
  ORIGIN,
  type Company,
  type Demo,
} from "../support/worker-fixture.ts";

// The organisation of a demo: what works in it, and that nothing leaves it.

const REQUEST = { username: "visitor", action: "Try Countersign", payload: { action: "demo", amount: "$0" } };

let company: Company;
let client: Demo["client"];
let ref: string;
let api: Demo["api"];
/** Of a request that is approved. */
let decided: string;
/** A key with every scope, which nobody can make in a demo. */
let strongKey: string;
afterAll(() => reset());
beforeAll(async () => {
  const platform = await freshPlatform();
  company = await newCompany(platform);
  const demo = await newDemo(platform);
  ({ client, ref, api } = demo);
  decided = await asked();
  await client.decide(decided);
  await client.elevate();
  const project = await findFirstProject(demo.store);
  if (project === undefined) throw new Error("the demo has no project");
  strongKey = await newKey(platform, demo.store, project.id, "Strong", [
    "people",
    "manage",
    "audit:read",
    "confirmations:create",
  ]);
}, 60_000);

/** Some seconds between two tests, since a demo organisation has small limits. */
const { now } = Date;
let passed = 0;
beforeEach(() => {
  passed += 6_000;
  vi.spyOn(Date, "now").mockImplementation(() => now() + passed);
});
afterEach(() => vi.restoreAllMocks());

const asked = async (): Promise<string> => (await api("POST", "/api/confirmations", REQUEST)).body.id;
const act = async (name: ActName) =>
  deskOf(bindings, ref).act(secretHash(client.cookie.slice(client.cookie.indexOf("=") + 1)), "", name, null);

describe("in a demo organisation", () => {
  const changing = (Object.keys(ACTS) as ActName[]).filter(
    (name) => RIGHTS[actOf(name).right].changes && name !== "requests.cancel",
  );

  it.each(changing)("its owner, with a touch of the passkey, can't do this: %s", async (name) => {
    const differs = await changedBy(async () =>
      expect(await act(name)).toMatchObject({ result: { refusal: { code: "demo_organisation" } } }),
    );
    expect(differs).toEqual([]);
  });

  /** To try rules changes nothing. */
  const changesByKey = ROUTES.filter(
    ({ route, access }) =>
      /^(?:POST|PUT|DELETE) /.test(route) &&
      route !== "POST /api/rules/try" &&
      ["manage", "people"].includes(access),
  );

  it.each(changesByKey.map((route) => [route.route, route] as const))(
    "no API key can do this, whatever its scopes: %s",
    async (_name, route) => {
      const differs = await changedBy(async () => {
        const { status, body } = await call(route, { "x-api-key": strongKey }, "x_absent");
        expect([status, body]).toEqual([403, expect.stringContaining("demo_organisation")]);
      });
      expect(differs).toEqual([]);
    },
  );

  const withSession: readonly (readonly [Route["route"], () => string])[] = [
    ["POST /approve/:id/reveal", () => decided],
    ["POST /approve/:id/withdraw", () => decided],
    ["POST /devices/:id/revoke", () => client.passkey.credential.id],
  ];
  it.each(withSession)("nobody can ask for this: %s", async (name, id) => {
    const differs = await changedBy(async () => {
      const refused = await client.post(name.replace("POST ", "").replace(":id", id()), {});
      expect(statusAndCode(refused)).toEqual([403, "demo_organisation"]);
    });
    expect(differs).toEqual([]);
  });

  it("nobody gets a link for another device, which could be sent to somebody else", async () => {
    const { body } = await client.post("/devices/begin", {});
    const { challenge } = body.proof;
    const { assertion } = await client.passkey.assert(expectOk(fromBase64url(challenge)));
    const differs = await changedBy(async () => {
      const refused = await client.post("/devices/link", { proof: { challenge, assertion } });
      expect(statusAndCode(refused)).toEqual([403, "demo_organisation"]);
    });
    expect(differs).toEqual([]);
  });

  it("a form says why nothing happened, and every page says what this organisation is", async () => {
    const sent = await client.submit("/console/settings/delete", { typedName: "Demo" });
    expect(sent.status).toBe(403);
    const page = await sent.text();
    expect(page).toContain("to do more, create your own organisation");
    expect(page).toMatch(
      /This is a demo organisation\. Everything in it is deleted on \d+ \w+ at \d\d:\d\d UTC/,
    );
    for (const path of ["/console", "/console/requests", "/console/people", "/console/settings"])
      expect(await (await client.get(path)).text()).toContain("This is a demo organisation");
    expect(await (await client.get("/inbox/items")).json()).toMatchObject({ needsSecondPasskey: false });
    expect(await (await client.get("/console")).text()).not.toContain("Hide these steps");
    expect(await (await company.alex.get("/console")).text()).not.toContain("demo organisation");
  });

  it("its owner cancels a request, in the console and with the key", async () => {
    const [one, other] = [await asked(), await asked()];
    expect((await client.submit(`/console/requests/${one}/cancel`, {})).status).toBe(303);
    expect((await api("POST", `/api/confirmations/${other}/cancel`)).status).toBe(200);
    for (const id of [one, other])
      expect((await api("GET", `/api/confirmations/${id}`)).body.status).toBe("cancelled");
  });

  it("its owner adds a passkey, signs in with it, and decides with it", async () => {
    const key = await newPasskey(ORIGIN);
    const added = await client.addDevice(key);
    expect((await client.decide(idOf(added.body.approval))).status).toBe(200);
    const id = await asked();
    await client.post("/signout", {});
    expect((await client.signIn(key)).status).toBe(200);
    expect((await client.decide(id, { passkey: key })).body.status).toBe("approved");
  });

  it("an unlimited number of passkeys is not possible by ending earlier ones", async () => {
    const [{ person_id: person = "" } = {}] = await rows(
      "SELECT person_id FROM credentials WHERE tenant_id = ?1",
      ref,
    );
    for (let n = 2; n < SANDBOX_PASSKEYS_MAX; n++)
      await insertRow(ref, "credentials", {
        id: `ended${n}`,
        person_id: person,
        label: "",
        public_key: `${n}`,
        algorithm: -7,
        sign_count: 0,
        backup_eligible: 0,
        backed_up: 0,
        transports: "",
        created_at: 1,
        revoked_at: 1,
      });
    expect(statusAndCode(await client.post("/devices/begin", {}))).toEqual([409, "too_many_passkeys"]);
  });

  it("a key asks only so many times, whatever became of the requests", async () => {
    const [{ n = 0 } = {}] = await rows(
      "SELECT count(*) AS n FROM confirmations WHERE tenant_id = ?1 AND type = 'decision'",
      ref,
    );
    for (let left = SANDBOX_REQUESTS_MAX - Number(n); left > 0; left--) await asked();
    const differs = await changedBy(async () => {
      const refused = await api("POST", "/api/confirmations", REQUEST);
      expect([...statusAndCode(refused), refused.body.detail]).toEqual([
        429,
        "quota_exceeded",
        expect.stringContaining("a demo organisation has 10 requests"),
      ]);
    });
    expect(differs).toEqual([]);
    expect(await company.asked()).toMatch(/^c_/);
  });
});

describe("the calls of a demo organisation", () => {
  it("have small limits, for all its keys together", async () => {
    // Nothing is refilled during the test.
    vi.spyOn(Date, "now").mockReturnValue(now() + passed + 60_000);
    const unanswerable = { ...REQUEST, username: "nobody" };
    const codes = async (key: string, calls: number) => {
      const found: unknown[] = [];
      for (let n = 0; n < calls; n++)
        found.push(
          (await backend(fetchWorker, ORIGIN, key)("POST", "/api/confirmations", unanswerable)).body.code,
        );
      return found;
    };
    expect(await codes(strongKey, SANDBOX_LIMITS.creates.quota)).not.toContain("rate_limited");
    expect(await codes(strongKey, 1)).toEqual(["rate_limited"]);
    expect((await api("POST", "/api/confirmations", unanswerable)).body).toMatchObject({
      code: "rate_limited",
      detail: expect.stringContaining("a demo organisation may make 20 calls of this kind a minute"),
    });
    expect((await company.api("POST", "/api/confirmations", unanswerable)).body.code).not.toBe(
      "rate_limited",
    );
  });
});

describe("another organisation", () => {
  it("reaches nothing of a demo, and a demo nothing of it", async () => {
    const theirs = await company.asked();
    for (const [key, id] of [
      [api, theirs],
      [company.api, decided],
    ] as const) {
      expect((await key("GET", `/api/confirmations/${id}`)).status).toBe(404);
      expect((await key("GET", `/api/confirmations/${id}/receipt`)).status).toBe(404);
      expect((await key("POST", `/api/confirmations/${id}/cancel`)).status).toBe(404);
    }
    expect((await client.get(`/approve/${theirs}`)).status).toBe(404);
    expect((await company.alex.get(`/approve/${decided}`)).status).toBe(404);
    expect((await client.post(`/approve/${theirs}/ceremony`, {})).status).toBe(404);
  });

  it("is listed for the operator, and a demo only counted; its plan stays", async () => {
    const platform = createPlatform(bindings);
    const { organisations, sandboxes } = await listOrganisations(platform);
    expect([organisations.map(({ name }) => name), sandboxes]).toEqual([["Acme"], 1]);
    expect(await setPlan(platform, ref, "enterprise")).toMatchObject({
      ok: false,
      refusal: { code: "demo_organisation" },
    });
  });
});
