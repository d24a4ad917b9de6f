import type { Next } from "hono";
import type { RequestContext } from "../context.ts";
import { securityHeaders } from "./pages.ts";

// The pages' modules, styles, pictures and fonts. HTML is never served as a plain file.

const FILE_PATH = /^\/[a-z0-9-]+\.(js|css|svg|woff2|png|webmanifest)$/;
/** A week. A font changes almost never, and an older one does no harm. */
const FONT_CACHE = "public, max-age=604800";
/** Of these there is a copy that was compressed when the pages were built. */
const COMPRESSED: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

export async function pageFile(context: RequestContext, next: Next): Promise<Response | void> {
  const url = new URL(context.req.url);
  const kind = FILE_PATH.exec(url.pathname)?.[1];
  if (kind === undefined) return next();
  const type = COMPRESSED[kind];
  const isCompressed = type !== undefined && acceptsBrotli(context.req.header("accept-encoding"));
  if (isCompressed) url.pathname += ".br";
  const file = await context.env.ASSETS.fetch(new Request(url, context.req.raw));
  // 304: the browser has the file already.
  if (!file.ok && file.status !== 304) return next();
  const headers = new Headers({ ...Object.fromEntries(file.headers), ...securityHeaders("") });
  if (kind === "woff2") headers.set("cache-control", FONT_CACHE);
  if (type !== undefined) headers.set("vary", "accept-encoding");
  if (!isCompressed) return new Response(file.body, { status: file.status, headers });
  headers.set("content-encoding", "br");
  headers.set("content-type", type);
  // The body is compressed already: without this the runtime would do it again.
  return new Response(file.body, { status: file.status, headers, encodeBody: "manual" });
}

function acceptsBrotli(header = ""): boolean {
  return header.split(",").some((encoding) => encoding.trim() === "br");
}
