import type { TrailAct } from "../../core/account/trail-texts.ts";
import {
  FAILING_MAX_MILLISECONDS,
  hasFailedTooLong,
  outcomeOfAttempt,
  type AttemptOutcome,
} from "../../core/webhook/ladder.ts";
import type { OutboundAnswer } from "../../send/guarded-fetch.ts";
import type { DeliveryRow, Tenant, WebhookRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import {
  holdRest,
  readTarget,
  recordDelivered,
  recordFailure,
  type Disabling,
  type Try,
} from "../../store/webhooks/attempts.ts";
import { SERVICE, trailEntryOf } from "../acts/trail-entry.ts";
import type { Runtime } from "../runtime.ts";
import { deliveryRequest } from "./delivery-request.ts";

/**
 * Sends one delivery that is claimed, and records the attempt. After a crash at any line the row is due again when the
 * claim ends. So nothing is lost, and the receiver gets the same id at most once more.
 */
export async function sendDelivery(
  runtime: Runtime,
  store: TenantStore,
  delivery: DeliveryRow,
): Promise<void> {
  const target = await readTarget(store, delivery.webhookId);
  if (target === undefined) return;
  const { tenant, webhook } = target;
  // It was disabled or removed after the claim.
  if (webhook.disabledAt !== null || webhook.removedAt !== null)
    return await holdRest(store, delivery.webhookId);

  const at = runtime.now();
  const answer = await send(runtime, tenant, webhook, delivery, at);
  const attempt = tryOf(at, answer);
  const outcome = outcomeOfAttempt(
    { status: attempt.status, retryAfterSeconds: answer.ok ? answer.retryAfterSeconds : null },
    delivery.attempts,
    runtime.now(),
  );
  if (outcome.kind === "delivered") return await recordDelivered(store, delivery, attempt);
  const dueAt = outcome.kind === "retry" ? outcome.at : null;
  await recordFailure(store, delivery, attempt, dueAt, disablingOf(runtime, tenant, webhook, outcome, at));
}

/** A row that no version of the program can send must not be tried forever: it counts as an attempt that failed. */
async function send(
  runtime: Runtime,
  tenant: Tenant,
  webhook: WebhookRow,
  delivery: DeliveryRow,
  at: number,
): Promise<OutboundAnswer> {
  const request = await deliveryRequest(runtime, tenant, webhook, delivery, at).catch(() => undefined);
  return request === undefined
    ? { ok: false, error: "this event could not be written", milliseconds: 0 }
    : await runtime.send.post(request);
}

function tryOf(at: number, answer: OutboundAnswer): Try {
  const { milliseconds } = answer;
  return answer.ok
    ? { at, status: answer.status, milliseconds, error: null }
    : { at, status: null, milliseconds, error: answer.error };
}

function disablingOf(
  runtime: Runtime,
  tenant: Tenant,
  { id, name, failingSince }: WebhookRow,
  outcome: AttemptOutcome,
  at: number,
): Disabling | undefined {
  const isGone = outcome.kind === "gone";
  if (!isGone && !hasFailedTooLong(failingSince, at)) return undefined;
  const because = isGone ? "gone" : "failing";
  const act: TrailAct = `webhook.${because}`;
  return {
    because,
    failingBefore: at - FAILING_MAX_MILLISECONDS,
    entry: tenant.deletedAt === null ? trailEntryOf(runtime, SERVICE, { act, subject: { id, name } }) : null,
  };
}
