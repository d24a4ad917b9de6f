import { BUILT_ORIGIN } from "../../core/docs/shown-origin.ts";
import { securityHeaders } from "../browser/pages.ts";
import type { RequestContext } from "../context.ts";

/** What is the same for everybody may be kept for five minutes. */
export const PUBLIC_CACHE = "public, max-age=300";

const FILE_TYPES = {
  html: "text/html; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  png: "image/png",
  txt: "text/plain; charset=utf-8",
  xml: "application/xml; charset=utf-8",
} as const;
export type FileKind = keyof typeof FILE_TYPES;

/**
 * A file that the build has written to its folder of documents, with the address of this deployment in it; undefined if
 * there is none. It is not compressed here: its text depends on the deployment, so a copy compressed by the build would
 * be a second form of the same page, and the network of the deployment compresses every answer that is text.
 */
export async function builtFile(
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
    "content-type": FILE_TYPES[kind],
    "cache-control": PUBLIC_CACHE,
    // Of the file without the address. A cache keeps each address of ours apart anyway.
    etag: `W/${file.headers.get("etag")?.replace(/^W\//, "")}`,
  };
  if (file.status === 304) return context.body(null, 304, headers);
  if (kind === "png") return context.body(await file.arrayBuffer(), 200, headers);
  const text = (await file.text()).replaceAll(BUILT_ORIGIN, context.get("platform").origin);
  return context.body(text, 200, headers);
}
