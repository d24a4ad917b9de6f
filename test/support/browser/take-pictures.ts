import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "playwright";
import { createPasskey, decide, launchBrowser, openDevice, PHONE, syncPasskeys, signIn } from "./device.ts";
import { drawIcons } from "./draw-icons.ts";
import { reduceColours } from "./png.ts";
import { startProduct } from "../product/product.ts";
import { backend } from "../browser-client.ts";
import { WIRE } from "../sample-request.ts";

// `npm run pictures` takes the pictures of the README and the documents from the running product, and draws the icons.

const FOLDER = "web/pictures";
const DESKTOP = { width: 1280, height: 800 };
const INVOICE = {
  action: "Pay invoice INV-2025-118",
  payload: {
    to: "Acme Supplies GmbH",
    iban: "DE89 3704 0044 0532 0130 00",
    amount: 42000.5,
    currency: "EUR",
    due: "2026-12-15T10:00:00Z",
    account: "acct_8821",
    memo: "Packaging, fourth quarter",
  },
};
/** Its second letter is Cyrillic. */
const LOOK_ALIKE = {
  action: "Change a payout account",
  payload: { supplier: "A\u{441}me Supplies GmbH", account: "acct_8822" },
};
const names = { name: "Northwind", project: "Payments", key: "payments-agent" };

const { ready, tenants, stop } = await startProduct([names]);
const browser = await launchBrowser();
try {
  mkdirSync(FOLDER, { recursive: true });
  await drawIcons(browser);
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error("no tenant was created");
  const api = backend(fetch, ready.url, tenant.apiKey);
  const ask = async (more: object = {}): Promise<string> => {
    const { body } = await api("POST", "/api/confirmations", { ...WIRE, ...more });
    return body.url;
  };
  const reader = await openDevice(browser, { viewport: DESKTOP, pixelRatio: 1.5 });
  await reader.page.goto(ready.url);
  await takePicture(reader.page, "landing-desktop", false);
  const newcomer = await openDevice(browser, { pixelRatio: 2 });
  await newcomer.page.goto(`${ready.url}/signup`);
  await newcomer.page.getByLabel("Organisation").fill("Northwind");
  await newcomer.page.getByLabel("User name").fill("alex");
  await takePicture(newcomer.page, "signup-phone", false);
  await newcomer.page.getByRole("button", { name: "Create passkey" }).click();
  await newcomer.page.getByRole("heading", { name: "Northwind is ready" }).waitFor();
  await takePicture(newcomer.page, "signed-up-phone");

  const phone = await openDevice(browser, { pixelRatio: 2 });
  await createPasskey(phone, tenant.enrolUrl);
  await takePicture(phone.page, "enrol-phone");

  const invitation = await backend(fetch, ready.url, tenant.peopleKey)("POST", "/api/invites", {
    username: "maria",
    role: "approver",
  });
  const invited = await openDevice(browser, { pixelRatio: 2 });
  await createPasskey(invited, invitation.body.enrolUrl);
  await takePicture(invited.page, "invited-phone");

  const raise = { action: "Raise a daily limit", payload: { account: "acct_1107", limit_usd: 9000 } };
  const earlier = await ask(raise);
  await phone.page.goto(earlier);
  await decide(phone, "Approve");
  await phone.page.getByRole("heading", { name: "Approved" }).waitFor();
  const invoice = await ask(INVOICE);
  const refund = { order: "A-20391", amount_usd: 310, reason: "Damaged in transit" };
  await ask({ action: "Refund a customer", payload: refund, expiresInSeconds: 3_600 });
  await phone.page.goto(`${ready.url}/inbox`);
  await phone.page.locator("#waiting li").nth(1).waitFor();
  await takePicture(phone.page, "inbox-phone");

  const suspicious = await ask(LOOK_ALIKE);
  await phone.page.goto(suspicious);
  await phone.page.getByText("I have read this warning").first().waitFor();
  await takePicture(phone.page, "warning-phone", false);
  await api("POST", `/api/confirmations/${suspicious.split("/").at(-1)}/cancel`);
  await openToDecide(phone.page, invoice);
  await takePicture(phone.page, "approve-phone", false);
  const dark = await openDevice(browser, { pixelRatio: 2, dark: true });
  await syncPasskeys(phone, dark);
  await signIn(dark, invoice);
  await openToDecide(dark.page, invoice);
  await takePicture(dark.page, "approve-phone-dark", false);
  const laptop = await openDevice(browser, { viewport: DESKTOP, pixelRatio: 1.5 });
  await syncPasskeys(phone, laptop);
  await signIn(laptop, invoice);
  await openToDecide(laptop.page, invoice);
  await takePicture(laptop.page, "approve-desktop", false);

  await decide(phone, "Approve", "Invoice checked against the order.");
  await phone.page.getByRole("heading", { name: "Approved" }).waitFor();
  await phone.page.reload();
  await phone.page.getByRole("heading", { name: "Approved" }).waitFor();
  await takePicture(phone.page, "approved-phone", false);

  await laptop.page.goto(`${ready.url}/console`);
  await takePicture(laptop.page, "console-desktop", false);
  await laptop.page.goto(invoice.replace("/approve/", "/console/requests/"));
  await takePicture(laptop.page, "request-desktop", false);
  const away = await openDevice(browser, { pixelRatio: 2 });
  await syncPasskeys(phone, away);
  await signIn(away, `${ready.url}/console/requests`);
  await takePicture(away.page, "requests-phone", false);

  const receipt = await fetch(`${ready.url}/api/confirmations/${invoice.split("/").at(-1)}/receipt`, {
    headers: { "x-api-key": tenant.apiKey },
  });
  const text = await receipt.text();
  await phone.page.goto(`${ready.url}/verify`);
  const file = { name: "receipt.json", mimeType: "", buffer: Buffer.from(text) };
  await phone.page.getByLabel("Choose a receipt").setInputFiles(file);
  await phone.page.getByLabel("Organisation id").fill(/"stream":"([0-9a-f]{64})"/.exec(text)?.[1] ?? "");
  await phone.page.getByRole("heading", { name: "Verified", exact: true }).waitFor();
  await takePicture(phone.page, "verify-phone", false);
  await phone.page.getByText("How it hangs together").click();
  const diagram = await phone.page.locator("#proof-path svg").screenshot({ animations: "disabled" });
  writeFileSync(`${FOLDER}/verify-diagram-phone.png`, reduceColours(diagram));
} finally {
  await browser.close();
  await stop();
}

/** Until its buttons are on: the whole request fits the screen. */
async function openToDecide(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.getByText("You can decide now.").waitFor();
}

/** Takes the whole page in a larger window: a stitched picture would show the header twice. */
async function takePicture(page: Page, name: string, whole = true): Promise<void> {
  const { width = PHONE.width } = page.viewportSize() ?? {};
  const height = await page.evaluate(() => {
    const main = document.querySelector("main")?.getBoundingClientRect().bottom ?? 0;
    return Math.ceil(main + scrollY) - 32;
  });
  if (whole) await page.setViewportSize({ width, height });
  await page.evaluate(() => scrollTo(0, 0));
  const picture = await page.screenshot({ animations: "disabled", caret: "hide" });
  writeFileSync(`${FOLDER}/${name}.png`, reduceColours(picture));
  if (whole) await page.setViewportSize({ width, height: PHONE.height });
}
