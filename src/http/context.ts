import type { Context } from "hono";
import type { Runtime } from "../app/runtime.ts";
import { refuse } from "../core/refusal.ts";
import type { Env } from "../env.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { logError } from "./log-error.ts";
import { problemResponse } from "./problem.ts";

export interface HonoEnv {
  Bindings: Env;
  Variables: {
    readonly runtime: Runtime;
    /** Identifies the request in the operator's log. */
    readonly requestId: string;
  };
}
/** The context of any route. The middleware of a route may have set further variables. */
export type RequestContext = Pick<Context<HonoEnv>, "env" | "req" | "get" | "body" | "json">;

/** The answer to a request that ended with an exception: a refusal, or a failure of ours. */
export function errorResponse(error: unknown, context: RequestContext): Response {
  const problemContext = { instance: context.req.path, requestId: context.get("requestId") };
  if (error instanceof HttpRefusal)
    return problemResponse(problemContext, error.refusal, error.errors, error.headers);
  logError(context.get("requestId"), error);
  return problemResponse(problemContext, refuse("internal_error", "").refusal);
}
