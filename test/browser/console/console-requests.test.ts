import { expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { seriousFaults } from "../../support/browser/axe.ts";
import { createPasskey } from "../../support/browser/device.ts";

// All requests of an organisation on a phone, and what an open page does when something happens.

const { url, enrolUrl, device, ask } = browserFixture("console-requests");
const HOSTILE = {
  action: "Transfer to Аcme \u202e and a-word-that-is-much-longer-than-a-phone-is-wide-in-every-language",
  payload: {
    amount_usd: 42000,
    to: { iban: "DE89370400440532013000", name: "Аcme GmbH" },
    memo: Array.from({ length: 30 }, (_, line) => `line ${line}\tof the memo`).join("\n"),
    link: `https://example.com/${"a".repeat(120)}`,
    due: "2026-12-15T10:00:00Z",
  },
};

it("shows them in 360 px, light and dark, and loads again by itself unless somebody types", async () => {
  const alex = await device();
  const { page } = alex;
  await createPasskey(alex, enrolUrl);
  const { id } = await ask(HOSTILE);
  await page.goto(`${url}/console/requests`);
  await eventually(page.getByRole("link", { name: "Transfer to" })).toBeVisible();
  const isUsable = async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(await seriousFaults(alex)).toEqual([]);
    }
  };
  await isUsable();

  await ask({ action: "Asked meanwhile" });
  await eventually(page.getByRole("link", { name: "Asked meanwhile" })).toBeVisible();
  await page.getByLabel("Action or id").fill("trans");
  await ask({ action: "Asked while typing" });
  await eventually(page.getByText("There is something new.")).toBeVisible();
  expect(await page.getByLabel("Action or id").inputValue()).toBe("trans");
  await page.getByRole("button", { name: "Search" }).click();
  await eventually(page.getByRole("listitem")).toHaveCount(1);

  await page.getByRole("link", { name: "Transfer to" }).click();
  await eventually(page.getByText("Careful:").first()).toBeVisible();
  await isUsable();
  await page.getByRole("button", { name: "Cancel the request" }).click();
  await page.getByRole("button", { name: "Confirm with your passkey" }).click();
  await eventually(page.getByText("alex cancelled it")).toBeVisible();
  const receipt = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the receipt" }).click();
  expect((await receipt).suggestedFilename()).toBe(`receipt-${id}.json`);
  await isUsable();
  expect(alex.faults).toEqual([]);
});
