import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, see } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, signIn, syncPasskeys, type Device } from "../support/browser/device.ts";

const { url, enrolUrl, api, device, ask } = browserFixture("inbox-page");
let desk: Device;
let phone: Device;
beforeAll(async () => {
  desk = await device({ viewport: { width: 1280, height: 800 } });
  phone = await device();
  await createPasskey(desk, enrolUrl);
  await syncPasskeys(desk, phone);
  await desk.page.goto(`${url}/inbox`);
});

describe("the inbox", () => {
  it("shows a new request by itself, says so, and counts it in the title", async () => {
    await see(desk.page.getByText("Nothing waits for you.")).toBeVisible();
    const { code } = await ask();
    const item = desk.page.locator("#waiting li");
    await see(item).toContainText("Wire transfer to vendor");
    await see(item).toContainText("payments-agent for Payments");
    await see(item).toContainText(`${code.slice(0, 4)} ${code.slice(4)}`);
    await see(desk.page).toHaveTitle("(1) Inbox · Countersign");
    await see(desk.page.locator("#live")).toHaveText("1 request waits for you.");
    await see(desk.page.getByText("Nothing waits for you.")).toBeHidden();
  });

  it("moves to Earlier what was decided on another device", async () => {
    await signIn(phone, `${url}/inbox`);
    await phone.page.getByRole("link", { name: "Wire transfer to vendor" }).click();
    await decide(phone, "Approve");
    await see(phone.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await see(desk.page.locator("#earlier li")).toContainText("approved");
    await see(desk.page.locator("#waiting li")).toHaveCount(0);
  });

  it("drops what is cancelled, and keeps the focus where it stood", async () => {
    const kept = await ask({ action: "Deploy to production" });
    const link = desk.page.getByRole("link", { name: "Deploy to production" });
    await link.focus();
    const dropped = await ask({ action: "Delete the backups" });
    await see(desk.page.locator("#waiting li")).toHaveCount(2);
    await see(link).toBeFocused();
    await api("POST", `/api/confirmations/${dropped.id}/cancel`);
    await see(desk.page.locator("#waiting li")).toHaveCount(1);
    await see(link).toBeFocused();
    await desk.page.keyboard.press("Enter");
    await see(desk.page).toHaveURL(`${url}/approve/${kept.id}`);
    expect([...desk.faults, ...phone.faults]).toEqual([]);
  });
});
