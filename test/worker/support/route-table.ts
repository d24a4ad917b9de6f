import type { Scope } from "../../../src/app/account/api-keys.ts";
import { message } from "../../support/mcp-messages.ts";
import { fetchWorker, ORIGIN } from "./worker-fixture.ts";

// Every address of the Worker that does something, and who is let in.

export interface Route {
  readonly route: `${"GET" | "POST" | "ALL"} ${string}`;
  /** Who is let in: a key with this scope, a key whatever its scopes, a person signed in, or anybody. */
  readonly door: Scope | "any key" | "session" | "anybody";
  /** A sound body, so that only the caller can be what is wrong. */
  readonly body?: object;
  /** What its id is of. */
  readonly of?: "confirmation" | "passkey";
  /** HTML, where the sign-in page or a 404 page stands for a refusal. */
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
const DECISION = { ceremonyId: "y_1", decision: "approve", reason: "", assertion: ASSERTION };
const NEW_DEVICE = { challenge: CHALLENGE, label: "", registration: REGISTRATION };

export const ROUTES: readonly Route[] = [
  { route: "POST /api/confirmations", door: "confirmations:create", body: QUESTION },
  { route: "GET /api/confirmations", door: "confirmations:read" },
  { route: "GET /api/confirmations/:id", door: "confirmations:read", of: "confirmation" },
  { route: "POST /api/confirmations/:id/cancel", door: "confirmations:create", of: "confirmation" },
  {
    route: "POST /api/confirmations/:id/consume",
    door: "confirmations:consume",
    body: { payload: { service: "api", sha: "abc123" } },
    of: "confirmation",
  },
  { route: "GET /api/confirmations/:id/receipt", door: "confirmations:read", of: "confirmation" },
  { route: "GET /api/approvers", door: "people" },
  { route: "GET /api/audit/export", door: "audit:read" },
  { route: "POST /api/invites", door: "people", body: { username: "newcomer", role: "approver" } },
  { route: "POST /api/recoveries", door: "people", body: { username: "alex" } },
  { route: "POST /api/roles", door: "people", body: { username: "alex", role: "admin" } },
  { route: "ALL /mcp", door: "any key", body: message("old", "list_approvals", {}) },

  { route: "GET /approve/:id", door: "session", of: "confirmation", page: true },
  { route: "GET /approve/:id/state", door: "session", of: "confirmation" },
  { route: "POST /approve/:id/ceremony", door: "session", body: {}, of: "confirmation" },
  { route: "POST /approve/:id/decision", door: "session", body: DECISION, of: "confirmation" },
  { route: "GET /approve/:id/publish", door: "session", of: "confirmation", page: true },
  { route: "POST /approve/:id/reveal", door: "session", body: {}, of: "confirmation" },
  { route: "POST /approve/:id/withdraw", door: "session", body: {}, of: "confirmation" },
  { route: "GET /devices", door: "session", page: true },
  { route: "POST /devices/begin", door: "session", body: {} },
  { route: "POST /devices/finish", door: "session", body: NEW_DEVICE },
  { route: "POST /devices/:id/revoke", door: "session", body: {}, of: "passkey" },
  { route: "GET /inbox", door: "session", page: true },
  { route: "GET /inbox/items", door: "session" },

  { route: "GET /", door: "anybody" },
  { route: "GET /healthz", door: "anybody" },
  { route: "GET /openapi.json", door: "anybody" },
  { route: "GET /server.json", door: "anybody" },
  { route: "GET /.well-known/security.txt", door: "anybody" },
  { route: "GET /enrol", door: "anybody" },
  { route: "POST /enrol/begin", door: "anybody", body: { secret: "nobody's" } },
  { route: "POST /enrol/finish", door: "anybody", body: { ...NEW_DEVICE, secret: "nobody's" } },
  { route: "POST /signin/begin", door: "anybody", body: {} },
  { route: "POST /signin/finish", door: "anybody", body: { challenge: CHALLENGE, assertion: ASSERTION } },
  { route: "POST /signout", door: "anybody", body: {} },
  { route: "GET /log/*", door: "anybody" },
  { route: "GET /public/log/entries/:id/verification", door: "anybody", of: "confirmation" },
  { route: "GET /verify", door: "anybody" },
  { route: "GET /verify-offline.html", door: "anybody" },
];
/** Not doors: what stands before all of them, plain files, and the refusal of other methods. */
export const AROUND = ["ALL /*", "GET /*", "ALL /log/*"];

export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One call of a route, as the test sees it: without what names the call itself. */
export async function call(
  { route, body }: Route,
  headers: Record<string, string>,
  id = "",
  more: RequestInit = {},
): Promise<Seen> {
  const [verb = "", path = ""] = route.split(" ");
  const method = verb === "ALL" ? "POST" : verb;
  const response = await fetchWorker(ORIGIN + path.replace(":id", id).replace("*", "checkpoint"), {
    method,
    redirect: "manual",
    headers: {
      ...(body ? { "content-type": "application/json" } : {}),
      ...(method === "POST" ? { origin: ORIGIN, "sec-fetch-site": "same-origin" } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...more,
  });
  const { "x-request-id": _name, ...kept } = Object.fromEntries(response.headers);
  // Not text(): the runtime warns of it for a body of another type.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const own = /"instance":"[^"]*"|"requestId":"[^"]*"/g;
  return { status: response.status, headers: kept, body: text.replaceAll(own, "") };
}

/** One that is in the table. */
export function routeNamed(name: Route["route"]): Route {
  const route = ROUTES.find((one) => one.route === name);
  if (route === undefined) throw new RangeError(`there is no route ${name}`);
  return route;
}
