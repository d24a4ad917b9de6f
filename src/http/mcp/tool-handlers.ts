import type { CallToolResult } from "@modelcontextprotocol/server";
import type { z } from "zod";
import { ask, cancel, consume, wait } from "../../app/confirmation/ask.ts";
import { callOf, deliver } from "../../app/confirmation/deduplicate.ts";
import type { Principal } from "../../app/account/api-keys.ts";
import type { Loaded } from "../../app/confirmation/load.ts";
import { list } from "../../app/confirmation/view.ts";
import type { Caller, Runtime } from "../../app/runtime.ts";
import { visibleStatus } from "../../core/confirmation/decision.ts";
import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import type { Refusal, Result } from "../../core/refusal.ts";
import { EXPIRES_DEFAULT_SECONDS } from "../rest/request-schemas.ts";
import { approvalAnswer, consumedAnswer, errorAnswer, listAnswer, toolResult } from "./tool-results.ts";
import type { Answering } from "./delivery-watch.ts";
import type * as wire from "./tool-schemas.ts";

// The agents' tools. Each is one use case; a refusal that a model can mend is an answer, not a protocol error.

/** One call of a tool, and what came with it. */
export interface ToolCall {
  readonly runtime: Runtime;
  readonly principal: Principal;
  readonly caller: Caller;
  readonly answering: Answering;
  /** Tells a client that asked for it that the wait goes on. */
  readonly progress: ((seconds: number, total: number) => Promise<void>) | undefined;
}

/** How often somebody who waits is told so. */
const PROGRESS_SECONDS = 10;

export async function request(
  call: ToolCall,
  given: z.output<typeof wire.requestArguments>,
): Promise<CallToolResult> {
  const { runtime, principal } = call;
  const { action, approver_username: username = null, idempotency_key: once = null } = given;
  const payload = canonicalPayload(given.payload);
  if (!payload.ok) return refusedWith(payload.refusal);
  if (username === null) {
    return refusedWith({
      code: "unknown_approver",
      detail: "no policy names the approvers here: say who is asked in approver_username",
    });
  }
  const question = {
    username,
    action,
    payload: payload.value,
    expiresInSeconds: EXPIRES_DEFAULT_SECONDS,
    executeWithinSeconds: null,
    metadata: null,
    policy: null,
  };
  // Persisted first; only then does anybody wait.
  const opened = await ask(
    runtime,
    principal,
    question,
    once,
    callOf(principal.key.id, question, once === null),
  );
  if (!opened.ok) return refusedWith(opened.refusal);
  return waited(call, opened.value.row.id, given.wait_seconds);
}

export async function get(
  call: ToolCall,
  given: z.output<typeof wire.getArguments>,
): Promise<CallToolResult> {
  return waited(call, given.confirmation_id, given.wait_seconds);
}

/** The answer after waiting; an outcome in it counts as delivered unless nobody is there to read it. */
async function waited(call: ToolCall, id: string, seconds: number): Promise<CallToolResult> {
  const { runtime, principal, caller, answering, progress } = call;
  const begun = runtime.now();
  const report = () => progress?.(Math.round((runtime.now() - begun) / 1_000), seconds);
  const timer = setInterval(() => void report()?.catch(() => undefined), PROGRESS_SECONDS * 1_000);
  const found = await wait(runtime, principal, id, seconds, caller).finally(() => clearInterval(timer));
  if (!found.ok) return refusedWith(found.refusal);
  const { row, state, attended } = found.value;
  if (visibleStatus(state) !== "pending" && attended && answering.attended) {
    const delivery = await deliver(runtime, principal, row);
    if (delivery) await answering.delivers(delivery);
  }
  return toolResult(approvalAnswer(runtime, found.value));
}

export async function withdraw(
  call: ToolCall,
  given: z.output<typeof wire.cancelArguments>,
): Promise<CallToolResult> {
  const { runtime, principal } = call;
  const found = await cancel(runtime, principal, given.confirmation_id);
  if (found.ok) await deliver(runtime, principal, found.value.row);
  return answered(found, (loaded) => approvalAnswer(runtime, loaded));
}

export async function use(
  { runtime, principal }: ToolCall,
  given: z.output<typeof wire.consumeArguments>,
): Promise<CallToolResult> {
  const { confirmation_id: id, idempotency_key: once = null } = given;
  const payload = canonicalPayload(given.payload);
  if (!payload.ok) return refusedWith(payload.refusal);
  const used = await consume(runtime, principal, id, payload.value, once);
  return answered(used, (loaded) => consumedAnswer(runtime, loaded));
}

export async function listed(
  { runtime, principal }: ToolCall,
  { status, limit }: z.output<typeof wire.listArguments>,
): Promise<CallToolResult> {
  const { items, hasMore } = await list(runtime, principal.store, {
    project: principal.project.id,
    status,
    limit,
  });
  return toolResult(listAnswer(items, hasMore));
}

function answered(
  found: Result<Loaded>,
  told: (loaded: Loaded) => ReturnType<typeof approvalAnswer>,
): CallToolResult {
  return found.ok ? toolResult(told(found.value)) : refusedWith(found.refusal);
}

export function refusedWith(refusal: Refusal): CallToolResult {
  return toolResult(errorAnswer(refusal));
}
