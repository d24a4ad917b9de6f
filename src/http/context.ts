import type { Context } from "hono";
import type { Platform } from "../app/runtime.ts";
import { refuse } from "../core/refusal.ts";
import type { Env } from "../env.ts";
import { deskFailure, RETRY_SECONDS } from "./desk/desk-failure.ts";
import { HttpRefusal } from "./http-refusal.ts";
import { logError } from "./log-error.ts";
import { problemResponse } from "./problem.ts";

export interface HonoEnv {
  Bindings: Env;
  Variables: {
    readonly platform: Platform;
    /** Identifies the request in the operator's log. */
    readonly requestId: string;
    /** What is left of the caller's limits. */
    rateHeaders?: Readonly<Record<string, string>>;
  };
}
/** The context of any route. */
export type RequestContext = Context<HonoEnv>;

/** The answer to a request that ended with an exception: a refusal, or a failure of ours. */
export function errorResponse(error: unknown, context: RequestContext): Response {
  const problemContext = { instance: context.req.path, requestId: context.get("requestId") };
  if (error instanceof HttpRefusal)
    return problemResponse(problemContext, error.refusal, error.errors, error.headers);
  logError(context.get("requestId"), error);
  const failure = deskFailure(error);
  if (failure)
    return problemResponse(problemContext, failure, undefined, { "retry-after": `${RETRY_SECONDS}` });
  return problemResponse(problemContext, refuse("internal_error", "").refusal);
}
