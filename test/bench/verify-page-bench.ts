import type { Page } from "playwright";
import { findChromium } from "../support/browser/chromium.mjs";
import { launchBrowser } from "../support/browser/device.ts";
import { startProduct } from "../support/product/product.ts";
import { backend, BrowserClient, type Fetch } from "../support/browser-client.ts";
import { median, row } from "./measure/measure.ts";

// How long an auditor with a slow computer waits: from choosing a receipt on the verify page to the verdict, measured in
// the page.

/** A cheap phone is about this many times slower. Page benchmarks commonly use this factor. */
const CPU_SLOWDOWN = 4;
const RUNS = 9;

export async function benchVerifyPage(): Promise<void> {
  if (findChromium() === undefined) {
    console.log("no Chromium found: the verify page was not measured");
    return;
  }
  const product = await startProduct();
  try {
    const receipt = await approvedReceipt(product.ready);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const session = await page.context().newCDPSession(page);
      for (const slowdown of [1, CPU_SLOWDOWN]) {
        await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
        const times: number[] = [];
        for (let run = 0; run < RUNS; run++) {
          await page.goto(`${product.ready.url}/verify`);
          times.push(await timeToVerdict(page, receipt));
        }
        const name = `verify page, receipt to verdict, CPU 1/${slowdown}`;
        console.log(row(name, `${median(times).toFixed(0)} ms`, `${receipt.length} bytes`));
      }
    } finally {
      await browser.close();
    }
  } finally {
    await product.stop();
  }
}

/** Creates a receipt, without a browser. */
async function approvedReceipt(ready: {
  readonly url: string;
  readonly apiKey: string;
  readonly enrolUrl: string;
}): Promise<string> {
  const { url, apiKey, enrolUrl } = ready;
  const send: Fetch = (address, init) => fetch(address, init);
  const alex = await BrowserClient.create(send, url);
  await alex.enrol(enrolUrl);
  const api = backend(send, url, apiKey);
  const request = await api("POST", "/api/confirmations", {
    username: "alex",
    action: "Deploy to production",
    payload: { service: "api", sha: "abc123" },
  });
  await alex.decide(request.body.id);
  const answer = await send(`${url}/api/confirmations/${request.body.id}/receipt`, {
    headers: { "x-api-key": apiKey },
  });
  return answer.text();
}

async function timeToVerdict(page: Page, receipt: string): Promise<number> {
  await page.locator("#trust").filter({ hasText: /\S/ }).waitFor();
  await page.evaluate(watchVerdict);
  await page
    .locator("#file")
    .setInputFiles({ name: "receipt.json", mimeType: "", buffer: Buffer.from(receipt) });
  await page.locator("#heading").filter({ hasText: /\S/ }).waitFor();
  return await page.evaluate(() => Number(document.documentElement.dataset["milliseconds"]));
}

/** Runs in the page, with the page's clock. */
function watchVerdict(): void {
  let start = 0;
  document.addEventListener("change", () => (start = performance.now()), { capture: true, once: true });
  const verdict = document.querySelector("#heading");
  if (verdict === null) throw new Error("the page has no verdict");
  new MutationObserver(() => {
    if ((verdict.textContent ?? "").trim() === "") return;
    document.documentElement.dataset["milliseconds"] ??= String(performance.now() - start);
  }).observe(verdict, { childList: true, subtree: true, characterData: true });
}
