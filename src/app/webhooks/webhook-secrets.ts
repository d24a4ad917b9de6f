import { deriveSecret } from "../../core/notice/derived-secret.ts";
import type { WebhookSecrets } from "../../core/webhook/signature.ts";
import type { WebhookRow } from "../../store/rows.ts";

/**
 * The secrets with which a delivery is signed at this time: the current ones, and during a rotation those before. They
 * are of one tenant and one webhook: a page names the id of a new webhook, so two tenants could have the same one.
 */
export function webhookSecrets(
  seed: Uint8Array,
  { tenantId, id, secretNumber, previousUntil }: SecretsOf,
  now: number,
): readonly [WebhookSecrets, ...WebhookSecrets[]] {
  const secretsOf = (number: number): WebhookSecrets => ({
    hmac: deriveSecret(seed, "webhook-hmac", tenantId, id, String(number)),
    ed25519Seed: deriveSecret(seed, "webhook-ed25519", tenantId, id, String(number)),
  });
  const isRotating = previousUntil !== null && now < previousUntil;
  return [secretsOf(secretNumber), ...(isRotating ? [secretsOf(secretNumber - 1)] : [])];
}

type SecretsOf = Pick<WebhookRow, "tenantId" | "id" | "secretNumber" | "previousUntil">;
