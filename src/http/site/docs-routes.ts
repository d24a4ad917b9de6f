import { Hono } from "hono";
import { DocsNotFound } from "../../../web/site/docs/docs-not-found.tsx";
import { parseJson } from "../../core/encoding/strict-json.ts";
import type { DocsGroup } from "../../core/docs/docs-index.ts";
import { suggestedPages } from "../../core/docs/docs-suggestions.ts";
import { BUILT_ORIGIN } from "../../core/docs/shown-origin.ts";
import { expectOk } from "../../core/refusal.ts";
import { securityHeaders } from "../browser/pages.ts";

import type { HonoEnv, RequestContext } from "../context.ts";
import { movedAddress } from "./docs-address.ts";
import { PUBLIC_CACHE, siteResponse } from "./site-response.ts";

// The documentation, as the build has drawn it from web/docs.

export const docsRoutes = new Hono<HonoEnv>();

const PAGE = /^[a-z0-9-]+$/;
const FILE = /^[a-z0-9-]+\.(md|json|png)$/;
const TYPES = {
  html: "text/html; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  json: "application/json",
  png: "image/png",
} as const;
type FileKind = keyof typeof TYPES;
const FIRST_PAGE = "index";

docsRoutes.get(
  "/docs",
  async (context) => (await docsFile(context, FIRST_PAGE, "html")) ?? absent(context, ""),
);

docsRoutes.get("/docs/:path{.+}", async (context) => {
  const path = context.req.param("path");
  const kind =
    PAGE.test(path) && path !== FIRST_PAGE ? "html" : (FILE.exec(path)?.[1] as FileKind | undefined);
  const [name = ""] = path.split(".");
  return (kind && (await docsFile(context, name, kind))) ?? absent(context, path);
});

/**
 * A file of the build, with the address of this deployment in it. It is not compressed here: its text depends on the
 * deployment, so a copy compressed by the build would be another path to the same page, and the network of the
 * deployment compresses every answer that is text.
 */
async function docsFile(
  context: RequestContext,
  name: string,
  kind: FileKind,
): Promise<Response | undefined> {
  const known = context.req.header("if-none-match");
  const file = await context.env.ASSETS.fetch(new URL(`/docs/${name}.${kind}`, context.req.url), {
    headers: known === undefined ? {} : { "if-none-match": known },
  });
  if (!file.ok && file.status !== 304) return undefined;
  const headers = {
    ...securityHeaders(""),
    "content-type": TYPES[kind],
    "cache-control": PUBLIC_CACHE,
    // Of the file without the address. A cache keeps each address of ours apart anyway.
    etag: `W/${file.headers.get("etag")?.replace(/^W\//, "")}`,
  };
  if (file.status === 304) return context.body(null, 304, headers);
  if (kind === "png") return context.body(await file.arrayBuffer(), 200, headers);
  const text = (await file.text()).replaceAll(BUILT_ORIGIN, context.get("platform").origin);
  return context.body(text, 200, headers);
}

/** Leads to where the page is, or names pages that may be meant. */
async function absent(context: RequestContext, path: string): Promise<Response> {
  const file = await context.env.ASSETS.fetch(new URL("/docs/index.json", context.req.url));
  const groups = expectOk(
    parseJson(new Uint8Array(await file.arrayBuffer())),
  ) as unknown as readonly DocsGroup[];
  const pages = groups.flatMap((group) => group.pages);
  const to = movedAddress(
    path,
    pages.map(({ name }) => name),
  );
  if (to !== undefined) return context.redirect(to, 301);
  const { origin } = context.get("platform");
  const page = DocsNotFound({ origin, groups, suggested: suggestedPages(path, pages) });
  return siteResponse(context, page, { status: 404 });
}
