import { runInDurableObject } from "cloudflare:test";
import type { Runtime } from "../../../../src/app/runtime.ts";
import type { TenantStore } from "../../../../src/store/tenant-store.ts";
import type { WebhookReceiver } from "../../../support/receivers/webhook-receiver.ts";
import { bindings } from "../../support/worker-fixture.ts";
import { postTo } from "./hook-fixture.ts";

/**
 * Whatever this tenant's Desk sends arrives at this receiver. A test reads `events` again and again: a promise of the
 * receiver would be settled in the Desk's context, which ends the runtime.
 */
export async function receiveFrom({ tenantId }: TenantStore, receiver: WebhookReceiver): Promise<void> {
  await runInDurableObject(bindings.DESK.getByName(tenantId), (desk) => {
    const { runtime } = desk as unknown as { runtime: Runtime };
    Object.assign(runtime, { send: { ...runtime.send, post: postTo(receiver) } });
  });
}
