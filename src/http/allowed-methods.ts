import type { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import type { HonoEnv } from "./context.ts";

/** Finds the methods that the routes of the app have at a path. Patterns for any path are not counted. */
export function methodFinder({ routes }: Hono<HonoEnv>): (path: string) => readonly string[] {
  const router = new TrieRouter<string>();
  for (const { method, path } of routes) if (!path.endsWith("*")) router.add("ALL", path, method);
  return (path) => {
    const methods = new Set(router.match("ALL", path)[0].map(([method]) => method));
    return [...methods].flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  };
}
