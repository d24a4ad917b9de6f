import { beforeAll, describe, expect, it } from "vitest";
import { createTenant, newKey } from "../../../src/app/account/create-tenant.ts";
import { SCOPES, type Scope } from "../../../src/core/confirmation/scopes.ts";
import { API_KEY_RANDOM_BYTES, makeApiKey, parseApiKey } from "../../../src/core/confirmation/api-key.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { app } from "../../../src/http/app.ts";
import { projects, webhooks } from "../../../src/store/schema.ts";
import { message } from "../../support/mcp-messages.ts";
import { hashOfText, newPasskey } from "../../support/browser-client.ts";
import {
  bindings,
  freshPlatform,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";
import {
  NO_ROUTES,
  call,
  QUESTION,
  ROUTES,
  routeNamed,
  type Route,
  type RouteAnswer,
} from "../support/route-table.ts";
import { changedBy, rows } from "../support/database-rows.ts";
import { sign } from "../policies/support/signed-versions.ts";

// Every route of the Worker with every caller who must be refused. No key and an invalid key get the same answer,
// and so do a foreign id and an absent one. A route that is missing in the table fails the first test.

const isKey = ({ access }: Route) => access !== "session" && access !== "anybody";
const titled = (matches: (route: Route) => boolean) =>
  ROUTES.filter(matches).map((route) => [route.route, route] as const);
const WITH_KEY = titled(isKey);
/** At MCP the scopes determine the tools, not the access. */
const WITH_SCOPE = WITH_KEY.filter(([, { access }]) => access !== "any key");
const WITH_SESSION = titled(({ access }) => access === "session");
const POSTED_BY_PAGES = titled(
  (route) => route.route.startsWith("POST") && !isKey(route) && route.byMail === undefined,
);
const READING = titled(({ route }) => route.startsWith("GET"));

const codeOf = ({ body }: RouteAnswer): string | undefined => /"code":"([a-z_]+)"/.exec(body)?.[1];
const withKey = (key: string) => ({ "x-api-key": key });
/** Of a tenant that does not exist, in the shard of all others. */
const UNKNOWN_REF = "00000000";
const randomKey = () =>
  makeApiKey("live", UNKNOWN_REF, crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES)));

let company: Company;
let other: Company;
/** A person of the same tenant, who is no approver of the requests here. */
let maria: Company["alex"];
let mariaId: string;
const HOOK = "w_tenancy";
let pending: string;
let approved: string;
const keys = {
  all: "",
  otherTenant: "",
  otherProject: "",
  revoked: "",
  expired: "",
  without: new Map<Scope, string>(),
};
const sessions = { none: "", garbage: "__Host-session=AAAA", expired: "", signedOut: "" };

beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  other = await newCompany(runtime, "Other");
  maria = await company.enrolled("maria");
  pending = await company.asked();
  approved = await company.asked();
  await company.alex.decide(approved);
  await sign(company, {
    groups: { finance: ["alex"] },
    policies: { "finance-signs": { needs: [{ group: "finance" }] } },
  });

  const { store } = company;
  const [known] = await rows("SELECT id FROM people WHERE username = 'maria'");
  mariaId = String(known?.["id"]);
  await store.insert(webhooks, {
    id: HOOK,
    name: "Hook",
    url: "https://hook.example.com/",
    format: "standard",
    events: "[]",
    createdAt: 1,
  });
  const [own] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", store.tenantId);
  const [theirs] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", other.store.tenantId);
  const project = String(own?.["id"]);
  await store.insert(projects, { id: "j_second", name: "Second", createdAt: 1 });
  keys.all = await newKey(runtime, store, project, "All", SCOPES);
  keys.otherProject = await newKey(runtime, store, "j_second", "Second", SCOPES);
  keys.otherTenant = await newKey(runtime, other.store, String(theirs?.["id"]), "All", SCOPES);
  keys.revoked = await newKey(runtime, store, project, "Revoked", SCOPES);
  keys.expired = await newKey(runtime, store, project, "Expired", SCOPES);
  for (const scope of SCOPES) {
    const rest = SCOPES.filter((one) => one !== scope);
    keys.without.set(scope, await newKey(runtime, store, project, `No ${scope}`, rest));
  }
  const hashOf = (key: string) => expectOk(parseApiKey(key)).hash;
  await rows("UPDATE api_keys SET revoked_at = ?1 WHERE hash = ?2", Date.now(), hashOf(keys.revoked));
  await rows("UPDATE api_keys SET expires_at = ?1 WHERE hash = ?2", Date.now(), hashOf(keys.expired));

  const { alex } = company;
  const cookie = alex.cookie;
  await alex.signIn();
  sessions.expired = alex.cookie;
  const hash = hashOfText(alex.cookie.slice("__Host-session=".length));
  await rows("UPDATE sessions SET expires_at = ?1 WHERE hash = ?2", Date.now(), hash);
  await alex.signIn();
  sessions.signedOut = alex.cookie;
  await alex.post("/signout", {});
  alex.cookie = cookie;
});

