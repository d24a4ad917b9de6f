import { Hono } from "hono";
import { SHOWN_ORIGIN } from "../../core/pages/shown-origin.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { siteResponse } from "./site-response.ts";

// The documentation, as the build has drawn it from web/docs.

export const docsRoutes = new Hono<HonoEnv>();

const NAME = /^[a-z0-9-]+$/;
const FIRST_PAGE = "quickstart";

docsRoutes.get("/docs", async (context, next) => docsPage(context, FIRST_PAGE, next));

docsRoutes.get("/docs/:name", async (context, next) => docsPage(context, context.req.param("name"), next));

async function docsPage(
  context: RequestContext,
  name: string,
  next: () => Promise<void>,
): Promise<Response | void> {
  const html = NAME.test(name) ? await docsFile(context, `${name}.html`) : undefined;
  return html === undefined ? next() : siteResponse(context, html, { isShared: true });
}

/** With the addresses of this deployment in place of those of a local one. */
async function docsFile(context: RequestContext, name: string): Promise<string | undefined> {
  const file = await context.env.ASSETS.fetch(new URL(`/docs/${name}`, context.req.url));
  if (!file.ok) return undefined;
  return (await file.text()).replaceAll(SHOWN_ORIGIN, context.get("platform").origin);
}
