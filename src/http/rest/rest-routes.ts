import { Hono } from "hono";
import type { HonoEnv } from "../context.ts";
import { OPERATIONS } from "./operations.ts";

/** The routes of the REST API, made from the table of its operations. */
export const restRoutes = new Hono<HonoEnv>();

for (const { method, path, handlers } of OPERATIONS)
  restRoutes.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), ...handlers);
