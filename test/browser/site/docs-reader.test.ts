import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import type { Device } from "../../support/browser/device.ts";
import { faultsOfLook } from "../../support/browser/page-look.ts";

// Copying and searching in the documentation.

const { url, device } = browserFixture("docs-reader");
let reader: Device;
beforeAll(async () => {
  reader = await device();
  await reader.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await reader.page.goto(`${url}/docs/quickstart`);
});

const results = () => reader.page.locator("#docs-results a");
const field = () => reader.page.getByLabel("Search the documentation");

describe("a reader of the documentation", () => {
  it("copies a block of code with the keyboard, and hears of it", async () => {
    const { page } = reader;
    const code = page.locator(".code").first();
    await code.getByRole("button", { name: "Copy" }).press("Enter");
    await eventually(page.getByText("The code is copied.")).toBeAttached();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("npm start");
  });

  it("searches with the keyboard only, and goes to the section", async () => {
    const { page } = reader;
    await page.locator("h1").click();
    await page.keyboard.press("/");
    await eventually(field()).toBeFocused();
    await page.keyboard.type("webhook signa");
    await eventually(results().first()).toContainText("Signature");
    await eventually(page.getByText(/^\d results$/)).toBeAttached();
    expect(await faultsOfLook(reader)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await eventually(results().first()).toBeFocused();
    await page.keyboard.press("Escape");
    await eventually(page.locator("#docs-results")).toBeHidden();
    await eventually(field()).toBeFocused();
    await page.keyboard.type("t");
    await eventually(results().first()).toBeVisible();
    await page.keyboard.press("Enter");
    await page.waitForURL(`${url}/docs/webhooks#signature`);
  });

  it.each([
    ["nothing like it", "zzzzzz"],
    ["HTML", "<img src=x onerror=alert(1)>"],
    ["10,000 characters", "x".repeat(10_000)],
    ["a text that turns", "\u202e)(*&^"],
  ])("reads that nothing is found for %s", async (_what, query) => {
    await field().fill(query);
    await eventually(reader.page.locator("#docs-results")).toContainText("Nothing found for “");
    expect(await reader.page.locator("#docs-results img").count()).toBe(0);
    expect(reader.faults).toEqual([]);
  });
});
