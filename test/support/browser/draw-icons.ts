import { readFileSync, writeFileSync } from "node:fs";
import type { Browser } from "playwright";

// Draws the icons of the installed app from the icon of the pages.

/** Systems cut maskable icons to their own shape: a circle of 80 % of the width is always seen. */
const SEEN_SHARE = 0.76;
const MIDDLE = "translate(16 16)";

export async function drawIcons(browser: Browser): Promise<void> {
  const icon = readFileSync("web/favicon.svg", "utf8");
  const scaled = (scale: number) =>
    icon.replace(
      /<path.*\/>/,
      (path) => `<g transform="${MIDDLE} scale(${scale}) translate(-16 -16)">${path}</g>`,
    );
  const filled = scaled(SEEN_SHARE).replace(' rx="8"', "");
  // Android shows only which of its points are drawn.
  const outline = scaled(1.2).replace(/<rect[^>]*\/>/, "");
  const page = await browser.newPage();
  for (const [name, size, svg] of [
    ["icon-192", 192, filled],
    ["icon-512", 512, filled],
    ["icon-status", 96, outline],
  ] as const) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
    writeFileSync(`web/${name}.png`, await page.screenshot({ omitBackground: true }));
  }
  await page.close();
}
