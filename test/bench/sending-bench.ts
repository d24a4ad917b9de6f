import { performance } from "node:perf_hooks";
import { PushService } from "../support/receivers/push-service.ts";
import { serveReceiver } from "../support/receivers/receiver-server.ts";
import { WebhookReceiver } from "../support/receivers/webhook-receiver.ts";
import { newTenant } from "./peers/countersign.ts";
import { serveBenchWorker } from "./platform/bench-worker.ts";

// How soon a device has a notice of a request, and a backend the decision. The receivers run in this process.

const TENANTS = 25;
/** A person gets no more notices than these in one minute. The first one also opens the tenant's Desk. */
const REQUESTS_EACH = 5;

export interface SendingFigures {
  /** From sending a request until the push service has the notice. */
  readonly notice: readonly number[];
  /** From sending a decision until the webhook has the event. */
  readonly webhook: readonly number[];
}

export async function measureSending(): Promise<SendingFigures> {
  const [backend, pushService] = [new WebhookReceiver(), new PushService()];
  const [hook, push] = [await serveReceiver(backend), await serveReceiver(pushService)];
  pushService.origin = push.url;
  const server = await serveBenchWorker("product-worker", {
    OUTBOUND_TEST_ORIGINS: `${hook.url} ${push.url}`,
  });
  const figures = { notice: [] as number[], webhook: [] as number[] };
  try {
    for (let tenant = 0; tenant < TENANTS; tenant++) {
      const device = pushService.subscribe();
      const { webhookKeys, create, sign } = await newTenant(server.url, "0", { webhook: hook.url, device });
      backend.keys = webhookKeys;
      for (let request = 0; request < REQUESTS_EACH; request++) {
        const asked = performance.now();
        const id = await create();
        const notice = await pushService.received(({ text }) => text.includes(id));
        const decide = await sign(id);
        const decided = performance.now();
        await decide();
        const event = await backend.received(
          ({ event: { type, data } }) => type === "confirmation.approved" && data.id === id,
        );
        if (request === 0) continue;
        figures.notice.push(notice.at - asked);
        figures.webhook.push(event.at - decided);
      }
    }
    return figures;
  } finally {
    await Promise.all([server.stop(), hook.close(), push.close()]);
  }
}
