import { Hono } from "hono";
import { LandingPage } from "../../../web/site/landing/landing-page.tsx";
import type { HonoEnv } from "../context.ts";
import { siteResponse, visitorOf } from "./site-response.ts";

/** What anybody may read about the product. */
export const siteRoutes = new Hono<HonoEnv>();

siteRoutes.get("/", async (context) => {
  const { origin } = context.get("platform");
  return siteResponse(context, LandingPage({ origin, visitor: await visitorOf(context) }));
});
