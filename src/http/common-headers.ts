// Headers of every answer, whatever route it comes from.

/** Two years, as browsers' preload lists require it. */
const HTTPS_ONLY = "max-age=63072000; includeSubDomains";

/** A route sets a Cache-Control of its own only if its content may be cached. */
export function setCommonHeaders(headers: Headers, origin: string): void {
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (origin.startsWith("https:")) headers.set("strict-transport-security", HTTPS_ONLY);
}
