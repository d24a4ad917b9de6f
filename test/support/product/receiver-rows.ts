import { newId, type Platform } from "../../../src/app/runtime.ts";
import { webhookSecrets } from "../../../src/app/webhooks/webhook-secrets.ts";
import { REPORTED_TYPES } from "../../../src/core/webhook/event-types.ts";
import { publicKeyText, secretText } from "../../../src/core/webhook/signature.ts";
import type { Bytes } from "../../../src/core/encoding/bytes.ts";
import { channels, webhooks } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import type { PushSubscriptionData } from "../receivers/push-service.ts";
import type { WebhookKeys } from "../receivers/webhook-signature.ts";

// What a new tenant of a benchmark or of the chaos suite already has: a webhook of all events, and a device.

type Makes = Pick<Platform, "now" | "random">;

/** Returns the keys with which its backend verifies. */
export async function insertWebhook(
  makes: Makes,
  store: TenantStore,
  seed: Bytes,
  url: string,
): Promise<WebhookKeys> {
  const row = {
    id: newId(makes, "w"),
    projectId: null,
    name: "Backend",
    url,
    format: "standard" as const,
    events: JSON.stringify(REPORTED_TYPES),
    createdAt: makes.now(),
  };
  await store.insert(webhooks, row);
  const of = { tenantId: store.tenantId, id: row.id, secretNumber: 1, previousUntil: null };
  const [secrets] = webhookSecrets(seed, of, makes.now());
  return { secrets: [secretText(secrets)], publicKeys: [await publicKeyText(secrets)] };
}

export async function insertDevice(
  makes: Makes,
  store: TenantStore,
  personId: string,
  { endpoint, keys }: PushSubscriptionData,
): Promise<void> {
  await store.insert(channels, {
    id: newId(makes, "n"),
    personId,
    kind: "push",
    name: "Phone",
    address: endpoint,
    keys: JSON.stringify(keys),
    createdAt: makes.now(),
    verifiedAt: makes.now(),
  });
}
