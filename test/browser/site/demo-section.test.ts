import { beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright";
import { seriousFaults } from "../../support/browser/axe.ts";
import { browserFixture, eventually } from "../../support/browser/browser-fixture.ts";
import {
  createPasskey,
  decide,
  deviceOfPage,
  syncPasskeys,
  type Device,
} from "../../support/browser/device.ts";

// Somebody tries the product on the landing page, without an account.

const { url, enrolUrl, device } = browserFixture("demo-section");

const start = (page: Page) => page.getByRole("button", { name: "Try it: make a throw-away passkey" });
const line = (page: Page, step: string) => page.locator(`#demo-line-${step}`);
const failedChecks = (page: Page) =>
  page
    .locator("#demo-checks .failed")
    .evaluateAll((lines) => lines.map((each) => (each as HTMLElement).dataset["check"]));

/** From the landing page to the approval page in a window of its own, with the passkey that was just made. */
async function openRequest(owner: Device): Promise<Device> {
  await eventually(owner.page.getByRole("link", { name: "Open the request", exact: true })).toBeVisible();
  const opened = owner.page.waitForEvent("popup");
  await owner.page.getByRole("link", { name: "Open the request", exact: true }).click();
  const sheet = await deviceOfPage(await opened);
  await syncPasskeys(owner, sheet);
  return sheet;
}

async function changeByte(page: Page, of: string): Promise<readonly (string | undefined)[]> {
  await page.getByRole("button", { name: of, exact: true }).click();
  await eventually(page.locator("#demo-verdict")).toHaveText("Altered");
  return failedChecks(page);
}

describe("the live demo", () => {
  let sam: Device;
  let begins = 0;
  beforeAll(async () => {
    sam = await device();
    sam.page.on("request", (request) => (begins += request.url().endsWith("/demo/begin") ? 1 : 0));
  });

  it("makes a passkey with one tap, and shows the call of a backend and its answer", async () => {
    const { page } = sam;
    await page.goto(url);
    expect(begins).toBe(0);
    await start(page).dblclick();
    await eventually(page.locator("#demo-answer")).toContainText('"status": "pending"');
    await eventually(page.locator("#demo-call")).toContainText('"amount": "$0"');
    expect(begins).toBe(1);
    expect(await seriousFaults(sam)).toEqual([]);
  });

  it("shows the decision where it was asked and in a second tab, and closes the window it opened", async () => {
    const { page, context } = sam;
    const second = await context.newPage();
    await second.goto(url);
    await eventually(line(second, "sign")).toHaveText("Waiting for you");
    const sheet = await openRequest(sam);
    await eventually(page.locator("#demo-waiting")).toBeVisible();
    await decide(sheet, "Approve");
    await eventually(page.locator("#demo-decision")).toContainText('"status": "approved"');
    await eventually(second.locator("#demo-decision")).toContainText('"status": "approved"');
    await eventually.poll(() => sheet.page.isClosed()).toBe(true);
    expect(sheet.faults).toEqual([]);
    await second.close();
  });

  it("takes the signed challenge apart, and proves the entry in the log", async () => {
    const { page } = sam;
    await page.getByRole("button", { name: "Next: what your passkey signed" }).click();
    await eventually(page.getByText("A passkey signs a challenge.")).toBeFocused();
    await eventually(page.locator("#demo-halves .good")).toHaveCount(2);
    await page.getByRole("button", { name: "Next: its place in the log" }).click();
    await eventually(page.locator("#demo-place-checks .good")).toHaveCount(2);
    await eventually(page.locator("#demo-checkpoint")).toContainText("/log\n");
    expect(await seriousFaults(sam)).toEqual([]);
  });

  it("finds each changed byte by the right check, and is right again without the change", async () => {
    const { page } = sam;
    await page.getByRole("button", { name: "Next: change one byte" }).click();
    await eventually(page.locator("#demo-verdict")).toHaveText("TEST, verified: approved by visitor");
    expect(await changeByte(page, "Content")).toEqual(["payload"]);
    expect(await changeByte(page, "Signature")).toEqual(["signature"]);
    expect(await changeByte(page, "Log proof")).toEqual(["inclusion"]);
    await eventually(line(page, "change")).toHaveText("Every change was found");
    expect(await seriousFaults(sam)).toEqual([]);
    await page.getByRole("button", { name: "Log proof", exact: true }).click();
    await eventually(page.locator("#demo-verdict")).toHaveText("TEST, verified: approved by visitor");
    expect(await failedChecks(page)).toEqual([]);
  });

  it("uses the approval once, also after a lost connection, and leads on after the second try is refused", async () => {
    const { page, context } = sam;
    await page.getByRole("button", { name: "Next: use it once" }).click();
    await context.setOffline(true);
    await page.getByRole("button", { name: "Use the approval" }).click();
    await eventually(page.locator("#demo-status-use")).toHaveText("This device can't reach the server.");
    await context.setOffline(false);
    await page.getByRole("button", { name: "Use the approval" }).click();
    await page.getByRole("button", { name: "Use it a second time" }).click();
    await eventually(page.locator("#demo-use-answer")).toContainText('"code": "already_consumed"');
    await eventually(page.locator("#demo-end-lead")).toBeFocused();
    await page.getByRole("button", { name: "Remove the demo passkey" }).click();
    await eventually(page.locator("#demo-status-use")).toContainText("visitor at Demo");
    expect(await seriousFaults(sam)).toEqual([]);
  });

  it("goes on where it was after the page is opened again, until its organisation is deleted", async () => {
    const { page } = sam;
    await page.reload();
    await eventually(line(page, "log")).toContainText("proven here");
    await eventually(line(page, "sign")).toHaveText("You approved");
    await page.evaluate(() => {
      const state = JSON.parse(localStorage.getItem("demo") ?? "");
      localStorage.setItem("demo", JSON.stringify({ ...state, apiKey: `${state.apiKey.slice(0, -1)}x` }));
    });
    await page.reload();
    await eventually(page.getByText("That demo organisation was deleted. Start again.")).toBeVisible();
    await eventually(start(page)).toBeVisible();
    expect(sam.faults.filter((fault) => !fault.includes("ERR_INTERNET_DISCONNECTED"))).toEqual([]);
  });

  it("shows a rejection as the backend gets it, and the server's refusal to use it", async () => {
    const { page } = sam;
    await start(page).click();
    const sheet = await openRequest(sam);
    await decide(sheet, "Reject");
    await eventually(page.locator("#demo-decision")).toContainText('"status": "rejected"');
    await eventually(line(page, "log")).toContainText("proven here");
    await page.locator("#demo-step-use").click();
    await page.getByRole("button", { name: "Use the approval" }).click();
    await eventually(line(page, "use")).toHaveText("Not approved, so refused");
    expect(begins).toBe(2);
  });
});

describe("the recorded demo", () => {
  it("is there without a passkey, says that it is recorded, and is verified in the page", async () => {
    const alex = await device();
    const { page } = alex;
    await page.addInitScript(() => Reflect.deleteProperty(window, "PublicKeyCredential"));
    await page.goto(url);
    await eventually(page.getByText("This browser can’t make a passkey here.")).toBeVisible();
    await page.getByRole("button", { name: "Watch the recorded demo" }).click();
    await eventually(page.getByText("You are watching a recording")).toBeVisible();
    await page.locator("#demo-step-change").click();
    await eventually(page.locator("#demo-verdict")).toHaveText("TEST, verified: approved by visitor");
    expect(await changeByte(page, "Content")).toEqual(["payload"]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await seriousFaults(alex)).toEqual([]);
    expect(alex.faults).toEqual([]);
  });

  it("is all that somebody gets who is signed in at an organisation", async () => {
    const maria = await device();
    const { page } = maria;
    await createPasskey(maria, enrolUrl);
    await page.goto(url);
    await eventually(page.getByText("Open this page in a private window")).toBeVisible();
    await eventually(start(page)).toBeHidden();
    await eventually(page.getByRole("button", { name: "Watch the recorded demo" })).toBeEnabled();
  });
});
