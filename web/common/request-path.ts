import type { Path } from "./http.ts";

/** The page of a request. */
export function requestPath(id: string): Path {
  return `/approve/${encodeURIComponent(id)}`;
}
