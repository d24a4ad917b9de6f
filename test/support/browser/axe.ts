import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Result, RuleObject } from "axe-core";
import type { Device } from "./device.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Accessibility faults that axe finds on the page, also by rules that are usually off. */
export async function seriousFaults(
  { page, cdp }: Device,
  rules: RuleObject = {},
): Promise<readonly string[]> {
  await cdp.send("Runtime.evaluate", { expression: AXE });
  const answer = await cdp.send("Runtime.evaluate", {
    expression: `axe.run({ rules: ${JSON.stringify(rules)} }).then((result) => JSON.stringify(result.violations))`,
    awaitPromise: true,
    returnByValue: true,
  });
  const violations = JSON.parse(String(answer.result.value)) as readonly Result[];
  const untitled = (await page.title()) === "" ? ["the page has no title"] : [];
  return [
    ...untitled,
    ...violations
      .filter(({ impact }) => impact === "serious" || impact === "critical" || impact === "moderate")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      ),
  ];
}
