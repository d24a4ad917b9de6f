import { Hono } from "hono";
import { logStub, type Env } from "../../env.ts";

/** The public paths of the log. It receives only the path, so that its readers stay anonymous. */
export const logRoutes = new Hono<{ Bindings: Env }>();

logRoutes.get("/*", async ({ env, req }) => {
  const answer = await logStub(env).fetch(req.url, { method: req.method });
  // The headers of an answer that was fetched can't be changed.
  return new Response(answer.body, answer);
});
logRoutes.all("/*", (context) => context.text("Use GET or HEAD here.\n", 405, { Allow: "GET, HEAD" }));
