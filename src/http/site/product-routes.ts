import { Hono } from "hono";
import { PrivacyPage } from "../../../web/site/legal/privacy-page.tsx";
import { TermsPage } from "../../../web/site/legal/terms-page.tsx";
import { calculate } from "../../../web/site/pricing/plan-calculator.ts";
import { PricingPage } from "../../../web/site/pricing/pricing-page.tsx";
import { SecurityPage } from "../../../web/site/security/security-page.tsx";
import type { HonoEnv, RequestContext } from "../context.ts";
import { siteResponse, visitorOf } from "./site-response.ts";

/** Pages about the product and its operator. */
export const productRoutes = new Hono<HonoEnv>();

productRoutes.get("/security", async (context) =>
  siteResponse(context, SecurityPage(await pageData(context))),
);

productRoutes.get("/pricing", async (context) => {
  const calculation = calculate(context.req.query());
  const page = PricingPage({ ...(await pageData(context)), calculation });
  return siteResponse(context, page, { hasForm: true });
});

productRoutes.get("/privacy", async (context) => siteResponse(context, PrivacyPage(await pageData(context))));

productRoutes.get("/terms", async (context) => siteResponse(context, TermsPage(await pageData(context))));

async function pageData(context: RequestContext) {
  return {
    origin: context.get("platform").origin,
    visitor: await visitorOf(context),
    contact: context.env.SECURITY_CONTACT,
  };
}
