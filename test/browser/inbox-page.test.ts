import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, signIn, syncPasskeys, type Device } from "../support/browser/device.ts";

const { url, enrolUrl, api, device, ask } = browserFixture("inbox-page");
let laptop: Device;
let phone: Device;
beforeAll(async () => {
  laptop = await device({ viewport: { width: 1280, height: 800 } });
  phone = await device();
  await createPasskey(laptop, enrolUrl);
  await syncPasskeys(laptop, phone);
  await laptop.page.goto(`${url}/inbox`);
});

describe("the inbox", () => {
  it("shows a new request without a reload, announces it, and counts it in the title", async () => {
    await eventually(laptop.page.getByText("No request waits for you.")).toBeVisible();
    const { code } = await ask();
    const item = laptop.page.locator("#waiting li");
    await eventually(item).toContainText("Wire transfer to vendor");
    await eventually(item).toContainText("payments-agent for Payments");
    await eventually(item).toContainText(`${code.slice(0, 4)} ${code.slice(4)}`);
    await eventually(laptop.page).toHaveTitle("(1) Inbox · Countersign");
    await eventually(laptop.page.locator("#live")).toHaveText("1 request waits for you.");
    await eventually(laptop.page.getByText("No request waits for you.")).toBeHidden();
  });

  it("moves a request to Earlier after a decision on another device", async () => {
    await signIn(phone, `${url}/inbox`);
    await phone.page.getByRole("link", { name: "Wire transfer to vendor" }).click();
    await decide(phone, "Approve");
    await eventually(phone.page.getByRole("heading", { name: "Approved" })).toBeVisible();
    await eventually(laptop.page.locator("#earlier li")).toContainText("approved");
    await eventually(laptop.page.locator("#waiting li")).toHaveCount(0);
  });

  it("removes a cancelled request and keeps the focus", async () => {
    const kept = await ask({ action: "Deploy to production" });
    const link = laptop.page.getByRole("link", { name: "Deploy to production" });
    await link.focus();
    const dropped = await ask({ action: "Delete the backups" });
    await eventually(laptop.page.locator("#waiting li")).toHaveCount(2);
    await eventually(link).toBeFocused();
    await api("POST", `/api/confirmations/${dropped.id}/cancel`);
    await eventually(laptop.page.locator("#waiting li")).toHaveCount(1);
    await eventually(link).toBeFocused();
    await laptop.page.keyboard.press("Enter");
    await eventually(laptop.page).toHaveURL(`${url}/approve/${kept.id}`);
    expect([...laptop.faults, ...phone.faults]).toEqual([]);
  });
});
