import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../support/browser/device.ts";

// What people see of two changes that others sign: a recovery, and making a decision public.

const { url, enrolUrl, api, people, device, ask } = browserFixture("recovery");
let alex: Device;
let maria: Device;
beforeAll(async () => {
  alex = await device();
  maria = await device();
  await createPasskey(alex, enrolUrl);
  const invited = await people("POST", "/api/invites", { username: "maria", role: "approver" });
  await createPasskey(maria, invited.body.enrolUrl);
  await signLatest(alex, /Let maria/);
});

/** Opens the request of this name in the inbox, and approves it. */
async function signLatest(by: Device, name: RegExp): Promise<void> {
  await by.page.goto(`${url}/inbox`);
  await by.page.getByRole("link", { name }).click();
  await decide(by, "Approve");
  await eventually(by.page.getByRole("heading", { name: "Approved" })).toBeVisible();
}

describe("a person who has lost every passkey", () => {
  it("gets a new one that a manager endorses, and everybody sees a notice", async () => {
    const invited = await people("POST", "/api/recoveries", { username: "maria" });
    const again = await device();
    await createPasskey(again, invited.body.enrolUrl);
    const fingerprint = await again.page.locator("#fingerprint").innerText();
    await alex.page.goto(`${url}/inbox`);
    await eventually(alex.page.getByText("passkeys were replaced")).toHaveCount(0);
    const warning = "A NEW passkey asks to act as maria";
    await maria.page.goto(`${url}/inbox`);
    for (const { page } of [alex, maria]) {
      await eventually(page.locator("#notices section")).toContainText(warning);
      await eventually(page.locator("#notices section")).toContainText(fingerprint);
    }
    await eventually(maria.page.getByText("If you did not create it, let nobody sign for it")).toBeVisible();
    const request = alex.page.getByRole("link", { name: /Replace all passkeys of maria/ });
    await eventually(request).toContainText(fingerprint);
    await request.click();
    await eventually(alex.page.getByRole("heading", { level: 1 })).toHaveText(
      "Replace all passkeys of maria?",
    );
    await eventually(alex.page.getByText("The one passkey that maria has now stops working")).toBeVisible();
    await eventually(alex.page.locator("#fingerprint")).toHaveText(fingerprint);
    await eventually(alex.page.getByRole("button", { name: "Replace the passkeys" })).toBeVisible();
    await decide(alex, "Approve");
    await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();

    for (const reader of [alex, again]) {
      await reader.page.goto(`${url}/inbox`);
      await eventually(reader.page.getByText(warning)).toHaveCount(0);
      const notice = reader.page.locator("#notices p");
      await eventually(notice).toContainText("maria's passkeys were replaced on ");
      await eventually(notice).toContainText(", signed by alex.");
    }
    // A lost passkey can no longer sign in.
    await maria.page.goto(`${url}/inbox`);
    await maria.page.getByRole("button", { name: "Sign in with passkey" }).click();
    await eventually(maria.page.getByText(/not known here/)).toBeVisible();

    const { id } = (
      await api("POST", "/api/confirmations", { username: "maria", action: "Pay", payload: { a: 1 } })
    ).body;
    await again.page.goto(`${url}/approve/${id}`);
    await decide(again, "Approve");
    await eventually(again.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    expect([...alex.faults, ...again.faults, ...maria.faults]).toEqual([]);
  });
});

/** What everybody sees is remembered for ten seconds. */
const SEEN_SOON = { timeout: 15_000, interval: 500 };

describe("a decision", () => {
  it("is published from the inbox, and withdrawn", async () => {
    const { page } = alex;
    const { id } = await ask();
    const shown = async () =>
      (await (await fetch(`${url}/public/log/entries/${id}/verification`)).json()).receipt !== null;
    await page.goto(`${url}/approve/${id}`);
    await decide(alex, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await page.goto(`${url}/inbox`);
    await page.getByRole("link", { name: "Publish: Wire transfer to vendor" }).click();
    await eventually(page).toHaveURL(`${url}/approve/${id}/publish`);
    await eventually(page.getByRole("heading", { name: "Publish this decision" })).toBeVisible();
    await eventually(page.getByText("Amount Usd")).toBeVisible();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await eventually(
      page.getByRole("heading", { name: "Make the decision on “Wire transfer to vendor” public?" }),
    ).toBeVisible();
    expect(await shown()).toBe(false);
    await decide(alex, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await expect.poll(shown, SEEN_SOON).toBe(true);

    await page.goto(`${url}/inbox`);
    await page.getByRole("link", { name: "Public: view or withdraw: Wire transfer to vendor" }).click();
    await eventually(page.getByRole("heading", { name: "This decision is public" })).toBeVisible();
    const link = page.getByRole("link", { name: "See what its link shows now" });
    expect(await link.getAttribute("href")).toBe(`${url}/verify?id=${id}`);
    await page.getByRole("button", { name: "Withdraw from display" }).click();
    await eventually(
      page.getByRole("heading", {
        name: "Stop showing the decision on “Wire transfer to vendor” in public?",
      }),
    ).toBeVisible();
    await decide(alex, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await expect.poll(shown, SEEN_SOON).toBe(false);
    expect(alex.faults).toEqual([]);
  });

  it("can't be published by a person who manages nobody", async () => {
    const phone = await device();
    const invited = await people("POST", "/api/invites", { username: "cy", role: "approver" });
    await createPasskey(phone, invited.body.enrolUrl);
    await signLatest(alex, /Let cy/);
    const { id } = (await api("POST", "/api/confirmations", { username: "cy", action: "Pay", payload: {} }))
      .body;
    await phone.page.goto(`${url}/approve/${id}`);
    await decide(phone, "Approve");
    await eventually(phone.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await phone.page.goto(`${url}/inbox`);
    await eventually(phone.page.locator("#earlier li")).toContainText("approved");
    await eventually(phone.page.getByRole("link", { name: /Publish/ })).toHaveCount(0);
    const response = await phone.page.goto(`${url}/approve/${id}/publish`);
    expect(response?.status()).toBe(404);
  });
});
