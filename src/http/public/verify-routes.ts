import { Hono } from "hono";
import { pageResponse, securityHeaders } from "../browser/pages.ts";
import type { HonoEnv } from "../context.ts";

/** The page on which anybody can verify an approval, and the same page as one file to keep. */
export const verifyRoutes = new Hono<HonoEnv>();

const SAVED_PAGE = "/verify-offline.html";
const SAVED_PAGE_FILENAME = "countersign-verify.html";

verifyRoutes.get("/verify", (context) => pageResponse(context, "verify"));

/** Its own policy, inside the file, allows it no connection at all. */
verifyRoutes.get(SAVED_PAGE, async (context) => {
  const file = await context.env.ASSETS.fetch(new URL(SAVED_PAGE, context.req.url));
  return context.body(await file.arrayBuffer(), 200, {
    ...securityHeaders(""),
    "content-type": "text/html; charset=utf-8",
    "content-disposition": `attachment; filename="${SAVED_PAGE_FILENAME}"`,
  });
});
