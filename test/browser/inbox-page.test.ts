import { beforeAll, describe, expect, it } from "vitest";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { seriousFaults } from "../support/browser/axe.ts";
import { createPasskey, decide, signIn, syncPasskeys, type Device } from "../support/browser/device.ts";

const { url, enrolUrl, api, people, device, ask } = browserFixture("inbox-page");
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
    const item = laptop.page.locator("#waiting > li");
    await eventually(item.getByRole("link")).toHaveAccessibleName(
      "Wire transfer to vendor amount usd 4200 · to acct_8821 · memo INV-2025-118",
    );
    await eventually(item).toContainText("asked just now");
    await eventually(item).toContainText("14 min left");
    await eventually(item).toContainText("payments-agent · Payments");
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
    await eventually(laptop.page.locator("#waiting > li")).toHaveCount(0);
  });

  it("leads to a page that compares the request with others of its action, which nobody signs", async () => {
    const { page } = phone;
    const payload = { to: "acct_8821", amount_usd: 42_000, memo: "INV-2025-118" };
    const one = await ask({ payload });
    const other = await ask({ payload: { ...payload, to: "acct_8812", amount_usd: "42000" } });
    await page.goto(one.url);
    const compared = page.getByRole("region", { name: "Compared with other requests" });
    await eventually(compared.locator("p")).toHaveText([
      "Differs from another open request: Amount Usd, To.",
      "Compared with the last approved request of this action: Amount Usd 4200 → 42000.",
      "From this service’s records, not part of what you sign.",
    ]);
    await compared.getByRole("link", { name: "another open request" }).click();
    await eventually(page).toHaveURL(other.url);
    await eventually(compared).toContainText(
      "Amount Usd number 4200 → text 42000, To acct_8821 → acct_8812.",
    );
    for (const { id } of [one, other]) await api("POST", `/api/confirmations/${id}/cancel`);
  });

  it("removes a cancelled request and keeps the focus", async () => {
    const kept = await ask({
      action: "Deploy to production",
      payload: { to: "p\u0430ypal" },
      expiresInSeconds: 200,
    });
    const link = laptop.page.getByRole("link", { name: "Deploy to production" });
    const row = laptop.page.locator("#waiting > li", { has: link });
    await eventually(row.getByRole("list", { name: "Warnings" })).toHaveText("Look-alike letters");
    await eventually(row.locator(".soon")).toHaveText("3 min left");
    await link.focus();
    const dropped = await ask({ action: "Delete the backups" });
    await eventually(laptop.page.locator("#waiting > li")).toHaveCount(2);
    await eventually(link).toBeFocused();
    await api("POST", `/api/confirmations/${dropped.id}/cancel`);
    await eventually(laptop.page.locator("#waiting > li")).toHaveCount(1);
    await eventually(link).toBeFocused();
    await laptop.page.keyboard.press("Enter");
    await eventually(laptop.page).toHaveURL(`${url}/approve/${kept.id}`);
    expect([...laptop.faults, ...phone.faults]).toEqual([]);
  });
});

describe("an inbox with more requests than a page", { timeout: 60_000 }, () => {
  it("says how many there are, and shows the next ones by a link that the keyboard reaches", async () => {
    const { page } = laptop;
    for (let place = 0; place < 60; place++)
      await ask({ action: `Pay invoice ${place}`, expiresInSeconds: 3_600 + place });
    await page.goto(`${url}/inbox`);
    // With the request that the test before left, which expires first.
    await eventually(page.locator("#range")).toHaveText(/^50 of 61,/);
    await eventually(page.locator("#waiting > li").first()).toContainText("Deploy to production");
    await eventually(page.locator("#waiting > li")).toHaveCount(50);
    await eventually(page).toHaveTitle("(61) Inbox · Countersign");
    await page.getByRole("link", { name: "Pay invoice 48" }).focus();
    await page.keyboard.press("Tab");
    await eventually(page.getByRole("link", { name: "Show the next 11" })).toBeFocused();
    await page.keyboard.press("Enter");
    await eventually(page.locator("#range")).toHaveText(/^51 to 61 of 61,/);
    await eventually(page.locator("#waiting > li").first()).toContainText("Pay invoice 49");
    await eventually(page.getByRole("link", { name: /Show the next/ })).toBeHidden();
    expect(await seriousFaults(laptop)).toEqual([]);
  });

  it("keeps a later page up to date, and leads back to the first", async () => {
    const { page } = laptop;
    await ask({ action: "Pay the last invoice", expiresInSeconds: 7_200 });
    await eventually(page.locator("#waiting > li").last()).toContainText("Pay the last invoice");
    await eventually(page.locator("#range")).toHaveText(/^51 to 62 of 62,/);
    await page.getByRole("link", { name: "Show the first requests" }).click();
    await eventually(page).toHaveURL(`${url}/inbox`);
    await eventually(page.locator("#range")).toHaveText(/^50 of 62,/);
  });
});

describe("a person who opened an invitation", () => {
  it("has a request of a section of its own, announced, and counted with no other request", async () => {
    const { page } = laptop;
    const invited = await people("POST", "/api/invites", { username: "maria", role: "approver" });
    const maria = await device();
    await createPasskey(maria, invited.body.enrolUrl);
    await eventually(page.locator("#new-people li")).toContainText("Let maria (approver) decide");
    await eventually(page.locator("#live")).toHaveText("A passkey waits under New people and lost passkeys.");
    await eventually(page).toHaveTitle("(62) Inbox · Countersign");
    await eventually(page.locator("#waiting")).not.toContainText("maria");
    await page.getByRole("link", { name: "New people and lost passkeys" }).click();
    await eventually(page.getByRole("heading", { name: "New people and lost passkeys" })).toBeInViewport();
    await eventually(page.getByText("Compare its fingerprint with the person first")).toBeVisible();
    expect(maria.faults).toEqual([]);
    expect(await seriousFaults(laptop)).toEqual([]);
    await page.locator("#new-people").getByRole("link").click();
    await decide(laptop, "Approve");
    await eventually(page.getByRole("heading", { name: "Approved" })).toBeVisible();
  });

  it("has a change of their role in a group of its own, above all decisions", async () => {
    const { page } = laptop;
    await page.goto(`${url}/inbox`);
    await eventually(page.getByRole("heading", { name: "Changes of who may sign" })).toBeHidden();
    expect((await people("POST", "/api/roles", { username: "maria", role: "admin" })).status).toBe(201);
    await eventually(page.locator("#changes li")).toContainText("Make maria (approver) admin");
    await eventually(page.getByRole("heading", { level: 3 })).toHaveText([
      "Changes of who may sign",
      "Decisions",
    ]);
    expect([...laptop.faults, ...phone.faults]).toEqual([]);
  });
});
