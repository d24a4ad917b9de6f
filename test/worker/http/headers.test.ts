import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import { app } from "../../../src/http/app.ts";
import { rows } from "../support/database-rows.ts";
import { call, ROUTES, type Route } from "../support/route-table.ts";
import {
  bindings,
  freshPlatform,
  fetchWorker,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// The headers of every answer, whatever it is: a page, JSON, a file of the log, or a refusal.

const SECURE_ORIGIN = "https://sign.example";
/** The same for everyone, for some seconds or minutes. */
const PUBLIC: readonly string[] = [
  "GET /public/log/entries/:id/verification",
  "GET /docs",
  "GET /llms.txt",
  "GET /robots.txt",
  "GET /sitemap.xml",
];
const named = (routes: readonly Route[]) => routes.map((route) => [route.route, route] as const);

let company: Company;
let confirmation: string;
let key: string;
beforeAll(async () => {
  const runtime = await freshPlatform();
  company = await newCompany(runtime);
  confirmation = await company.asked();
  const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", company.store.tenantId);
  key = await newKey(runtime, company.store, String(project?.["id"]), "All", SCOPES);
}, 60_000);

/** The answers of a route to a caller who has access, to nobody, and to a caller with a wrong body. */
async function answersOf(route: Route) {
  const id = route.of === "passkey" ? company.alex.passkey.credential.id : confirmation;
  // Signing out with the session would end it for the other routes.
  const cookie = route.route === "POST /signout" ? "" : company.alex.cookie;
  const access = { cookie, "x-api-key": key };
  const { body: _body, ...withoutBody } = route;
  return Promise.all([call(route, access, id), call(route, {}, id), call(withoutBody, access, id)]);
}

describe("every answer", () => {
  it.each(named(ROUTES))("of %s forbids guessing its type", async (_name, route) => {
    for (const { status, headers } of await answersOf(route))
      expect([status, headers["x-content-type-options"]]).toEqual([status, "nosniff"]);
  });

  it.each(named(ROUTES.filter(({ route }) => !PUBLIC.includes(route))))(
    "of %s is not stored by a cache",
    async (_name, route) => {
      for (const { status, headers } of await answersOf(route))
        expect([status, headers["cache-control"]]).toEqual([status, "no-store"]);
    },
  );

  it.each([
    ["an absent address", "/api/nothing"],
    ["an absent page", "/nothing"],
    ["a module of a page", "/common.js"],
    ["an absent file of the log", "/log/nothing"],
  ])("of %s forbids guessing its type", async (_name, path) => {
    const answer = await fetchWorker(ORIGIN + path);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    await answer.arrayBuffer();
  });
});

describe("the transport", () => {
  const withOrigin = async (origin: string, path: string) => {
    const env = { ...bindings, ORIGIN: origin };
    const answer = await app.fetch(new Request(origin + path), env, createExecutionContext());
    await answer.arrayBuffer();
    return answer.headers.get("strict-transport-security");
  };
  const PATHS = [
    "/",
    "/healthz",
    "/inbox",
    "/api/confirmations",
    "/style.css",
    "/nothing",
    "/log/checkpoint",
  ];

  it.each(PATHS)("is https for good at %s of an https origin", async (path) => {
    expect(await withOrigin(SECURE_ORIGIN, path)).toBe("max-age=63072000; includeSubDomains");
  });

  it.each(PATHS)("may be http at %s of localhost", async (path) => {
    expect(await withOrigin(ORIGIN, path)).toBeNull();
  });
});
