import type { AcknowledgedRequest } from "../acknowledged.ts";
import { ChaosDevice } from "./chaos-device.ts";
import { ChaosWebhook } from "./chaos-webhook.ts";
import { DatabaseFiles } from "../database-files.ts";
import type { TenantNames, TestTenant } from "../../support/product/product.ts";

// What the service sends to while it is killed: a backend and a device of each tenant.

/** Whose device it is. */
export const DEVICE_OWNER = "alex";

interface ReceiversOfTenant {
  readonly tenant: string;
  readonly webhook: ChaosWebhook;
  readonly device: ChaosDevice;
}

export class ChaosReceivers {
  readonly #all: readonly ReceiversOfTenant[];

  constructor(all: readonly ReceiversOfTenant[]) {
    this.#all = all;
  }

  static async create(tenants: readonly string[]): Promise<ChaosReceivers> {
    return new ChaosReceivers(
      await Promise.all(
        tenants.map(async (tenant) => ({
          tenant,
          webhook: await ChaosWebhook.create(),
          device: await ChaosDevice.create(),
        })),
      ),
    );
  }

  /** The new tenants, which send to them. */
  get tenants(): readonly TenantNames[] {
    return this.#all.map(({ tenant, webhook, device }) => ({
      name: tenant,
      project: "Payments",
      key: "payments-agent",
      webhook: `${webhook.address}/events`,
      device: device.subscription,
    }));
  }

  get addresses(): readonly string[] {
    return this.#all.flatMap(({ webhook, device }) => [webhook.address, device.address]);
  }

  know(tenants: readonly TestTenant[]): void {
    for (const [at, { webhook }] of this.#all.entries()) webhook.knows(tenants[at]?.webhookKeys);
  }

  get figures(): { readonly webhooks: number; readonly repeatedWebhooks: number; readonly notices: number } {
    const sum = (of: (receivers: ReceiversOfTenant) => number) =>
      this.#all.reduce((total, receivers) => total + of(receivers), 0);
    return {
      webhooks: sum(({ webhook }) => webhook.count),
      repeatedWebhooks: sum(({ webhook }) => webhook.repetitions),
      notices: sum(({ device }) => device.count),
    };
  }

  /** Checks what arrived since the last call. */
  check(): void {
    for (const { webhook, device } of this.#all) {
      webhook.check();
      device.check();
    }
  }

  /** Waits until everything has arrived that these requests and the rows in these files have. */
  async complete(
    requests: readonly AcknowledgedRequest[],
    databases: readonly string[],
    maxMilliseconds?: number,
  ): Promise<void> {
    await Promise.all(
      this.#all.map(async ({ tenant, webhook, device }, at) => {
        const own = requests.filter((request) => request.tenant === at);
        const asked = own.filter(({ approver }) => approver === DEVICE_OWNER);
        const stored = () => DatabaseFiles.sendingOf(databases, tenant);
        await Promise.all([
          webhook.complete(own, async () => (await stored()).deliveries, maxMilliseconds),
          device.complete(asked, async () => (await stored()).notices, maxMilliseconds),
        ]);
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.flatMap(({ webhook, device }) => [webhook.close(), device.close()]));
  }
}
