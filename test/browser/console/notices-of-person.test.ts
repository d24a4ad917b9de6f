import { beforeAll, describe, expect, inject, it } from "vitest";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import { createPasskey, decide, signIn, syncPasskeys, type Device } from "../../support/browser/device.ts";
import { faultsOfLook } from "../../support/browser/page-look.ts";
import { MailSink } from "../../support/receivers/mail-sink.ts";

// An approver sets where and when notices come, with real mails, on a phone.

const { url, enrolUrl, people, device } = browserFixture("notices-of-person");
const mails = new MailSink(inject("product").state);
const ADDRESS = "nora@notices-of-person.example.com";
const HOOK = "https://hooks.slack.com/services/T0/B0/x";
let nora: Device;
let other: Device;

beforeAll(async () => {
  const alex = await device();
  await createPasskey(alex, enrolUrl);
  const invited = await people("POST", "/api/invites", { username: "nora", role: "approver" });
  [nora, other] = [await device(), await device()];
  await createPasskey(nora, invited.body.enrolUrl);
  await alex.page.goto(`${url}/inbox`);
  await alex.page.getByRole("link", { name: /nora/ }).first().click();
  await decide(alex, "Approve");
  await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();
});

/** The last link of this kind in a mail to the address. */
async function linkIn(subject: string, path: string): Promise<string> {
  const { text } = await mails.received((mail) => mail.to === ADDRESS && mail.subject === subject);
  return new RegExp(`${url}/${path}\\S+`).exec(text)?.[0] ?? "";
}
const open = async ({ page }: Device, heading: string, address = `${url}/notices`) => {
  await page.goto(address);
  await eventually(page.getByRole("heading", { name: heading, exact: true })).toBeVisible();
};

describe("an approver on a phone", () => {
  it("reads that nothing is heard yet, adds a chat after a touch of the passkey, and sets quiet hours", async () => {
    const { page } = nora;
    await open(nora, "Your notices");
    await eventually(page.getByText("You don’t hear of requests.")).toBeVisible();
    await page.getByText("Add a chat").click();
    await page.locator("#hook-name").fill("On call");
    await page.getByLabel("Address of its incoming webhook").fill(HOOK);
    await page.getByRole("button", { name: "Add this chat" }).click();
    await page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(page.getByText("Slack · hooks.slack.com")).toBeVisible();
    await page.getByText("Set quiet hours").click();
    await page.getByLabel("From").fill("22:00");
    await page.getByLabel("To", { exact: true }).fill("07:00");
    await page.getByRole("button", { name: "Save quiet hours" }).click();
    await eventually(page.getByText("From 22:00 to 07:00 each day")).toBeVisible();
  });

  it("confirms an e-mail address by the link in the mail, in this browser only", async () => {
    const { page } = nora;
    await page.getByText("Add an e-mail address").click();
    await page.getByLabel("E-mail address").fill(ADDRESS);
    await page.getByRole("button", { name: "Send a link to it" }).click();
    await eventually(page.getByText(`A link is on its way to ${ADDRESS}`)).toBeVisible();
    const link = await linkIn("Confirm your e-mail address", "notices/verify");

    await syncPasskeys(nora, other);
    await signIn(other, `${url}/inbox`);
    await open(other, "Confirm your e-mail address", link);
    await other.page.getByRole("button", { name: "Confirm this address" }).click();
    await other.page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await eventually(other.page.getByRole("alert")).toContainText("in the browser in which you added");

    await open(nora, "Confirm your e-mail address", link);
    expect(await faultsOfLook(nora)).toEqual([]);
    await page.getByRole("button", { name: "Confirm this address" }).click();
    await eventually(page.getByText(`${ADDRESS} is confirmed`)).toBeVisible();
  });

  it("stops mails with one tap, without a session, and sees that they have stopped", async () => {
    const { page } = nora;
    const row = page.getByRole("listitem").filter({ hasText: ADDRESS });
    await row.getByText("Change", { exact: true }).click();
    await row.getByRole("button", { name: "Send a test notice" }).click();
    await eventually(page.getByText(`A test notice is on its way to ${ADDRESS}`)).toBeVisible();
    const link = await linkIn("A test notice from Countersign", "unsubscribe");

    const nobody = await device();
    await open(nobody, "Stop these mails?", link);
    expect(await faultsOfLook(nobody)).toEqual([]);
    await nobody.page.getByRole("button", { name: "Stop these mails" }).click();
    await eventually(nobody.page.getByRole("heading", { name: "You are unsubscribed" })).toBeVisible();
    expect(await nobody.context.cookies()).toEqual([]);
    await open(nora, "Your notices");
    await eventually(page.getByText("Ended by the link in a mail")).toBeVisible();
    expect(await faultsOfLook(nora)).toEqual([]);
  });
});
