import { Hono } from "hono";
import { logStub, type Env } from "../../env.ts";

/** The public paths of the log. It sees the path alone: whoever audits it does so without a name. */
export const tlog = new Hono<{ Bindings: Env }>();

tlog.get("/*", ({ env, req }) => logStub(env).fetch(req.url, { method: req.method }));
tlog.all("/*", (context) =>
  context.text("Only GET and HEAD are answered here.\n", 405, {
    Allow: "GET, HEAD",
    "Cache-Control": "no-store",
  }),
);
