import type { Answer } from "../../desk/answer.ts";
import type { WaitCall, Waited } from "../../desk/desk-for-keys.ts";
import type { RequestContext } from "../context.ts";
import type { KeyCaller } from "./key-caller.ts";

interface WaitingCall<Value> {
  readonly wait: () => Promise<Value>;
  /** Ends the wait. */
  readonly abandon: () => Promise<unknown>;
}

/** Waits while the client is connected. Without a signal from the platform, the wait ends at its deadline. */
export async function whileConnected<Value>(
  context: RequestContext,
  gone: AbortSignal,
  { wait, abandon }: WaitingCall<Value>,
): Promise<Value> {
  // The end of the request must not end this call as well.
  const end = () => context.executionCtx.waitUntil(abandon().catch(() => undefined));
  gone.addEventListener("abort", end);
  try {
    return await wait();
  } finally {
    gone.removeEventListener("abort", end);
  }
}

/**
 * Waits for an outcome. If the Desk is replaced meanwhile, the wait ends early, and the next Desk answers what it reads.
 */
export async function waitAtDesk(
  context: RequestContext,
  { desk, key }: KeyCaller,
  id: string,
  seconds: number,
  by: Omit<WaitCall, "call">,
  gone: AbortSignal = context.req.raw.signal,
): Promise<Answer<Waited>> {
  const call = context.get("requestId");
  const caller = { ...by, call };
  return whileConnected(context, gone, {
    async wait() {
      try {
        return await desk().wait(key, id, seconds, caller);
      } catch {
        return await desk().wait(key, id, 0, caller);
      }
    },
    abandon: async () => desk().abandonWait(key, { call }),
  });
}
