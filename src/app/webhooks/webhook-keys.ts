import type { WebhookKeys } from "../../core/pages/sending/webhook-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { publicKeyText, secretText } from "../../core/webhook/signature.ts";
import type { WebhookRow } from "../../store/rows.ts";
import { findWebhook, rotateSecrets } from "../../store/webhooks/webhook-rows.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry, trailNote } from "../acts/trail-entry.ts";
import { isoTime } from "../runtime.ts";
import { UNKNOWN_WEBHOOK, webhookItem } from "./webhook-item.ts";
import { webhookSecrets } from "./webhook-secrets.ts";

/** As long as this, both secrets sign, so that a receiver can change from one to the other without a pause. */
export const ROTATION_MILLISECONDS = 24 * 3_600_000;

/** The current ones. */
export async function keysOf({ runtime, store }: ActCall, row: WebhookRow): Promise<WebhookKeys> {
  const now = runtime.now();
  const [current] = webhookSecrets(runtime.send.seed, row, now);
  return {
    webhook: await webhookItem(store, row, now),
    secret: secretText(current),
    publicKey: await publicKeyText(current),
  };
}

interface OfWebhook {
  readonly webhook: string;
}

export async function showSecret(call: ActCall, { webhook: id }: OfWebhook): Promise<Result<WebhookKeys>> {
  const row = await findWebhook(call.store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const done = { act: "webhook.secret_shown" as const, subject: { id, name: row.name } };
  await call.store.batch([trailNote(call, done)]);
  return accept(await keysOf(call, row));
}

/** The secret before signs as well, for a day. One that was rotated before that is no longer used. */
export async function rotateWebhook(call: ActCall, { webhook: id }: OfWebhook): Promise<Result<WebhookKeys>> {
  const { runtime, store } = call;
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const until = runtime.now() + ROTATION_MILLISECONDS;
  const done = {
    act: "webhook.rotated" as const,
    subject: { id, name: row.name },
    detail: { "also signed with the earlier secret until": isoTime(until) },
  };
  await rotateSecrets(store, row, until, trailEntry(call, done));
  const rotated = await findWebhook(store, id);
  if (rotated === undefined) return UNKNOWN_WEBHOOK;
  if (rotated.secretNumber !== row.secretNumber + 1)
    return refuse(
      "changed_meanwhile",
      "somebody else has rotated the secret meanwhile; look at the webhook again",
    );
  return accept(await keysOf(call, rotated));
}
