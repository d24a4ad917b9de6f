import { Hono } from "hono";
import { LandingPage } from "../../../web/site/landing/landing-page.tsx";
import { htmlResponse } from "../browser/pages.ts";
import type { HonoEnv } from "../context.ts";
import { visitorOf } from "./visitor.ts";

/** What anybody may read about the product. */
export const siteRoutes = new Hono<HonoEnv>();

siteRoutes.get("/", async (context) => {
  const { origin } = context.get("platform");
  return htmlResponse(context, LandingPage({ origin, visitor: await visitorOf(context) }));
});
