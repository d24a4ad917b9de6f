import { expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { seriousFaults } from "../../support/browser/axe.ts";
import { createPasskey } from "../../support/browser/device.ts";

// API keys in the console, with a real browser's forms.

const { url, enrolUrl, device } = browserFixture("console-keys");

it("creates a key after a touch of the passkey, and shows its secret once", async () => {
  const alex = await device();
  const { page } = alex;
  await createPasskey(alex, enrolUrl);
  await page.goto(`${url}/console`);
  await page.getByRole("link", { name: "Projects and keys" }).click();
  await page.getByRole("link", { name: "Payments" }).click();
  await page.getByLabel("Label").fill("Deploy agent");
  await page.getByLabel("An agent uses it").check();
  expect(await seriousFaults(alex)).toEqual([]);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("button", { name: "Confirm with your passkey" }).click();
  await page.getByRole("heading", { name: "Your new API key" }).waitFor();
  expect(await seriousFaults(alex)).toEqual([]);

  const secret = await page.locator("#secret").innerText();
  const headers = { "x-api-key": secret, "content-type": "application/json" };
  const body = JSON.stringify({ username: "alex", action: "Deploy", payload: { service: "api" } });
  const asked = await fetch(`${url}/api/confirmations`, { method: "POST", headers, body });
  expect(asked.status).toBe(201);

  // Reloading sends the form again.
  await page.reload();
  await eventually(page.getByRole("alert")).toContainText("has already created the key");
  expect(await page.locator("#secret").count()).toBe(0);
  await page.getByRole("link", { name: "Deploy agent" }).click();
  expect(await seriousFaults(alex)).toEqual([]);
  await page.getByRole("button", { name: "Revoke key" }).click();
  await eventually(page.getByText("Revoked since")).toBeVisible();
  expect((await fetch(`${url}/api/confirmations`, { headers })).status).toBe(401);
  expect(alex.faults).toEqual([]);
});
