import type { Browser, Page } from "playwright";
import { findChromium } from "../support/browser/chromium.mjs";
import { launchBrowser, PHONE } from "../support/browser/device.ts";

// How long the landing page needs until its largest text is on the screen of a slow phone, with nothing in the cache.
// The page itself comes uncompressed, as from any local server; a deployment's network compresses it.

/** What Lighthouse calls slow 4G: 1.6 Mbit/s, and 150 ms for a round trip. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 };
/** A cheap phone is about this many times slower. */
const CPU_SLOWDOWN = 4;
const RUNS = 9;

/** Milliseconds of each run; undefined without a browser. */
export async function measureLanding(url: string): Promise<readonly number[] | undefined> {
  if (findChromium() === undefined) return undefined;
  const browser = await launchBrowser();
  try {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await largestPaint(browser, url));
    return times;
  } finally {
    await browser.close();
  }
}

async function largestPaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: PHONE, isMobile: true });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", SLOW_4G);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  await page.goto(url, { waitUntil: "load" });
  const time = await lastLargestPaint(page);
  await context.close();
  return time;
}

async function lastLargestPaint(page: Page): Promise<number> {
  return page.evaluate(
    async () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? 0)).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
      }),
  );
}
