import { publicKeyText, secretText } from "../../../../src/core/webhook/signature.ts";
import type { Runtime } from "../../../../src/app/runtime.ts";
import { claimJobs } from "../../../../src/app/sending/claim-jobs.ts";
import { webhookSecrets } from "../../../../src/app/webhooks/webhook-secrets.ts";
import type { Out } from "../../../../src/send/guarded-fetch.ts";
import { eq } from "drizzle-orm";
import { webhookDeliveries, webhooks } from "../../../../src/store/schema.ts";
import type { DeliveryRow, WebhookRow } from "../../../../src/store/rows.ts";
import type { TenantStore } from "../../../../src/store/tenant-store.ts";
import { receiverFetch } from "../../../support/receivers/receiver-fetch.ts";
import { WebhookReceiver } from "../../../support/receivers/webhook-receiver.ts";

// A webhook with deliveries that wait, a receiver that checks what arrives, and a clock of its own. Its time is a year
// ahead, so the tenant's Desk never sends these deliveries.

const YEAR_MILLISECONDS = 365 * 24 * 3_600_000;

export class HookFixture {
  now = Date.now() + YEAR_MILLISECONDS;
  readonly start = this.now;
  readonly store: TenantStore;
  readonly id: string;
  readonly receiver = new WebhookReceiver(() => this.now);
  readonly runtime: Runtime;

  private constructor(runtime: Runtime, store: TenantStore, id: string) {
    this.store = store;
    this.id = id;
    this.runtime = {
      ...runtime,
      now: () => this.now,
      send: { ...runtime.send, post: postTo(this.receiver) },
    };
  }

  static async create(
    runtime: Runtime,
    store: TenantStore,
    id: string,
    more: Partial<WebhookRow> = {},
  ): Promise<HookFixture> {
    const hook = new HookFixture(runtime, store, id);
    await store.insert(webhooks, {
      id,
      name: id,
      url: `https://hook.example/${id}`,
      format: "standard",
      events: "[]",
      createdAt: 0,
      ...more,
    });
    await hook.knowKeys();
    return hook;
  }

  /** The receiver is configured with the secrets that a person sees now. */
  async knowKeys(): Promise<void> {
    const [current] = webhookSecrets(this.runtime.send.seed, await this.webhook(), this.now);
    this.receiver.keys = { secrets: [secretText(current)], publicKeys: [await publicKeyText(current)] };
  }

  async webhook(): Promise<WebhookRow> {
    const row = await this.store.first(webhooks, eq(webhooks.id, this.id));
    if (row === undefined) throw new Error("there is no such webhook");
    return row;
  }

  async set(change: Partial<WebhookRow>): Promise<void> {
    await this.store.update(webhooks, change, eq(webhooks.id, this.id));
  }

  /** Deliveries with these numbers wait from now on. */
  async wait(...sequences: readonly number[]): Promise<void> {
    for (const sequence of sequences)
      await this.store.insert(webhookDeliveries, {
        webhookId: this.id,
        sequence,
        eventId: `e_${this.id}_${sequence}`,
        type: "confirmation.approved",
        at: this.now,
        subjectId: "c_1",
        data: '{"id":"c_1","status":"approved"}',
        dueAt: this.now,
        state: "waiting",
      });
  }

  async deliveries(): Promise<readonly DeliveryRow[]> {
    return this.store
      .select(webhookDeliveries, eq(webhookDeliveries.webhookId, this.id))
      .orderBy(webhookDeliveries.sequence);
  }

  async states(): Promise<readonly string[]> {
    return (await this.deliveries()).map(({ state }) => state);
  }

  /** One pass as the Desk makes it, as often as there is something due. Returns when something is due next. */
  async pass(runtime: Runtime = this.runtime, store: TenantStore = this.store): Promise<number | undefined> {
    for (;;) {
      const { jobs, nextAt } = await claimJobs(runtime, store, [], 6);
      await Promise.all(jobs.map(({ run }) => run()));
      if (jobs.length === 0) return nextAt;
    }
  }

  /** The ids that arrived, in order. */
  get arrived(): readonly string[] {
    return this.receiver.events.map(({ id }) => id);
  }
}

/** What the guarded fetch makes of the answer of this receiver. */
export function postTo(receiver: WebhookReceiver): Out {
  const call = receiverFetch(receiver);
  return async ({ url, headers, body }) => {
    try {
      const response = await call(new Request(url, { method: "POST", headers, body: String(body) }));
      const retryAfter = response.headers.get("retry-after");
      return {
        ok: true,
        status: response.status,
        retryAfterSeconds: retryAfter === null ? null : Number(retryAfter),
        milliseconds: 3,
      };
    } catch {
      return { ok: false, error: "no answer", milliseconds: 3 };
    }
  };
}
