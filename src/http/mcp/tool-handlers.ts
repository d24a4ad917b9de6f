import type { CallToolResult } from "@modelcontextprotocol/server";
import type { z } from "zod";
import { ask } from "../../app/confirmation/ask.ts";
import { cancel } from "../../app/confirmation/cancel.ts";
import { consume } from "../../app/confirmation/consume.ts";
import { wait } from "../../app/confirmation/wait.ts";
import { deliver } from "../../app/confirmation/deduplicate.ts";
import type { Principal } from "../../app/account/principal.ts";
import type { LoadedConfirmation } from "../../app/confirmation/load.ts";
import { list } from "../../app/confirmation/list.ts";
import type { ClientCall, Runtime } from "../../app/runtime.ts";
import { visibleStatus } from "../../core/confirmation/decision.ts";
import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import type { Result } from "../../core/refusal.ts";
import { EXPIRES_DEFAULT_SECONDS } from "../rest/request-schemas.ts";
import type { DeliveryWatch } from "./delivery-watch.ts";
import { approvalAnswer, consumedAnswer, listAnswer, refusalResult, toolResult } from "./tool-results.ts";
import type * as schemas from "./tool-schemas.ts";

// The tools. Each runs one use case. A refusal that a model can correct is a tool result, not a protocol error.

/** One call of a tool, with everything except its arguments. */
export interface ToolCall {
  readonly runtime: Runtime;
  readonly principal: Principal;
  readonly caller: ClientCall;
  readonly deliveryWatch: DeliveryWatch;
  /** Reports progress to a client that asked for it. */
  readonly progress: ((seconds: number, total: number) => Promise<void>) | undefined;
}

/** How often a waiting client gets progress. */
const PROGRESS_SECONDS = 10;

export async function requestApproval(
  call: ToolCall,
  input: z.output<typeof schemas.requestArguments>,
): Promise<CallToolResult> {
  const { runtime, principal } = call;
  const { action, approver_username: username = null, idempotency_key: idempotencyKey = null } = input;
  const payload = canonicalPayload(input.payload);
  if (!payload.ok) return refusalResult(payload.refusal);
  if (username === null) {
    return refusalResult({
      code: "unknown_approver",
      detail: "no policy names the approvers here; name the person in approver_username",
    });
  }
  const request = {
    username,
    action,
    payload: payload.value,
    expiresInSeconds: EXPIRES_DEFAULT_SECONDS,
    executeWithinSeconds: null,
    metadata: null,
    policy: null,
  };
  // Persisted before anything waits, so that a client that times out can repeat the call.
  const created = await ask(runtime, principal, request, idempotencyKey, "mcp");
  if (!created.ok) return refusalResult(created.refusal);
  return waitForOutcome(call, created.value.row.id, input.wait_seconds);
}

export async function getApproval(
  call: ToolCall,
  input: z.output<typeof schemas.getArguments>,
): Promise<CallToolResult> {
  return waitForOutcome(call, input.confirmation_id, input.wait_seconds);
}

/** An outcome counts as delivered when it is in the answer and the client is still connected. */
async function waitForOutcome(call: ToolCall, id: string, seconds: number): Promise<CallToolResult> {
  const { runtime, principal, caller, deliveryWatch, progress } = call;
  const start = runtime.now();
  const report = () => progress?.(Math.round((runtime.now() - start) / 1_000), seconds);
  const timer = setInterval(() => void report()?.catch(() => undefined), PROGRESS_SECONDS * 1_000);
  const outcome = await wait(runtime, principal, id, seconds, caller).finally(() => clearInterval(timer));
  if (!outcome.ok) return refusalResult(outcome.refusal);
  const { row, state, attended } = outcome.value;
  if (visibleStatus(state) !== "pending" && attended && deliveryWatch.isConnected) {
    const delivery = await deliver(runtime, principal, row);
    if (delivery) await deliveryWatch.add(delivery);
  }
  return toolResult(approvalAnswer(runtime, outcome.value));
}

export async function cancelApproval(
  call: ToolCall,
  input: z.output<typeof schemas.cancelArguments>,
): Promise<CallToolResult> {
  const { runtime, principal } = call;
  const cancelled = await cancel(runtime, principal, input.confirmation_id);
  if (cancelled.ok) await deliver(runtime, principal, cancelled.value.row);
  return resultOf(cancelled, (loaded) => approvalAnswer(runtime, loaded));
}

export async function consumeApproval(
  { runtime, principal }: ToolCall,
  input: z.output<typeof schemas.consumeArguments>,
): Promise<CallToolResult> {
  const { confirmation_id: id, idempotency_key: idempotencyKey = null } = input;
  const payload = canonicalPayload(input.payload);
  if (!payload.ok) return refusalResult(payload.refusal);
  const used = await consume(runtime, principal, id, payload.value, idempotencyKey);
  return resultOf(used, (loaded) => consumedAnswer(runtime, loaded));
}

export async function listApprovals(
  { runtime, principal }: ToolCall,
  { status, limit }: z.output<typeof schemas.listArguments>,
): Promise<CallToolResult> {
  const { items, next } = await list(runtime, principal.store, {
    project: principal.project.id,
    status,
    limit,
  });
  return toolResult(listAnswer(items, next !== null));
}

function resultOf(
  outcome: Result<LoadedConfirmation>,
  answerOf: (loaded: LoadedConfirmation) => ReturnType<typeof approvalAnswer>,
): CallToolResult {
  return outcome.ok ? toolResult(answerOf(outcome.value)) : refusalResult(outcome.refusal);
}
