import type { Response } from "playwright";
import type { Device } from "./device.ts";
import { networkSize } from "./network-size.ts";

// What a public page loads and how it is built, as a reader's browser sees it.

export interface Load {
  /** Everything that was loaded, compressed. */
  readonly bytes: number;
  /** Sizes by path, for the output of the test. */
  readonly parts: ReadonlyMap<string, number>;
  /** Addresses of other hosts. */
  readonly elsewhere: readonly string[];
  readonly cookies: number;
  /** By how much things moved while the page was loading. */
  readonly shift: number;
}

/** Opens the page with nothing in the cache. */
export async function loadOf({ page, context, cdp }: Device, address: string): Promise<Load> {
  const responses: Response[] = [];
  const collect = (response: Response): void => void responses.push(response);
  page.on("response", collect);
  await cdp.send("Network.clearBrowserCache");
  await page.goto(address, { waitUntil: "load" });
  await page.evaluate(async () => void (await document.fonts.ready));
  page.off("response", collect);
  const parts = new Map<string, number>();
  for (const response of responses) {
    const name = new URL(response.url()).pathname;
    // A picture that two elements show is loaded once; the second response has no size.
    parts.set(name, (parts.get(name) ?? 0) + (await sizeOf(response)));
  }
  return {
    bytes: [...parts.values()].reduce((sum, size) => sum + size, 0),
    parts,
    elsewhere: responses
      .map((response) => response.url())
      .filter((url) => !url.startsWith(new URL(address).origin)),
    cookies: (await context.cookies()).length,
    shift: await page.evaluate(shiftOf),
  };
}

/** Files are compressed by the build; a page is compressed on its way. */
async function sizeOf(response: Response): Promise<number> {
  const isPage = response.headers()["content-type"]?.startsWith("text/html") === true;
  return isPage ? networkSize(await response.body()) : (await response.request().sizes()).responseBodySize;
}

/** Runs in the page, and lets two frames go by before it looks. */
async function shiftOf(): Promise<number> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const observer = new PerformanceObserver(() => undefined);
  observer.observe({ type: "layout-shift", buffered: true });
  return observer.takeRecords().reduce((sum, entry) => sum + Number(Reflect.get(entry, "value")), 0);
}

/** What is wrong with the order of its headings. */
export async function headingFaults({ page }: Device): Promise<readonly string[]> {
  const headings = await page
    .locator("h1, h2, h3, h4, h5, h6")
    .evaluateAll((found) =>
      found
        .filter((heading) => heading.checkVisibility())
        .map((heading) => ({ level: Number(heading.tagName.slice(1)), text: heading.textContent ?? "" })),
    );
  const tops = headings.filter(({ level }) => level === 1).length;
  return [
    ...(tops === 1 ? [] : [`it has ${tops} headings of level 1`]),
    ...headings
      .filter(({ level }, at) => level > (headings[at - 1]?.level ?? 0) + 1)
      .map(({ text }) => `a level is skipped before "${text}"`),
  ];
}

/** The visible text of the page with JavaScript switched off. */
export async function textWithoutScripts({ page, cdp }: Device, address: string): Promise<string> {
  await cdp.send("Emulation.setScriptExecutionDisabled", { value: true });
  await page.goto(address);
  const text = await page.locator("main").innerText();
  await cdp.send("Emulation.setScriptExecutionDisabled", { value: false });
  return text;
}
