import { Hono } from "hono";
import { verificationOf } from "../../app/evidence/public-entry.ts";
import type { HonoEnv } from "../context.ts";
import { page, securityHeaders } from "../browser/pages.ts";
import { problem } from "../problem.ts";

// What needs no key and no session: the page on which anybody checks an approval, and what feeds it.

/** Any page may read the answer: it is the same for whoever has the link, and no cookie is looked at. */
const OPEN_TO_ALL = { "access-control-allow-origin": "*", "cache-control": "no-store" };
const SAVED_PAGE = "/verify-offline.html";
const SAVED_AS = "countersign-verify.html";

export const publicDoor = new Hono<HonoEnv>();

publicDoor.get("/public/log/entries/:id/verification", async (context) => {
  const told = await verificationOf(context.get("runtime"), context.req.param("id"));
  if (told.ok) return context.json(told.value, 200, OPEN_TO_ALL);
  const place = { instance: context.req.path, requestId: context.get("requestId") };
  return problem(place, told.refusal, undefined, OPEN_TO_ALL);
});

publicDoor.get("/verify", (context) => page(context, "verify"));

/** The same page in one file, to be kept: it has its own policy inside, which lets it talk to nobody. */
publicDoor.get(SAVED_PAGE, async (context) => {
  const file = await context.env.ASSETS.fetch(new URL(SAVED_PAGE, context.req.url));
  return context.body(await file.arrayBuffer(), 200, {
    ...securityHeaders(""),
    "content-type": "text/html; charset=utf-8",
    "content-disposition": `attachment; filename="${SAVED_AS}"`,
    "cache-control": "no-store",
  });
});
