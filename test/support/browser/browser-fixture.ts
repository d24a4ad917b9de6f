import { mkdirSync } from "node:fs";
import type { Browser } from "playwright";
import { expect } from "playwright/test";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import { connectBrowser, openDevice, type Device, type DeviceOptions } from "./device.ts";
import type { TestFile } from "../product/product-setup.ts";
import { backend, type Answered } from "../browser-client.ts";
import { WIRE } from "../sample-request.ts";

// What every browser test file uses: a browser, its own tenant, and screenshots of failures.

const FAILURES = "test/.failures";

/** Waits until the page shows what is expected; a busy machine needs more time. */
export const eventually = expect.configure({ timeout: 10_000 });

export interface BrowserFixture {
  readonly url: string;
  readonly enrolUrl: string;
  readonly apiKey: string;
  readonly api: ReturnType<typeof backend>;
  readonly people: ReturnType<typeof backend>;
  readonly device: (options?: DeviceOptions) => Promise<Device>;
  /** Creates a request for alex, and returns the API's answer. */
  readonly ask: (more?: object) => Promise<Answered["body"]>;
  /** The same in the test project. */
  readonly askTest: (more?: object) => Promise<Answered["body"]>;
  /** Where a receiver of this file gets what the product sends; 0 if the file has none. */
  readonly receiverPort: number;
  readonly read: (id: string) => Promise<Answered["body"]>;
}

export function browserFixture(file: TestFile): BrowserFixture {
  const { url, tenants, receivers } = inject("product");
  const tenant = tenants[file];
  if (tenant === undefined) throw new Error(`there is no tenant ${file}`);
  let browser: Browser | undefined;
  const devices: Device[] = [];
  beforeAll(async () => {
    browser = await connectBrowser(inject("browser"));
  });
  afterAll(async () => browser?.close());
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    mkdirSync(FAILURES, { recursive: true });
    const name = `${file} ${task.name}`.replaceAll(/[^a-zA-Z0-9]+/g, "-");
    for (const [at, { page }] of devices.entries()) {
      if (page.isClosed() || page.url() === "about:blank") continue;
      await page.screenshot({ path: `${FAILURES}/${name}-${at}.png`, fullPage: true }).catch(() => undefined);
    }
  });
  const api = backend(fetch, url, tenant.apiKey);
  return {
    url,
    enrolUrl: tenant.enrolUrl,
    apiKey: tenant.apiKey,
    api,
    people: backend(fetch, url, tenant.peopleKey),
    receiverPort: receivers[file] ?? 0,
    async device(options) {
      if (browser === undefined) throw new Error("the browser is not there yet");
      const opened = await openDevice(browser, options);
      devices.push(opened);
      return opened;
    },
    ask: async (more = {}) => asked(api, more),
    askTest: async (more = {}) => asked(backend(fetch, url, tenant.testKey), more),
    read: async (id) => (await api("GET", `/api/confirmations/${id}?wait=5`)).body,
  };
}

async function asked(api: ReturnType<typeof backend>, more: object): Promise<Answered["body"]> {
  const { status, body } = await api("POST", "/api/confirmations", { ...WIRE, ...more });
  if (status !== 201) throw new Error(`the request was refused: ${JSON.stringify(body)}`);
  return body;
}