it("the table has every route", () => {
  const registered = new Set(app.routes.map(({ method, path }) => `${method} ${path}`));
  expect([...registered].toSorted()).toEqual([...NO_ROUTES, ...ROUTES.map(({ route }) => route)].toSorted());
});

it("answers callers who have access, so that the refusals below mean something", async () => {
  const state = routeNamed("GET /approve/:id/state");
  expect((await call(state, { cookie: company.alex.cookie }, pending)).status).toBe(200);
  for (const [, route] of WITH_KEY) {
    const ids = { person: "maria", group: "finance", policy: "finance-signs", webhook: HOOK, passkey: "" };
    const id = { ...ids, confirmation: approved }[route.of ?? "confirmation"];
    if (route.route.startsWith("GET")) expect((await call(route, withKey(keys.all), id)).status).toBe(200);
  }
});

describe("without a valid key", () => {
  const callers = (): Readonly<Record<string, Record<string, string>>> => ({
    "no key": {},
    "an empty key": withKey(""),
    "text that is not a key": withKey("nonsense"),
    "a key with a typing error": withKey(`${keys.all.slice(0, -1)}${keys.all.endsWith("0") ? "1" : "0"}`),
    "two keys in one header": withKey(`${keys.all}, ${keys.all}`),
    "an unknown key": withKey(randomKey()),
    "a revoked key": withKey(keys.revoked),
    "an expired key": withKey(keys.expired),
    "a key in another header": { authorization: `Bearer ${keys.all}` },
    "a session": { cookie: company.alex.cookie },
    "a session's secret as a key": withKey(company.alex.cookie.slice("__Host-session=".length)),
  });

  it.each(WITH_KEY)(
    "%s gives the same answer to all, byte for byte, and changes nothing",
    async (_name, route) => {
      const answers: [string, RouteAnswer][] = [];
      const differs = await changedBy(async () => {
        for (const [name, headers] of Object.entries(callers())) {
          for (const id of [pending, "c_absent"]) answers.push([name, await call(route, headers, id)]);
        }
      });
      const [[, first] = []] = answers;
      expect(first).toMatchObject({
        status: 401,
        headers: {
          "content-type": expect.stringMatching(/^application\/(?:problem\+)?json$/),
          "www-authenticate": 'ApiKey realm="countersign"',
        },
      });
      expect(first && codeOf(first)).toBe("unauthorized");
      for (const [name, answer] of answers) expect([name, answer]).toEqual([name, first]);
      expect(differs).toEqual([]);
    },
  );
});

