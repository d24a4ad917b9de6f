import type { MiddlewareHandler } from "hono";
import { CallRecorder } from "../app/status/call-recorder.ts";
import type { CallKind } from "../core/report/call-figures.ts";
import type { HonoEnv, RequestContext } from "./context.ts";
import { logError } from "./log-error.ts";

/** Of this Worker. */
export const measuredCalls = new CallRecorder();

/** How long calls of this kind take. What was refused is not counted: anybody could be refused fast and often. */
export function measure(kind: CallKind): MiddlewareHandler<HonoEnv> {
  return async (context, next) => {
    const platform = context.get("platform");
    const startedAt = platform.now();
    await next();
    const { status } = context.res;
    const hasFailed = status >= 500;
    if ((!hasFailed && status >= 400) || isWaiting(context)) return;
    const endedAt = platform.now();
    measuredCalls.note({ kind, startedAt, endedAt, hasFailed });
    if (!measuredCalls.isDue(endedAt)) return;
    // After the answer, so that no call waits for it.
    const flushed = measuredCalls.flush(platform).catch((problem) => logError("call figures", problem));
    context.executionCtx.waitUntil(flushed);
  };
}

/** A call that waits for a decision takes as long as people do. */
function isWaiting({ req }: RequestContext): boolean {
  return (req.query("wait") ?? "0") !== "0";
}
