import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, signIn, syncPasskeys, type Device } from "../support/browser/device.ts";

const { url, enrolUrl, api, people, device, ask, read } = browserFixture("devices-page");
let phone: Device;
let key: Device;
beforeAll(async () => {
  phone = await device();
  key = await device();
  await createPasskey(phone, enrolUrl);
});

describe("a person's passkeys", () => {
  it("get a second one, created on another device and endorsed with the first", async () => {
    await phone.page.goto(`${url}/devices`);
    await eventually(phone.page.getByText("Add a second passkey.")).toBeVisible();
    await eventually(phone.page.getByText("Can't be revoked: ")).toBeVisible();
    // The other device gets the session; its authenticator is empty.
    await key.context.addCookies(await phone.context.cookies());
    await key.page.goto(`${url}/devices`);
    // The first passkey confirms, as it does over Bluetooth; then the other device's authenticator is empty again.
    await eventually(key.page.getByRole("button", { name: "Create passkey" })).toBeHidden();
    await syncPasskeys(phone, key);
    await key.page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(key.page.getByRole("button", { name: "Create passkey" })).toBeFocused();
    await key.cdp.send("WebAuthn.clearCredentials", { authenticatorId: key.authenticator });
    await key.page.getByLabel("A name for it").fill("Blue key");
    await key.page.getByRole("button", { name: "Create passkey" }).click();
    await eventually(key.page.getByRole("heading", { name: "One more signature" })).toBeVisible();
    const fingerprint = await key.page.locator("#fingerprint").innerText();
    const approval =
      (await key.page.getByRole("link", { name: "Trust the new passkey" }).getAttribute("href")) ?? "";

    await phone.page.goto(new URL(approval, url).href);
    await eventually(phone.page.getByRole("heading", { level: 1 })).toHaveText("Trust your new passkey?");
    await eventually(phone.page.locator("#fingerprint")).toHaveText(fingerprint);
    await eventually(phone.page.getByRole("button", { name: "Trust this passkey" })).toBeVisible();
    await decide(phone, "Approve");
    await eventually(phone.page.locator("#outcome")).toContainText("The new passkey counts now");
    await phone.page.goto(`${url}/devices`);
    await eventually(phone.page.locator("#main .pill")).toHaveText(["Active", "Active"]);
    await eventually(phone.page.getByText("Add a second passkey.")).toBeHidden();
    await eventually(phone.page.getByText("Can't be revoked: ")).toBeHidden();
  });

  it("can each decide alone", async () => {
    const { id } = await ask();
    await key.context.clearCookies();
    await signIn(key, `${url}/approve/${id}`);
    await decide(key, "Approve");
    await eventually(key.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    expect((await read(id)).status).toBe("approved");
  });

  it("can be revoked by a signature, with effect at once and on open pages", async () => {
    const { id } = await ask();
    await key.page.goto(`${url}/approve/${id}`);
    await eventually(key.page.getByText("Verified on this device")).toBeVisible();
    await phone.page.goto(`${url}/devices`);
    await phone.page.getByRole("button", { name: "Revoke Blue key" }).click();
    await eventually(phone.page.locator("#action")).toContainText(`passkey "Blue key"`);
    await decide(phone, "Approve");
    await eventually(phone.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await phone.page.goto(`${url}/devices`);
    await eventually(phone.page.locator("#main .pill")).toHaveText(["Active", "Revoked"]);

    await decide(key, "Approve");
    await eventually(key.page.locator("#status")).toContainText(/passkey/);
    await eventually(key.page.getByRole("heading", { name: "Approved" })).toBeHidden();
    expect((await api("GET", `/api/confirmations/${id}`)).body.status).toBe("pending");
    await key.context.clearCookies();
    await key.page.goto(`${url}/inbox`);
    await key.page.getByRole("button", { name: "Sign in with passkey" }).click();
    await eventually(key.page.locator("#status")).not.toHaveText(/^(?:|Follow your device.*)$/);
    await eventually(key.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });

  it("that wait are removed without a signature", async () => {
    await phone.page.goto(`${url}/devices`);
    const other = await device();
    await other.context.addCookies(await phone.context.cookies());
    await other.page.goto(`${url}/devices`);
    await syncPasskeys(phone, other);
    await other.page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(other.page.getByRole("button", { name: "Create passkey" })).toBeVisible();
    await other.cdp.send("WebAuthn.clearCredentials", { authenticatorId: other.authenticator });
    // A name that the server would refuse is refused before the device makes a passkey.
    await other.page.getByLabel("A name for it").fill("x".repeat(61));
    await other.page.getByRole("button", { name: "Create passkey" }).click();
    await eventually(
      other.page.getByText("The name has 61 characters; at most 60 are allowed."),
    ).toBeVisible();
    await eventually(other.page.getByLabel("A name for it")).toBeFocused();
    await other.page.getByLabel("A name for it").fill("Mistake".padEnd(60, "!"));
    await other.page.getByRole("button", { name: "Create passkey" }).click();
    await eventually(other.page.getByRole("heading", { name: "One more signature" })).toBeVisible();
    await phone.page.reload();
    const states = phone.page.locator("#main .pill");
    await eventually(states).toHaveText(["Active", "Not trusted yet", "Revoked"]);
    await phone.page.getByRole("button", { name: "Remove Mistake!" }).click();
    await eventually(states).toHaveText(["Active", "Revoked", "Revoked"]);
    // Ends the session of the other device, too.
    await phone.page.getByRole("button", { name: "Sign out everywhere" }).click();
    await eventually(phone.page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
    await other.page.goto(`${url}/devices`);
    await eventually(other.page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
    await signIn(phone, `${url}/devices`);
    expect(other.faults).toEqual([]);
  });

  it("of somebody who signs nothing are endorsed and revoked by others, and the page says so", async () => {
    const kim = await device();
    const invited = await people("POST", "/api/invites", { username: "kim", role: "auditor" });
    await createPasskey(kim, invited.body.enrolUrl);
    await phone.page.goto(`${url}/inbox`);
    await phone.page.getByRole("link", { name: /Let kim/ }).click();
    await decide(phone, "Approve");
    await eventually(phone.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    const { page } = kim;
    await page.goto(`${url}/devices`);
    await page.getByRole("button", { name: /^Revoke / }).click();
    await eventually(page.getByText("An owner or admin has to sign for this.")).toBeVisible();
    expect(page.url()).toBe(`${url}/devices`);
    await page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(page.getByRole("button", { name: "Create passkey" })).toBeVisible();
    await kim.cdp.send("WebAuthn.clearCredentials", { authenticatorId: kim.authenticator });
    await page.getByRole("button", { name: "Create passkey" }).click();
    await eventually(page.getByText("Owners and admins have to trust it first.")).toBeVisible();
    await eventually(page.getByRole("link", { name: "Trust the new passkey" })).toHaveCount(0);
    expect(kim.faults).toEqual([]);
  });

  it("are kept while a page is open whose session has ended, and the page leads back", async () => {
    const { page, context } = phone;
    await page.goto(`${url}/devices`);
    const cookies = await context.cookies();
    await context.clearCookies();
    await page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(page.getByText("You are signed out. Nothing was changed.")).toBeVisible();
    await context.addCookies(cookies);
    await page.getByRole("button", { name: "Sign in again" }).click();
    await eventually(page.getByRole("heading", { name: "Your passkeys" })).toBeVisible();
  });

  it("are not needed to sign out", async () => {
    await phone.page.goto(`${url}/devices`);
    await phone.page.getByRole("button", { name: "Sign out", exact: true }).click();
    await eventually(phone.page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
    await phone.page.goBack();
    await eventually(phone.page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
    expect([...phone.faults, ...key.faults]).toEqual([]);
  });
});
