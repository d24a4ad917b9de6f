import type { RuleObject } from "axe-core";
import { seriousFaults } from "./axe.ts";
import { PHONE, type Device } from "./device.ts";

/** What is wrong with how the page looks on a narrow phone, in light and dark mode, and for a screen reader. */
export async function faultsOfLook(device: Device, rules: RuleObject = {}): Promise<readonly string[]> {
  const { page } = device;
  const faults: string[] = [];
  const backgrounds = new Set<string>();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { width, background } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      background: getComputedStyle(document.body).backgroundColor,
    }));
    if (width !== PHONE.width) faults.push(`it is ${width} px wide`);
    backgrounds.add(background);
    faults.push(...(await seriousFaults(device, rules)));
  }
  if (backgrounds.size !== 2) faults.push("it is the same in light and dark mode");
  // Text at 200 %, as some people with low vision set it.
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  const large = await page.evaluate(() => document.documentElement.scrollWidth);
  if (large !== PHONE.width) faults.push(`with large text it is ${large} px wide`);
  await page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
  return [...faults, ...device.faults];
}
