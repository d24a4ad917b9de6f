import { Hono } from "hono";
import { createRuntime } from "../app/create-runtime.ts";
import { toHex } from "../core/encoding/bytes.ts";
import { refuse } from "../core/refusal.ts";
import { api } from "./rest/rest-routes.ts";
import { approve } from "./browser/approve-routes.ts";
import { audit } from "./rest/audit-routes.ts";
import { logError } from "./log-error.ts";
import { refused, type HonoEnv } from "./context.ts";
import { mcp } from "./mcp/mcp-routes.ts";
import { serverJson } from "./mcp/server-json.ts";
import { openapi } from "./rest/openapi.ts";
import { page, securityHeaders } from "./browser/pages.ts";
import { people } from "./browser/account-routes.ts";
import { publish } from "./browser/publish-routes.ts";
import { publicDoor } from "./public/verify-routes.ts";
import { tlog } from "./public/log-routes.ts";

const REQUEST_ID_BYTES = 12;
/** Modules, styles and pictures of the pages; HTML is never served as a plain file. */
const FILE = /^\/[a-z-]+\.(?:js|css|svg)$/;
const LOOPBACK = /^(?:127\.0\.0\.1|\[::1\])$/;

/** Every address that the Worker answers. */
export const app = new Hono<HonoEnv>();

app.get("/healthz", (context) => context.json({ status: "ok" }));
// Before anything that gives a call a name: whoever audits the log is nobody's visitor.
app.route("/log", tlog);

app.use(async (context, next) => {
  const runtime = createRuntime(context.env);
  context.set("runtime", runtime);
  context.set("requestId", toHex(runtime.random(REQUEST_ID_BYTES)));
  await next();
  // On the answer itself: through the context each header would make it anew.
  const { headers } = context.res;
  headers.set("x-request-id", context.get("requestId"));
  if (context.req.path.startsWith("/api/")) headers.set("cache-control", "no-store");
});

/** An IP address can be no relying party: a browser that came by one goes to the name. */
app.get("*", async (context, next) => {
  const url = new URL(context.req.url);
  const isPage = context.req.header("accept")?.includes("text/html") === true;
  if (!isPage || !LOOPBACK.test(url.hostname)) return next();
  // Put together as text: a path that begins with // would name another host.
  return context.redirect(context.get("runtime").origin + url.pathname + url.search, 302);
});

app.get("/openapi.json", (context) => context.json(openapi(context.get("runtime").origin)));
app.get("/server.json", (context) => context.json(serverJson(context.get("runtime").origin)));
app.get("/.well-known/security.txt", (context) => {
  const { origin } = context.get("runtime");
  return context.text(
    `Contact: ${origin}/\nCanonical: ${origin}/.well-known/security.txt\nPreferred-Languages: en\n`,
  );
});
app.route("/api", api);
app.route("/api/audit", audit);
app.route("/mcp", mcp);
app.route("/approve", approve);
app.route("/approve", publish);
app.route("/", people);
app.route("/", publicDoor);
app.get("/", (context) => page(context, "home"));

app.get("*", async (context, next) => {
  const { pathname } = new URL(context.req.url);
  if (!FILE.test(pathname)) return next();
  const file = await context.env.ASSETS.fetch(context.req.raw);
  // 304 is the answer to a browser that has the file already.
  if (!file.ok && file.status !== 304) return next();
  const headers = { ...Object.fromEntries(file.headers), ...securityHeaders("") };
  return new Response(file.body, { status: file.status, headers });
});

app.notFound(async (context) => {
  const isPage = context.req.method === "GET" && context.req.header("accept")?.includes("text/html") === true;
  return isPage
    ? page(context, "notfound", undefined, 404)
    : refused(context, refuse("not_found", "").refusal);
});

app.onError((problem, context) => {
  logError(context.get("requestId"), problem);
  return refused(context, refuse("internal_error", "").refusal);
});
