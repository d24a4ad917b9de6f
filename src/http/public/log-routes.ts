import { Hono } from "hono";
import { logStub, type Env } from "../../env.ts";

/** The public paths of the log. It receives only the path, so that its readers stay anonymous. */
export const logRoutes = new Hono<{ Bindings: Env }>();

logRoutes.get("/*", ({ env, req }) => logStub(env).fetch(req.url, { method: req.method }));
logRoutes.all("/*", (context) =>
  context.text("Use GET or HEAD here.\n", 405, {
    Allow: "GET, HEAD",
    "Cache-Control": "no-store",
  }),
);
