import { beforeAll, expect, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../../support/browser/device.ts";

const { url, enrolUrl, api, device } = browserFixture("delete-organisation");
let owner: Device;
beforeAll(async () => {
  owner = await device();
  await createPasskey(owner, enrolUrl);
});

it("an owner deletes the organisation, and nobody gets in any more", async () => {
  const { page } = owner;
  await page.goto(`${url}/console/settings`);
  await page.getByLabel("Type the organisation's name").fill("deleted");
  await page.getByRole("button", { name: "Ask for the deletion" }).click();
  await page.getByRole("button", { name: "Confirm with your passkey" }).click();
  await eventually(page.getByText("is not the name of this organisation").first()).toBeVisible();
  await page.getByLabel("Type the organisation's name").fill("delete-organisation");
  await page.getByRole("button", { name: "Ask for the deletion" }).click();
  await eventually(page.getByRole("heading", { level: 1 })).toHaveText(
    "Delete the organisation “delete-organisation”?",
  );
  await decide(owner, "Approve");
  await eventually(page.locator("#outcome")).toContainText("The organisation is deleted.");
  await page.goto(`${url}/inbox`);
  await eventually(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  expect((await api("GET", "/api/confirmations")).status).toBe(401);
});
