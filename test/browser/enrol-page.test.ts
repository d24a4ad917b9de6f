import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, signIn, type Device } from "../support/browser/device.ts";

const { url, enrolUrl, api, people, device, ask, read } = browserFixture("enrol-page");
let alex: Device;
let maria: Device;
beforeAll(async () => {
  alex = await device();
  maria = await device();
});

describe("the owner", () => {
  it("creates the first passkey and sees the organisation id that receipts contain", async () => {
    await alex.page.goto(enrolUrl);
    await eventually(alex.page.locator("#invited")).toContainText("You are invited to enrol-page as alex.");
    await createPasskey(alex, enrolUrl);
    const { page } = alex;
    await eventually(page.getByText("Your passkey is active. You can sign with it now.")).toBeVisible();
    const shown = (await page.locator("#stream").innerText()).replaceAll(" ", "");
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    // The secret is gone from the address bar.
    expect(page.url()).toBe(`${url}/enrol`);

    const { id } = await ask();
    await page.goto(`${url}/approve/${id}`);
    await decide(alex, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();
    const receipt = (await api("GET", `/api/confirmations/${id}/receipt`)).body;
    expect(JSON.stringify(receipt)).toContain(shown);
    await page.goto(`${url}/devices`);
    expect((await page.locator("#stream").innerText()).replaceAll(" ", "")).toBe(shown);
    expect(alex.faults).toEqual([]);
  });

  it("can't use the link twice, and reads why", async () => {
    const other = await device();
    await other.page.goto(enrolUrl);
    await eventually(other.page.getByRole("status").last()).toContainText(/used/);
    await eventually(other.page.getByRole("button", { name: "Create passkey" })).toBeHidden();
    await other.page.goto(`${url}/`);
    await other.page.goto(`${url}/enrol`);
    await eventually(other.page.getByText("This link is incomplete.")).toBeVisible();
    await other.page.getByRole("link", { name: "Sign in" }).click();
    await eventually(other.page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
    expect(other.faults).toEqual([]);
  });
});

describe("a browser without passkeys", () => {
  it("reads what to do instead, where it would use or create one", async () => {
    const app = await device();
    await app.page.addInitScript("delete globalThis.PublicKeyCredential");
    const invited = await people("POST", "/api/invites", { username: "cy", role: "approver" });
    for (const address of [`${url}/inbox`, `${url}/signup`, invited.body.enrolUrl]) {
      await app.page.goto(address);
      await eventually(app.page.getByText("This browser can’t use passkeys here.")).toBeVisible();
      await eventually(app.page.getByRole("button")).toHaveText(["Copy the address of this page"]);
    }
    expect(app.faults).toEqual([]);
  });
});

describe("a second person", () => {
  it("enrols, is endorsed by the owner's signature, and decides", async () => {
    const invited = await people("POST", "/api/invites", { username: "maria", role: "approver" });
    await createPasskey(maria, invited.body.enrolUrl);
    await eventually(maria.page.getByText("somebody has to trust it first")).toBeVisible();
    await eventually(maria.page.locator("#stream")).toBeHidden();
    const fingerprint = await maria.page.locator("#fingerprint").innerText();
    const early = await api("POST", "/api/confirmations", { username: "maria", action: "Pay", payload: {} });
    expect(early.body.code).toBe("approver_without_passkey");

    await maria.page.getByRole("link", { name: "See who has to trust it" }).click();
    await eventually(
      maria.page.getByRole("heading", { name: "Your passkey is not active yet" }),
    ).toBeVisible();
    await eventually(maria.page.getByText("maria at enrol-page")).toBeVisible();
    await eventually(maria.page.getByText("An owner or admin has to trust it first.")).toBeVisible();
    await eventually(maria.page.locator("#fingerprint")).toHaveText(fingerprint);
    await eventually(maria.page.getByText("Trust it with a passkey that you already use.")).toBeHidden();

    await alex.page.goto(`${url}/inbox`);
    const request = alex.page.getByRole("link", { name: /Let maria/ });
    await eventually(request).toContainText(fingerprint);
    await request.click();
    await eventually(alex.page.locator("#fingerprint")).toHaveText(fingerprint);
    await decide(alex, "Approve");
    await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();

    // The page that waits opens what was asked for, without a further sign-in.
    await eventually(maria.page.getByRole("heading", { name: "Inbox" })).toBeVisible();
    const { id } = await ask({ username: "maria" });
    await maria.page.goto(`${url}/approve/${id}`);
    await decide(maria, "Approve");
    await eventually(maria.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    expect(await read(id)).toMatchObject({ status: "approved", decisions: [{ approver: "maria" }] });
    expect(maria.faults).toEqual([]);
  });

  it("signs in with one touch at any address, stays there, and signs with one more", async () => {
    const { id } = await ask({ username: "maria" });
    const { page, context, cdp } = maria;
    let touches = 0;
    cdp.on("WebAuthn.credentialAsserted", () => touches++);
    for (const [path, heading] of [
      ["/inbox?after=c_none", "Inbox"],
      ["/devices", "Your passkeys"],
      [`/approve/${id}`, "Wire transfer to vendor"],
    ] as const) {
      touches = 0;
      await context.clearCookies();
      await page.goto(`${url}/`);
      await signIn(maria, url + path);
      await eventually(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
      expect([page.url(), touches]).toEqual([url + path, 1]);
      await page.goBack();
      await eventually(page).toHaveURL(`${url}/`);
      await page.goForward();
      await eventually(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    }
    await decide(maria, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();
    expect([page.url(), touches]).toEqual([`${url}/approve/${id}`, 2]);
  });

  it("reads who is signed in where nothing is for them, and can change that", async () => {
    const { page } = maria;
    const foreign = `${url}/approve/${(await ask()).id}`;
    const read: string[] = [];
    for (const address of [foreign, `${url}/approve/c_none`, `${url}/nothing`]) {
      expect((await page.goto(address))?.status()).toBe(404);
      await eventually(page.getByText("You are signed in as maria at enrol-page.")).toBeVisible();
      read.push(await page.locator("main").innerText());
    }
    expect(read[1]).toBe(read[0]);
    await page.getByRole("button", { name: "Sign in as somebody else" }).click();
    await eventually(page).toHaveURL(`${url}/inbox`);
    await signIn(maria, foreign);
    await page.getByRole("button", { name: "Sign in as somebody else" }).click();
    await eventually(page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
    expect(page.url()).toBe(foreign);
    await page.goto(`${url}/nothing`);
    await eventually(page.getByText("You are signed in as")).toBeHidden();
    expect(maria.faults).toEqual([]);
  });
});