describe("a key without the scope", () => {
  it.each(WITH_SCOPE)("gets 403 at %s before anything else is read", async (_name, route) => {
    const key = keys.without.get(route.access as Scope) ?? "";
    const answers: RouteAnswer[] = [];
    const differs = await changedBy(async () => {
      for (const id of [pending, approved, "c_absent"]) answers.push(await call(route, withKey(key), id));
      // Body and query are not read either.
      answers.push(await call({ ...route, route: `${route.route}?wait=x` }, withKey(key), pending));
      if (route.body) answers.push(await call(route, withKey(key), pending, { body: "{" }));
    });
    expect([answers[0]?.status, answers[0] && codeOf(answers[0])]).toEqual([403, "forbidden_scope"]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(differs).toEqual([]);
  });
});

describe("a foreign id", () => {
  const foreignKeys = () => [keys.otherTenant, keys.otherProject];

  it.each(WITH_KEY.filter(([, { of }]) => of))("looks absent at %s", async (_name, route) => {
    const absent = await call(route, withKey(keys.all), "c_absent");
    expect([absent.status, codeOf(absent)]).toEqual([404, "not_found"]);
    const differs = await changedBy(async () => {
      // People and webhooks belong to the whole tenant, not to a project.
      for (const key of route.of === "confirmation" ? foreignKeys() : [keys.otherTenant]) {
        for (const id of [
          pending,
          approved,
          "c_absent",
          "maria",
          mariaId,
          HOOK,
          "finance",
          "finance-signs",
        ]) {
          expect(await call(route, withKey(key), id)).toEqual(absent);
        }
      }
    });
    expect(differs).toEqual([]);
  });

  it.each(["get_approval", "cancel_approval", "consume_approval"])("looks absent to %s", async (name) => {
    const more = name === "consume_approval" ? { payload: { service: "api", sha: "abc123" } } : {};
    const answerTo = (key: string, id: string) => {
      const body = message("old", name, { confirmation_id: id, ...more });
      const accept = "application/json, text/event-stream";
      return call({ ...routeNamed("ALL /mcp"), body }, { ...withKey(key), accept });
    };
    const absent = await answerTo(keys.all, "c_absent");
    expect(absent.body).toContain('"code":"not_found"');
    const differs = await changedBy(async () => {
      for (const key of foreignKeys()) {
        for (const id of [pending, approved, "c_absent"]) expect(await answerTo(key, id)).toEqual(absent);
      }
    });
    expect(differs).toEqual([]);
  });

  it("of a change of the directory looks absent to every key", async () => {
    const { body } = await company.alex.addDevice(await newPasskey(ORIGIN));
    for (const [, route] of WITH_KEY.filter(([, { of }]) => of)) {
      const answer = await call(route, withKey(keys.all), idOf(body.approval));
      expect([route.route, answer.status]).toEqual([route.route, 404]);
    }
  });

  it("is in no list of another project or tenant", async () => {
    const list = routeNamed("GET /api/confirmations");
    expect((await call(list, withKey(keys.all))).body).toContain(pending);
    for (const key of foreignKeys()) expect((await call(list, withKey(key))).body).not.toContain("c_");
    for (const query of [`cursor=${btoa(pending)}`, "approver=maria", "status=approved"]) {
      const asked = { ...list, route: `${list.route}?${query}` } as const;
      for (const key of foreignKeys()) expect((await call(asked, withKey(key))).body).not.toContain(approved);
    }
  });

  it("of a person is hidden: the usernames of one tenant are unknown in another", async () => {
    const create = routeNamed("POST /api/confirmations");
    const asks = (username: string) =>
      call({ ...create, body: { ...QUESTION, username } }, withKey(keys.otherTenant));
    const [known, unknown] = [await asks("maria"), await asks("karin")];
    expect([known.status, codeOf(known)]).toEqual([422, "unknown_approver"]);
    expect(known.body.replaceAll("maria", "karin")).toBe(unknown.body);
    const approvers = routeNamed("GET /api/approvers");
    expect((await call(approvers, withKey(keys.all))).body).toContain("maria");
    expect((await call(approvers, withKey(keys.otherTenant))).body).not.toContain("maria");
  });

  it("as an Idempotency-Key of another key is not special", async () => {
    const create = routeNamed("POST /api/confirmations");
    const once = { "idempotency-key": "the-same" };
    const mine = await call(create, { ...withKey(keys.all), ...once });
    const theirs = await call(create, { ...withKey(keys.otherTenant), ...once });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.headers["idempotency-replayed"]).toBeUndefined();
  });
});

describe("without a session", () => {
  it.each(WITH_SESSION)(
    "%s gives the same answer, whatever the cookie, the key and the id",
    async (_name, route) => {
      const id = route.of === "passkey" ? company.alex.passkey.credential.id : pending;
      const answers: [string, RouteAnswer][] = [];
      const differs = await changedBy(async () => {
        for (const [name, cookie] of Object.entries(sessions)) {
          for (const one of [id, "absent"]) answers.push([name, await call(route, { cookie }, one)]);
        }
        answers.push(["key", await call(route, withKey(keys.all), id)]);
        answers.push(["key as session", await call(route, { cookie: `__Host-session=${keys.all}` }, id)]);
        const unprefixed = company.alex.cookie.replace("__Host-", "");
        answers.push(["no prefix", await call(route, { cookie: unprefixed }, id)]);
      });
      const [[, first] = []] = answers;
      if (route.page)
        expect([first?.status, first?.body]).toEqual([200, expect.stringContaining("Sign in with passkey")]);
      else expect([first?.status, first && codeOf(first)]).toEqual([401, "session_required"]);
      for (const [name, answer] of answers) expect([name, answer]).toEqual([name, first]);
      expect(differs).toEqual([]);
    },
  );
});

