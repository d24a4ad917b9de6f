import type { Scope } from "../../../src/core/confirmation/scopes.ts";
import { CONSOLE_DOWNLOADS, CONSOLE_FORMS, CONSOLE_PAGES } from "../../../src/http/console/console-routes.ts";
import { DEMO_PATHS } from "../../../src/http/demo-console/demo-console-routes.ts";
import { message } from "../../support/mcp-messages.ts";
import { fetchWorker, ORIGIN } from "./worker-fixture.ts";

// Every route of the Worker, and who has access.

export interface Route {
  readonly route: `${"GET" | "POST" | "PUT" | "DELETE" | "ALL"} ${string}`;
  /** A key with this scope, any key, a person with a session, or anybody. */
  readonly access: Scope | "any key" | "session" | "anybody";
  /** A valid body, so that only the caller can be wrong. */
  readonly body?: object;
  /** What its id identifies. */
  readonly of?: "confirmation" | "group" | "passkey" | "person" | "policy" | "webhook";
  /** Answers a session whose passkey is not active yet, too. */
  readonly waiting?: true;
  /** Leaves an entry in the audit trail. */
  readonly noted?: true;
  /** Mail programs post to it, from nowhere. */
  readonly byMail?: true;
  /** HTML: a refusal is the sign-in page or a 404 page. */
  readonly page?: true;
}

export const QUESTION = { username: "alex", action: "Deploy", payload: { a: 1 } };
const ASSERTION = {
  id: "AAAA",
  clientDataJSON: "AAAA",
  authenticatorData: "A".repeat(50),
  signature: "AAAA",
};
const REGISTRATION = { id: "AAAA", clientDataJSON: "AAAA", attestationObject: "AAAA", transports: [] };
const CHALLENGE = "A".repeat(43);
const VOTE = { ceremonyId: "y_1", vote: "approve", reason: "", assertion: ASSERTION };
const ENROLMENT = { challenge: CHALLENGE, label: "", registration: REGISTRATION };
const NEW_DEVICE = { ...ENROLMENT, proof: { challenge: CHALLENGE, assertion: ASSERTION } };

