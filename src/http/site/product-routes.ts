import { Hono } from "hono";
import { PrivacyPage } from "../../../web/site/legal/privacy-page.tsx";
import { TermsPage } from "../../../web/site/legal/terms-page.tsx";
import { calculate } from "../../../web/site/pricing/plan-calculator.ts";
import { PricingPage } from "../../../web/site/pricing/pricing-page.tsx";
import { SecurityPage } from "../../../web/site/security/security-page.tsx";
import { FORM_POLICY, htmlResponse } from "../browser/pages.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { visitorOf } from "./visitor.ts";

/** Pages about the product and its operator. */
export const productRoutes = new Hono<HonoEnv>();

productRoutes.get("/security", async (context) =>
  htmlResponse(context, SecurityPage(await pageData(context))),
);

productRoutes.get("/pricing", async (context) => {
  const calculation = calculate(context.req.query());
  const page = PricingPage({ ...(await pageData(context)), calculation });
  return htmlResponse(context, page, { policy: FORM_POLICY });
});

productRoutes.get("/privacy", async (context) => htmlResponse(context, PrivacyPage(await pageData(context))));

productRoutes.get("/terms", async (context) => htmlResponse(context, TermsPage(await pageData(context))));

async function pageData(context: RequestContext) {
  return {
    origin: context.get("platform").origin,
    visitor: await visitorOf(context),
    contact: context.env.SECURITY_CONTACT,
  };
}
