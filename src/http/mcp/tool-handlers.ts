import type { CallToolResult } from "@modelcontextprotocol/server";
import type { z } from "zod";
import type { ConfirmationView } from "../../app/confirmation/view.ts";
import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import type { Result } from "../../core/refusal.ts";
import type { Answer } from "../../desk/answer.ts";
import type { KeyCaller } from "../desk/key-caller.ts";
import type { RequestContext } from "../context.ts";
import { noteRate } from "../desk/desk-answer.ts";
import { waitAtDesk } from "../desk/wait-at-desk.ts";
import type { DeliveryWatch } from "./delivery-watch.ts";
import {
  approvalAnswer,
  approversAnswer,
  consumedAnswer,
  listAnswer,
  refusalResult,
  toolResult,
  waitingAnswer,
} from "./tool-results.ts";
import type * as schemas from "./tool-schemas.ts";

// The tools. Each asks the tenant's Desk. A refusal that a model can correct is a tool result, not a protocol error.

/** One call of a tool, with everything except its arguments. */
export interface ToolCall extends KeyCaller {
  readonly context: RequestContext;
  /** The id of the client's message. */
  readonly message: string;
  readonly deliveryWatch: DeliveryWatch;
  /** Reports progress to a client that asked for it. */
  readonly progress: ((seconds: number, total: number) => Promise<void>) | undefined;
}

/** How often a waiting client gets progress. */
const PROGRESS_SECONDS = 10;

const NOBODY_NAMED = {
  code: "unknown_approver",
  detail: "no policy names the approvers here; name the person in approver_username",
} as const;

export async function requestApproval(
  call: ToolCall,
  input: z.output<typeof schemas.requestArguments>,
): Promise<CallToolResult> {
  const { desk, key } = call;
  const { action, approver_username: username = null, policy = null } = input;
  const { idempotency_key: idempotencyKey = null } = input;
  const payload = canonicalPayload(input.payload);
  if (!payload.ok) return refusalResult(payload.refusal);
  const request = {
    username,
    action,
    payload: payload.value,
    expiresInSeconds: null,
    executeWithinSeconds: null,
    metadata: null,
    policy,
  };
  // Persisted before anything waits, so that a client that times out can repeat the call.
  const asked = resultOf(call, await desk().ask(key, request, { protocol: "mcp", idempotencyKey }));
  if (!asked.ok) return refusalResult(asked.refusal.at === "/username" ? NOBODY_NAMED : asked.refusal);
  return waitForOutcome(call, asked.value.view.row.id, input.wait_seconds);
}

export async function getApproval(
  call: ToolCall,
  input: z.output<typeof schemas.getArguments>,
): Promise<CallToolResult> {
  return waitForOutcome(call, input.confirmation_id, input.wait_seconds);
}

/** An outcome counts as delivered when it is in the answer and the client is still connected. */
async function waitForOutcome(call: ToolCall, id: string, seconds: number): Promise<CallToolResult> {
  const { context, desk, key, message, deliveryWatch, progress } = call;
  const { now } = context.get("platform");
  const start = now();
  const report = () => progress?.(Math.round((now() - start) / 1_000), seconds);
  const timer = setInterval(() => void report()?.catch(() => undefined), PROGRESS_SECONDS * 1_000);
  const gone = AbortSignal.any([context.req.raw.signal, deliveryWatch.gone]);
  const answer = await waitAtDesk(context, call, id, seconds, { by: "agent", message }, gone).finally(() =>
    clearInterval(timer),
  );
  const waited = resultOf(call, answer);
  if (!waited.ok) return refusalResult(waited.refusal);
  const { view, attended, isHeard } = waited.value;
  if (view.status !== "pending" && attended && deliveryWatch.isConnected) {
    const delivery = resultOf(call, await desk().deliver(key, id));
    if (delivery.ok && delivery.value) await deliveryWatch.add(delivery.value);
  }
  return toolResult(waitingAnswer(approvalAnswer(context.get("platform"), view), isHeard));
}

export async function cancelApproval(
  call: ToolCall,
  input: z.output<typeof schemas.cancelArguments>,
): Promise<CallToolResult> {
  const { desk, key } = call;
  const { confirmation_id: id } = input;
  const cancelled = resultOf(call, await desk().cancel(key, id));
  if (cancelled.ok) await desk().deliver(key, id);
  return viewResult(cancelled, (view) => approvalAnswer(call.context.get("platform"), view));
}

export async function consumeApproval(
  call: ToolCall,
  input: z.output<typeof schemas.consumeArguments>,
): Promise<CallToolResult> {
  const { desk, key } = call;
  const { confirmation_id: id, idempotency_key: idempotencyKey = null } = input;
  const payload = canonicalPayload(input.payload);
  if (!payload.ok) return refusalResult(payload.refusal);
  const used = resultOf(call, await desk().consume(key, id, payload.value, idempotencyKey));
  return viewResult(used, (view) => consumedAnswer(call.context.get("platform"), view));
}

export async function listApprovals(
  call: ToolCall,
  { status, limit }: z.output<typeof schemas.listArguments>,
): Promise<CallToolResult> {
  const page = resultOf(call, await call.desk().list(call.key, { status, limit }));
  if (!page.ok) return refusalResult(page.refusal);
  return toolResult(listAnswer(page.value.items, page.value.next !== null));
}

export async function listApprovers(call: ToolCall): Promise<CallToolResult> {
  const approvers = resultOf(call, await call.desk().approvers(call.key));
  return approvers.ok ? toolResult(approversAnswer(approvers.value)) : refusalResult(approvers.refusal);
}

function resultOf<Value>({ context }: ToolCall, answer: Answer<Value>): Result<Value> {
  noteRate(context, answer);
  return answer.result;
}

function viewResult(
  result: Result<ConfirmationView>,
  answerOf: (view: ConfirmationView) => ReturnType<typeof approvalAnswer>,
): CallToolResult {
  return result.ok ? toolResult(answerOf(result.value)) : refusalResult(result.refusal);
}
