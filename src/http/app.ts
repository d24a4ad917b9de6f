import { Hono } from "hono";
import { platformOf } from "../app/create-platform.ts";
import { healthCheck } from "../app/health-check.ts";
import { toHex } from "../core/encoding/bytes.ts";
import { refuse } from "../core/refusal.ts";
import { approvalRoutes } from "./browser/approval-routes.ts";
import { deviceRoutes } from "./browser/device-routes.ts";
import { enrolmentRoutes } from "./browser/enrolment-routes.ts";
import { inboxRoutes } from "./browser/inbox-routes.ts";
import { pageFile } from "./browser/page-files.ts";
import { publicationRoutes } from "./browser/publication-routes.ts";
import { notFoundPage } from "./browser/session.ts";
import { signInRoutes } from "./browser/sign-in-routes.ts";
import { signUpRoutes } from "./browser/sign-up-routes.ts";
import { unsubscribeRoutes } from "./browser/unsubscribe-routes.ts";
import { limitAddress, limitNewOrganisations, limitUnknownKeys } from "./address-limit.ts";
import { methodFinder } from "./allowed-methods.ts";
import { consoleRoutes } from "./console/console-routes.ts";
import { setCommonHeaders } from "./common-headers.ts";
import { errorResponse, type HonoEnv } from "./context.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { logError } from "./log-error.ts";
import { measure } from "./measure-calls.ts";
import { mcpRoutes } from "./mcp/mcp-routes.ts";
import { serverJson } from "./mcp/server-json.ts";
import { logRoutes } from "./public/log-routes.ts";
import { securityTxt } from "./public/security-txt.ts";
import { verifyRoutes } from "./public/verify-routes.ts";
import { openapi } from "./rest/openapi.ts";
import { restRoutes } from "./rest/rest-routes.ts";
import { crawlerRoutes } from "./site/crawler-routes.ts";
import { demoConsoleRoutes } from "./demo-console/demo-console-routes.ts";
import { demoRoutes } from "./site/demo-routes.ts";
import { docsRoutes } from "./site/docs-routes.ts";
import { productRoutes } from "./site/product-routes.ts";
import { problemRoutes } from "./site/problems/problem-routes.ts";
import { siteRoutes } from "./site/site-routes.ts";
import { statusRoutes } from "./site/status-routes.ts";

const REQUEST_ID_BYTES = 12;
const LOOPBACK = /^(?:127\.0\.0\.1|\[::1\])$/;

/** All routes of the Worker. */
export const app = new Hono<HonoEnv>();

app.use(async (context, next) => {
  await next();
  setCommonHeaders(context.res.headers, context.env.ORIGIN);
});

const isHealthy = healthCheck((problem) => logError("healthz", problem));
app.get("/healthz", async (context) =>
  (await isHealthy(platformOf(context.env)))
    ? context.json({ status: "ok" })
    : context.json({ status: "unavailable" }, 503),
);
// Mounted before request ids, so that log readers stay anonymous.
app.route("/log", logRoutes);

app.use(async (context, next) => {
  const platform = platformOf(context.env);
  context.set("platform", platform);
  context.set("requestId", toHex(platform.random(REQUEST_ID_BYTES)));
  await next();
  // Set on the response itself: context.header() would copy the response for each header.
  const { headers } = context.res;
  headers.set("x-request-id", context.get("requestId"));
  for (const [name, value] of Object.entries(context.get("rateHeaders") ?? {})) headers.set(name, value);
});

/** An IP address can't be a relying party, so a browser that used one is redirected to the host name. */
app.get("*", async (context, next) => {
  const url = new URL(context.req.url);
  if (!acceptsHtml(context.req.header("accept")) || !LOOPBACK.test(url.hostname)) return next();
  // Concatenated: resolving a path that begins with // would lead to another host.
  return context.redirect(context.get("platform").origin + url.pathname + url.search, 302);
});

app.post("/signin/*", limitAddress("sign-in"));
app.post("/enrol/*", limitAddress("enrolment"));
app.post("/signup/*", limitAddress("sign-up"), limitNewOrganisations("sign-up"));
app.post("/demo/*", limitAddress("demo"), limitNewOrganisations("demo"));
app.get("/public/*", limitAddress("verification"));
app.use("/unsubscribe/*", limitAddress("unsubscribing"));
app.use("/api/*", limitUnknownKeys);
app.post("/api/confirmations", measure("ask"));
app.get("/api/confirmations/:id", measure("read"));
app.post("/approve/:id/decision", measure("decide"));
app.post("/api/confirmations/:id/consume", measure("use"));

app.get("/openapi.json", (context) => context.json(openapi(context.get("platform").origin)));
app.get("/server.json", (context) => context.json(serverJson(context.get("platform").origin)));
app.get("/.well-known/security.txt", (context) => {
  const { origin, now } = context.get("platform");
  return context.text(securityTxt(origin, context.env.SECURITY_CONTACT, now()));
});
app.route("/", restRoutes);
app.route("/mcp", mcpRoutes);
app.route("/approve", approvalRoutes);
app.route("/approve", publicationRoutes);
app.route("/", signInRoutes);
app.route("/", enrolmentRoutes);
app.route("/", signUpRoutes);
app.route("/", deviceRoutes);
app.route("/", inboxRoutes);
app.route("/", consoleRoutes);
app.route("/", unsubscribeRoutes);
app.route("/", verifyRoutes);
app.route("/", siteRoutes);
app.route("/", productRoutes);
app.route("/", demoRoutes);
app.route("/", demoConsoleRoutes);
app.route("/", docsRoutes);
app.route("/", statusRoutes);
app.route("/", crawlerRoutes);
app.route("/", problemRoutes);

app.get("*", pageFile);

const methodsAt = methodFinder(app);

app.notFound(async (context) => {
  const { method, path } = context.req;
  const methods = methodsAt(path);
  const allow = methods.join(", ");
  if (method === "GET" && acceptsHtml(context.req.header("accept"))) {
    const page = await notFoundPage(context, { forOthers: false }, methods.length > 0 ? 405 : 404);
    if (methods.length > 0) page.headers.set("allow", allow);
    return page;
  }
  const refusal =
    methods.length > 0
      ? new HttpRefusal(refuse("method_not_allowed", `use ${allow} here`).refusal, undefined, { allow })
      : new HttpRefusal(refuse("not_found", "").refusal);
  return errorResponse(refusal, context);
});

app.onError(errorResponse);

function acceptsHtml(accept: string | undefined): boolean {
  return accept?.includes("text/html") === true;
}
