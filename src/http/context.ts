import type { Context } from "hono";
import type { Runtime } from "../app/runtime.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Env } from "../env.ts";
import { problem, type FieldError } from "./problem.ts";

// What every door starts from.

export interface HonoEnv {
  Bindings: Env;
  Variables: {
    readonly runtime: Runtime;
    /** The name of this call in the log. */
    readonly requestId: string;
  };
}
export type RequestContext = Context<HonoEnv>;

export function refused(context: RequestContext, refusal: Refusal, errors?: readonly FieldError[]): Response {
  return problem({ instance: context.req.path, requestId: context.get("requestId") }, refusal, errors);
}
