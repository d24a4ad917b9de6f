import type { WebhookItem, WebhookList, WebhookPage } from "../../core/pages/sending/webhook-page-data.ts";
import { pageVersion } from "../../core/pages/page-version.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { holdRest } from "../../store/webhooks/attempts.ts";
import {
  disableWebhook,
  enableWebhook,
  findWebhook,
  readWebhooks,
  removeWebhook,
} from "../../store/webhooks/webhook-rows.ts";
import { act, type ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { newId } from "../runtime.ts";
import { changeTerms } from "./change-webhook.ts";
import { createWebhook } from "./create-webhook.ts";
import { latestDeliveries, listDeliveries, readDelivery } from "./read-deliveries.ts";
import { replayOne, replaySince, sendTest } from "./replay.ts";
import { projectChoices, UNKNOWN_WEBHOOK, webhookItem, WEBHOOKS_MAX } from "./webhook-item.ts";
import { rotateWebhook, showSecret } from "./webhook-keys.ts";

export const WEBHOOK_ACTS = {
  "webhooks.read": act("webhooks.read", listWebhooks),
  "webhook.read": act("webhooks.read", readWebhook),
  "webhooks.create": act("webhooks.change", createWebhook),
  "webhooks.change": act("webhooks.change", changeTerms),
  "webhooks.rotate": act("webhooks.change", rotateWebhook),
  "webhooks.secret": act("webhooks.change", showSecret),
  "webhooks.disable": act("webhooks.change", disable),
  "webhooks.enable": act("webhooks.change", enable),
  "webhooks.remove": act("webhooks.change", remove),
  "webhooks.test": act("webhooks.change", sendTest),
  "deliveries.read": act("webhooks.read", listDeliveries),
  "delivery.read": act("webhooks.read", readDelivery),
  "deliveries.replay": act("webhooks.change", replayOne),
  "deliveries.replay_since": act("webhooks.change", replaySince),
};

async function listWebhooks({ runtime, store }: ActCall, _input: null): Promise<Result<WebhookList>> {
  const now = runtime.now();
  const rows = await readWebhooks(store);
  return accept({
    webhooks: await Promise.all(rows.map((row) => webhookItem(store, row, now))),
    projects: await projectChoices(store),
    newId: newId(runtime, "w"),
    isFull: rows.length >= WEBHOOKS_MAX,
  });
}

interface OfWebhook {
  readonly webhook: string;
}

async function readWebhook(
  { runtime, store }: ActCall,
  { webhook: id }: OfWebhook,
): Promise<Result<WebhookPage>> {
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const [webhook, latest, projects] = await Promise.all([
    webhookItem(store, row, runtime.now()),
    latestDeliveries(store, id),
    projectChoices(store),
  ]);
  return accept({ webhook, latest, projects, version: pageVersion({ webhook, latest, projects }) });
}

/** What waits is held until somebody sends it again. Repeated, it changes nothing. */
async function disable(call: ActCall, { webhook: id }: OfWebhook): Promise<Result<WebhookItem>> {
  return changed(call, id, async ({ name }) => {
    const done = { act: "webhook.disabled" as const, subject: { id, name } };
    await disableWebhook(call.store, id, call.runtime.now(), trailEntry(call, done));
    // If this does not run, the next attempt does it.
    await holdRest(call.store, id);
  });
}

/** What was held stays so until somebody sends it again. */
async function enable(call: ActCall, { webhook: id }: OfWebhook): Promise<Result<WebhookItem>> {
  return changed(call, id, async ({ name }) => {
    const done = { act: "webhook.enabled" as const, subject: { id, name } };
    await enableWebhook(call.store, id, trailEntry(call, done));
  });
}

/** The last answer about it: its deliveries can't be read any more, and are deleted like all old ones. */
async function remove(call: ActCall, { webhook: id }: OfWebhook): Promise<Result<WebhookItem>> {
  const { runtime, store } = call;
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const now = runtime.now();
  const item = await webhookItem(store, row, now);
  const done = { act: "webhook.removed" as const, subject: { id, name: row.name }, detail: { url: row.url } };
  await removeWebhook(store, id, now, trailEntry(call, done));
  await holdRest(store, id);
  return accept(item);
}

async function changed(
  { runtime, store }: ActCall,
  id: string,
  change: (row: { readonly name: string }) => Promise<void>,
): Promise<Result<WebhookItem>> {
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  await change(row);
  const after = await findWebhook(store, id);
  return after === undefined ? UNKNOWN_WEBHOOK : accept(await webhookItem(store, after, runtime.now()));
}
