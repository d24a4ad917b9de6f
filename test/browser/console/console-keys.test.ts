import { beforeAll, expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { seriousFaults } from "../../support/browser/axe.ts";
import { createPasskey } from "../../support/browser/device.ts";

// API keys and webhooks in the console, with a real browser's forms.

const { url, enrolUrl, ask, device } = browserFixture("console-keys");

let alex: Awaited<ReturnType<typeof device>>;
beforeAll(async () => {
  alex = await device();
  await createPasskey(alex, enrolUrl);
});

it("creates a key after a touch of the passkey, and shows its secret once", async () => {
  const { page } = alex;
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

it("creates a webhook, shows its secret, and holds for it what happens while it is disabled", async () => {
  const { page } = alex;
  await page.goto(`${url}/console`);
  await page.getByRole("link", { name: "Webhooks" }).click();
  await page.getByText("What a backend does with an event").click();
  expect(await seriousFaults(alex)).toEqual([]);
  await page.getByLabel("Name").fill("Payouts");
  await page.getByLabel("Address").fill("https://10.0.0.1/in");
  await page.getByRole("button", { name: "Create webhook" }).click();
  await eventually(page.getByRole("alert")).toContainText("not an address in numbers");
  await page.getByLabel("Address").fill("https://hook.example.com/in");
  await page.getByRole("button", { name: "Create webhook" }).click();
  await eventually(page.locator("#secret")).toContainText("whsec_");
  expect(await seriousFaults(alex)).toEqual([]);

  await page.getByRole("link", { name: "To this webhook" }).click();
  await page.getByText("Change name").click();
  expect(await seriousFaults(alex)).toEqual([]);
  await page.getByRole("button", { name: "Disable webhook" }).click();
  await eventually(page.getByText("Nothing is sent to this webhook")).toBeVisible();
  await ask();
  // The page loads itself again.
  await page.getByRole("link", { name: "confirmation.created" }).click();
  await eventually(page.locator("#body")).toContainText('"type":"confirmation.created"');
  expect(await seriousFaults(alex)).toEqual([]);
  await page.goto(page.url().replace(/\/\d+$/, ""));
  await eventually(page.getByText("Held", { exact: true }).last()).toBeVisible();
  expect(await seriousFaults(alex)).toEqual([]);
  expect(alex.faults).toEqual([]);
});