export const ROUTES: readonly Route[] = [
  { route: "POST /api/confirmations", access: "confirmations:create", body: QUESTION },
  { route: "GET /api/confirmations", access: "confirmations:read" },
  { route: "GET /api/confirmations/:id", access: "confirmations:read", of: "confirmation" },
  { route: "POST /api/confirmations/:id/cancel", access: "confirmations:create", of: "confirmation" },
  {
    route: "POST /api/confirmations/:id/consume",
    access: "confirmations:consume",
    body: { payload: { service: "api", sha: "abc123" } },
    of: "confirmation",
  },
  { route: "GET /api/confirmations/:id/receipt", access: "confirmations:read", of: "confirmation" },
  { route: "GET /api/approvers", access: "confirmations:create" },
  { route: "GET /api/usage", access: "manage" },
  { route: "GET /api/audit/export", access: "audit:read", noted: true },
  { route: "POST /api/invites", access: "people", body: { username: "newcomer", role: "approver" } },
  { route: "POST /api/recoveries", access: "people", body: { username: "alex" } },
  { route: "POST /api/roles", access: "people", body: { username: "alex", role: "admin" } },
  { route: "GET /api/people", access: "people" },
  { route: "GET /api/people/:id", access: "people", of: "person" },
  { route: "POST /api/people/:id/invitation/revoke", access: "people", of: "person" },
  { route: "POST /api/people/:id/remove", access: "people", of: "person" },
  { route: "GET /api/templates", access: "people" },
  {
    route: "POST /api/templates",
    access: "people",
    body: { action: "Deploy", sentence: "Deploy {service}" },
  },
  { route: "GET /api/groups", access: "people" },
  { route: "GET /api/groups/:name", access: "people", of: "group" },
  { route: "PUT /api/groups/:name", access: "people", body: { members: ["alex"] } },
  { route: "DELETE /api/groups/:name", access: "people" },
  { route: "GET /api/policies", access: "people" },
  { route: "GET /api/policies/:name", access: "people", of: "policy" },
  { route: "PUT /api/policies/:name", access: "people", body: { needs: ["alex"] } },
  { route: "DELETE /api/policies/:name", access: "people" },
  { route: "GET /api/rules", access: "people" },
  { route: "PUT /api/rules", access: "people", body: { otherwise: "named-person" } },
  { route: "DELETE /api/rules", access: "people" },
  { route: "POST /api/rules/try", access: "people", body: { action: "Deploy", payload: { a: 1 } } },
  { route: "GET /api/projects", access: "manage" },
  { route: "POST /api/projects", access: "manage", body: { name: "Another", mode: "test" } },
  { route: "POST /api/projects/:id/rename", access: "manage", body: { name: "Another" } },
  { route: "POST /api/projects/:id/archive", access: "manage" },
  { route: "POST /api/projects/:id/notices", access: "manage", body: { hidesContent: true } },
  { route: "GET /api/keys", access: "manage" },
  { route: "POST /api/keys", access: "manage", body: { project: "j_absent", label: "Another" } },
  { route: "POST /api/keys/:id/rotate", access: "manage", body: {} },
  { route: "POST /api/keys/:id/revoke", access: "manage" },
  { route: "GET /api/webhooks", access: "manage" },
  { route: "POST /api/webhooks", access: "manage", body: { name: "Hook", url: "https://hook.example.com" } },
  { route: "GET /api/webhooks/:id", access: "manage", of: "webhook" },
  { route: "POST /api/webhooks/:id/change", access: "manage", body: { name: "Another" }, of: "webhook" },
  { route: "POST /api/webhooks/:id/disable", access: "manage", of: "webhook" },
  { route: "POST /api/webhooks/:id/enable", access: "manage", of: "webhook" },
  { route: "POST /api/webhooks/:id/remove", access: "manage", of: "webhook" },
  { route: "POST /api/webhooks/:id/rotate", access: "manage", of: "webhook" },
  { route: "POST /api/webhooks/:id/test", access: "manage", of: "webhook" },
  { route: "GET /api/webhooks/:id/deliveries", access: "manage", of: "webhook" },
  { route: "POST /api/webhooks/:id/replay", access: "manage", body: { sequence: 1 }, of: "webhook" },
  { route: "ALL /mcp", access: "any key", body: message("old", "list_approvals", {}) },

  { route: "GET /approve/:id", access: "session", of: "confirmation", page: true },
  { route: "GET /approve/:id/state", access: "session", of: "confirmation" },
  { route: "GET /approve/:id/receipt", access: "session", of: "confirmation" },
  { route: "POST /approve/:id/ceremony", access: "session", body: {}, of: "confirmation" },
  { route: "POST /approve/:id/decision", access: "session", body: VOTE, of: "confirmation" },
  { route: "GET /approve/:id/publish", access: "session", of: "confirmation", page: true },
  { route: "POST /approve/:id/reveal", access: "session", body: {}, of: "confirmation" },
  { route: "POST /approve/:id/withdraw", access: "session", body: {}, of: "confirmation" },
  { route: "GET /devices", access: "session", page: true },
  { route: "POST /devices/begin", access: "session", body: {} },
  { route: "POST /devices/finish", access: "session", body: NEW_DEVICE },
  {
    route: "POST /devices/link",
    access: "session",
    body: { proof: { challenge: CHALLENGE, assertion: ASSERTION } },
  },
  { route: "POST /devices/:id/revoke", access: "session", body: {}, of: "passkey" },
  { route: "POST /devices/:id/remove", access: "session", body: {}, of: "passkey" },
  { route: "GET /enrol/state", access: "session", waiting: true },
  { route: "GET /inbox", access: "session", page: true },
  { route: "GET /inbox/items", access: "session" },

  ...CONSOLE_PAGES.map(({ path }) => ({ route: `GET ${path}`, access: "session", page: true }) as const),
  ...CONSOLE_PAGES.filter(({ isLive }) => isLive).map(
    ({ path }) => ({ route: `GET ${path}/live`, access: "session" }) as const,
  ),
  ...CONSOLE_DOWNLOADS.map(
    ({ path }) =>
      ({
        route: `GET ${path}`,
        access: "session",
        page: true,
        // Who took the whole history or the table is noted.
        ...(path.startsWith("/console/export/") ? ({ noted: true } as const) : {}),
      }) as const,
  ),
  { route: "POST /console/elevate/begin", access: "session", body: {} },
  {
    route: "POST /console/elevate/finish",
    access: "session",
    body: { challenge: CHALLENGE, assertion: ASSERTION },
  },

  { route: "GET /", access: "anybody" },
  { route: "GET /security", access: "anybody" },
  { route: "GET /pricing", access: "anybody" },
  { route: "GET /privacy", access: "anybody" },
  { route: "GET /terms", access: "anybody" },
  { route: "GET /docs", access: "anybody" },
  { route: "GET /docs/:path{.*}", access: "anybody" },
  { route: "GET /llms.txt", access: "anybody" },
  { route: "GET /robots.txt", access: "anybody" },
  { route: "GET /sitemap.xml", access: "anybody" },
  { route: "GET /.well-known/change-password", access: "anybody" },
  { route: "GET /problems", access: "anybody" },
  { route: "GET /problems/:code", access: "anybody" },
  ...DEMO_PATHS.map((path) => ({ route: `GET ${path}`, access: "anybody" }) as const),
  { route: "GET /demo/*", access: "anybody" },
  { route: "GET /healthz", access: "anybody" },
  { route: "GET /status", access: "anybody" },
  { route: "GET /openapi.json", access: "anybody" },
  { route: "GET /server.json", access: "anybody" },
  { route: "GET /.well-known/security.txt", access: "anybody" },
  { route: "GET /enrol", access: "anybody" },
  { route: "POST /enrol/begin", access: "anybody", body: { secret: "nobody's" } },
  { route: "POST /enrol/finish", access: "anybody", body: { ...ENROLMENT, secret: "nobody's" } },
  { route: "GET /signup", access: "anybody" },
  { route: "POST /signup/begin", access: "anybody", body: { organisation: "Acme", username: "alex" } },
  { route: "POST /demo/begin", access: "anybody", body: {} },
  { route: "POST /signin/begin", access: "anybody", body: {} },
  { route: "POST /signin/finish", access: "anybody", body: { challenge: CHALLENGE, assertion: ASSERTION } },
  { route: "POST /signout", access: "anybody", body: {} },
  { route: "GET /log/*", access: "anybody" },
  { route: "GET /public/log/entries/:id/verification", access: "anybody", of: "confirmation" },
  { route: "GET /unsubscribe/:token", access: "anybody" },
  { route: "POST /unsubscribe/:token", access: "anybody", byMail: true },
  { route: "GET /verify", access: "anybody" },
  { route: "GET /verify-offline.html", access: "anybody" },
];
/**
 * Entries of the router that are no routes: middleware, plain files, and the refusal of other methods. The forms of the
 * console are walked with every role in console-rights.test.ts.
 */
