import { signatureHeaders } from "../../core/webhook/signature.ts";
import type { DeliveryRow, Tenant, WebhookRow } from "../../store/rows.ts";
import type { OutboundRequest } from "../../send/guarded-fetch.ts";
import type { Runtime } from "../runtime.ts";
import { deliveryBody } from "./delivery-body.ts";
import { webhookSecrets } from "./webhook-secrets.ts";

/** The whole call, as it is made at this time. */
export async function deliveryRequest(
  runtime: Pick<Runtime, "origin" | "send">,
  tenant: Pick<Tenant, "stream">,
  webhook: WebhookRow,
  delivery: DeliveryRow,
  at: number,
): Promise<OutboundRequest> {
  const body = deliveryBody(runtime, tenant, webhook, delivery);
  const secrets = webhookSecrets(runtime.send.seed, webhook, at);
  const signature = await signatureHeaders({ id: delivery.eventId, at, body }, secrets);
  return {
    url: webhook.url,
    headers: { "content-type": "application/json", "user-agent": "Countersign", ...signature },
    body,
  };
}
