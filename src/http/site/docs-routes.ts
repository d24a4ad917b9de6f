import { Hono } from "hono";
import { DocsNotFound } from "../../../web/site/docs/docs-not-found.tsx";
import type { DocsGroup } from "../../core/docs/docs-index.ts";
import { suggestedPages } from "../../core/docs/docs-suggestions.ts";
import { parseJson } from "../../core/encoding/strict-json.ts";
import { expectOk } from "../../core/refusal.ts";
import { htmlResponse } from "../browser/pages.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { builtFile, type FileKind } from "./built-file.ts";
import { movedAddress } from "./docs-address.ts";

// The documentation, as the build has drawn it from web/docs.

export const docsRoutes = new Hono<HonoEnv>();

const PAGE = /^[a-z0-9-]+$/;
const FILE = /^(?:[a-z0-9-]+\.(?=md|png)|search-index\.(?=txt))([a-z]+)$/;
const FIRST_PAGE = "index";

docsRoutes.get("/docs", async (context) => (await builtFile(context, FIRST_PAGE, "html")) ?? absent(context));

docsRoutes.get("/docs/:path{.*}", async (context) => {
  const path = context.req.param("path");
  const kind = kindOf(path);
  const [name = ""] = path.split(".");
  return (kind && (await builtFile(context, name, kind))) ?? absent(context, path);
});

function kindOf(path: string): FileKind | undefined {
  if (PAGE.test(path)) return path === FIRST_PAGE ? undefined : "html";
  return FILE.exec(path)?.[1] as FileKind | undefined;
}

/** Leads to where the page is, or names pages that may be meant. */
async function absent(context: RequestContext, path = ""): Promise<Response> {
  const file = await context.env.ASSETS.fetch(new URL("/docs/index.json", context.req.url));
  const index = expectOk(parseJson(new Uint8Array(await file.arrayBuffer())));
  const groups = index as unknown as readonly DocsGroup[];
  const pages = groups.flatMap((group) => group.pages);
  const names = pages.map(({ name }) => name);
  const to = movedAddress(path, names);
  if (to !== undefined) return context.redirect(to, 301);
  const { origin } = context.get("platform");
  const page = DocsNotFound({ origin, groups, suggested: suggestedPages(path, pages) });
  return htmlResponse(context, page, { status: 404 });
}