export const NO_ROUTES = [
  ...CONSOLE_FORMS.map(({ path }) => `POST ${path}`),
  "ALL /*",
  "GET /*",
  "ALL /log/*",
  "ALL /unsubscribe/*",
  "ALL /api/*",
  "GET /public/*",
  "POST /enrol/*",
  "POST /signin/*",
  "POST /signup/*",
  "POST /demo/*",
];

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to one call, without the fields that identify the call, and without its caller's limit. */
export async function call(
  { route, body }: Route,
  headers: Record<string, string>,
  id = "",
  more: RequestInit = {},
): Promise<RouteAnswer> {
  const [verb = "", path = ""] = route.split(" ");
  const method = verb === "ALL" ? "POST" : verb;
  const response = await fetchWorker(ORIGIN + path.replace(/:(id|name)/, id).replace("*", "checkpoint"), {
    method,
    redirect: "manual",
    headers: {
      ...(body ? { "content-type": "application/json" } : {}),
      ...(method === "GET" ? {} : { origin: ORIGIN, "sec-fetch-site": "same-origin" }),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...more,
  });
  const {
    "x-request-id": _name,
    ratelimit: _left,
    "ratelimit-policy": _limit,
    ...shared
  } = Object.fromEntries(response.headers);
  // Not text(): the runtime warns of it for a body of another type.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const own = /"instance":"[^"]*"|"requestId":"[^"]*"/g;
  return { status: response.status, headers: shared, body: text.replaceAll(own, "") };
}

/** A route of the table. */
export function routeNamed(name: Route["route"]): Route {
  const route = ROUTES.find((one) => one.route === name);
  if (route === undefined) throw new RangeError(`there is no route ${name}`);
  return route;
}
