import type { TestProject } from "vitest/node";
import { serveBrowser } from "../browser/device.ts";
import { startProduct, type TestTenant } from "./product.ts";

// One product and one browser for all browser tests, with a tenant for every file, so that none meets
// another's people.

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
    /** Where the browser is. */
    browser: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const names = FILES.map((name) => ({ name, project: "Payments", key: "payments-agent" }));
  const [{ ready, tenants, complaints, stop }, browser] = await Promise.all([
    startProduct(names),
    serveBrowser(),
  ]);
  project.provide("product", {
    url: ready.url,
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.name, tenant])),
  });
  project.provide("browser", browser.wsEndpoint());
  return async () => {
    await browser.close();
    await stop();
    if (complaints() !== "") throw new Error(`the product complained while it was used:\n${complaints()}`);
  };
}
