import type { TestProject } from "vitest/node";
import { startProduct, type TestTenant } from "./product.ts";

// One product for all browser tests, with a tenant for every file, so that none meets another's people.

const FILES = [
  "enrol-page",
  "approve-page",
  "hostile-content",
  "devices-page",
  "inbox-page",
  "appearance",
  "lost-connection",
  "agent-requests",
  "stranger",
  "verify-page",
  "recovery",
] as const;
export type TestFile = (typeof FILES)[number];

export interface ProvidedProduct {
  readonly url: string;
  readonly tenants: Readonly<Record<string, TestTenant>>;
}

declare module "vitest" {
  interface ProvidedContext {
    product: ProvidedProduct;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const names = FILES.map((name) => ({ name, project: "Payments", key: "payments-agent" }));
  const { ready, tenants, complaints, stop } = await startProduct(names);
  project.provide("product", {
    url: ready.url,
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.name, tenant])),
  });
  return async () => {
    await stop();
    if (complaints() !== "") throw new Error(`the product complained while it was used:\n${complaints()}`);
  };
}
