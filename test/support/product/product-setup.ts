import type { TestProject } from "vitest/node";
import { serveBrowser } from "../browser/device.ts";
import { OTHER_EXAMPLES, pagesToRun } from "../../docs/reading/document-pages.ts";
import { freePort, startProduct, type TestTenant } from "./product.ts";

// Starts one product and one browser for all browser tests. Every file has its own tenant, so that no file
// sees another file's people.

const FILES = [
  "enrol-page",
  "approve-page",
  "hostile-content",
  "devices-page",
  "inbox-page",
  "appearance",
  "lost-connection",
  "reading-gate",
  "agent-requests",
  "stranger",
  "verify-page",
  "recovery",
  "delete-organisation",
  "signup-page",
  "demo-section",
  "two-organisations",
  "console-keys",
  "console-policies",
  "console-requests",
  "several-signers",
  "notices-of-person",
  "push-notices",
  "first-notice",
  "site-quality",
  "docs-reader",
  "documents",
] as const;
export type TestFile = (typeof FILES)[number];

/** Each has a port of its own, where it can receive what the product sends. */
const RECEIVING: readonly TestFile[] = ["push-notices", "first-notice", "documents"];

export interface ProvidedProduct {
  readonly url: string;
  readonly tenants: Readonly<Record<string, TestTenant>>;
  /** Its state folder, where it writes mails. */
  readonly state: string;
  readonly receivers: Readonly<Record<string, number>>;
}

declare module "vitest" {
  interface ProvidedContext {
    product: ProvidedProduct;
    /** The address of the browser. */
    browser: string;
  }
}

/**
 * Real synced passkeys have no signature counter. Chromium's virtual ones count on each device, so a copied
 * passkey reports a lower value than the original.
 */
const COPIED_PASSKEY = /^\{"event":"signature_counter_regression",.*\n/gm;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const documents = [...pagesToRun().map(({ path }) => path), ...OTHER_EXAMPLES];
  const names = [
    ...FILES.map((name) => ({ name, project: "Payments", key: "payments-agent" })),
    ...documents.map((name) => ({ name, project: "Deployments", key: "deploy-agent" })),
  ];
  const ports = await Promise.all(RECEIVING.map(async (name) => [name, await freePort()] as const));
  const sendTo = ports.flatMap(([, port]) => ["--send-to", `http://127.0.0.1:${port}`]);
  const [{ ready, tenants, state, errorOutput, stop }, browser] = await Promise.all([
    startProduct(names, undefined, sendTo),
    serveBrowser(),
  ]);
  project.provide("product", {
    url: ready.url,
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.name, tenant])),
    state,
    receivers: Object.fromEntries(ports),
  });
  project.provide("browser", browser.wsEndpoint());
  return async () => {
    await browser.close();
    await stop();
    const errors = errorOutput().replaceAll(COPIED_PASSKEY, "");
    if (errors !== "") throw new Error(`the product printed errors during the tests:\n${errors}`);
  };
}