describe("another person's session", () => {
  it.each(WITH_SESSION.filter(([, { of }]) => of))("sees nothing at %s", async (_name, route) => {
    const ids = route.of === "passkey" ? [company.alex.passkey.credential.id] : [pending, approved];
    const differs = await changedBy(async () => {
      for (const { cookie } of [other.alex, maria]) {
        // A page names the person who is signed in, so each person's own answers are compared.
        const absent = await call(route, { cookie }, "absent");
        expect(absent.status).toBe(404);
        if (!route.page) expect(codeOf(absent)).toBe("not_found");
        for (const id of ids) expect(await call(route, { cookie }, id)).toEqual(absent);
      }
    });
    expect(differs).toEqual([]);
  });

  it("has its own devices and inbox", async () => {
    const pages = ["GET /devices", "GET /inbox", "GET /inbox/items"] as const;
    const see = async (cookie: string) => {
      const seen = await Promise.all(pages.map((route) => call({ route, access: "session" }, { cookie })));
      return seen.map(({ body }) => body).join("\n");
    };
    const own = await see(company.alex.cookie);
    for (const text of [pending, approved, company.alex.passkey.credential.id]) {
      expect(own).toContain(text);
      for (const { cookie } of [other.alex, maria]) expect(await see(cookie)).not.toContain(text);
    }
  });
});

describe("a call that does not come from our own page", () => {
  const from: readonly (readonly [
    name: string,
    code: string,
    status: number,
    headers: Record<string, string>,
  ])[] = [
    [
      "another site",
      "forbidden_origin",
      403,
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    ],
    [
      "another port",
      "forbidden_origin",
      403,
      { origin: "http://localhost:1", "sec-fetch-site": "same-site" },
    ],
    ["our name over https", "forbidden_origin", 403, { origin: ORIGIN.replace("http", "https") }],
    ["an opaque origin", "forbidden_origin", 403, { origin: "null" }],
    ["no origin", "forbidden_origin", 403, { origin: "" }],
    ["a site that forges the origin", "forbidden_origin", 403, { "sec-fetch-site": "cross-site" }],
    ["a sibling site", "forbidden_origin", 403, { "sec-fetch-site": "same-site" }],
    ["the address bar", "forbidden_origin", 403, { "sec-fetch-site": "none" }],
    ["a form", "unsupported_media_type", 415, { "content-type": "application/x-www-form-urlencoded" }],
    ["a form with text", "unsupported_media_type", 415, { "content-type": "text/plain" }],
    [
      "a form with files",
      "unsupported_media_type",
      415,
      { "content-type": "multipart/form-data; boundary=a" },
    ],
  ];

  it.each(POSTED_BY_PAGES)("is refused at %s", async (_name, route) => {
    const { cookie, passkey } = company.alex;
    const id = route.of === "passkey" ? passkey.credential.id : pending;
    const differs = await changedBy(async () => {
      for (const [name, code, status, headers] of from) {
        const answer = await call(route, { cookie, ...headers }, id);
        expect([name, answer.status, codeOf(answer)]).toEqual([name, status, code]);
      }
    });
    expect(differs).toEqual([]);
  });
});

describe("reading", () => {
  it.each(READING)("%s changes nothing but the audit trail", async (_name, route) => {
    const { cookie } = company.alex;
    const differs = await changedBy(async () => {
      for (const id of [pending, approved]) {
        for (const method of ["GET", "HEAD"])
          await call(route, { cookie, ...withKey(keys.all) }, id, { method });
      }
    });
    // Who took the organisation's data is noted.
    expect(differs).toEqual(route.noted === true ? ["trail"] : []);
  });

  it.each(
    ROUTES.filter(({ route }) => route.startsWith("POST")).map((route) => [route.route, route] as const),
  )("%s does nothing when it is opened with GET", async (_name, { body: _body, ...route }) => {
    const opened = { ...route, route: route.route.replace("POST", "GET") as Route["route"] };
    const differs = await changedBy(async () => {
      await call(opened, { cookie: company.alex.cookie, ...withKey(keys.all) }, pending);
    });
    expect(differs).toEqual([]);
  });
});

describe("a new tenant", () => {
  it("is invisible without one of its links", async () => {
    const runtime = await import("../../../src/app/create-platform.ts").then(({ createPlatform }) =>
      createPlatform(bindings),
    );
    const begin = routeNamed("POST /enrol/begin");
    const before = await call(begin, {});
    await createTenant(runtime, "Third", "alex");
    expect(await call(begin, {})).toEqual(before);
    expect([before.status, codeOf(before)]).toEqual([404, "enrolment_unknown"]);
  });
});
