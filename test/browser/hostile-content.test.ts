import { beforeAll, describe, expect, inject, it } from "vitest";
import { comparisonCode } from "../../src/core/confirmation/challenge.ts";
import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../support/browser/device.ts";
import { backend } from "../support/browser-client.ts";

const { url, enrolUrl, api, people, device, ask } = browserFixture("hostile-content");
let alex: Device;
let maria: Device;
let stranger: Device;

beforeAll(async () => {
  [alex, maria, stranger] = await Promise.all([device(), device(), device()]);
  await createPasskey(alex, enrolUrl);
  await createPasskey(stranger, inject("product").tenants["stranger"]?.enrolUrl ?? "");
  const invited = await people("POST", "/api/invites", { username: "maria", role: "approver" });
  await createPasskey(maria, invited.body.enrolUrl);
});

async function endorseMaria(): Promise<void> {
  await alex.page.goto(`${url}/inbox`);
  await alex.page.getByRole("link", { name: /Let maria/ }).click();
  await decide(alex, "Approve");
  await eventually(alex.page.getByRole("heading", { name: "Approved" })).toBeVisible();
}

const DATA = /(<script type="application\/json" id="data">)([^<]*)(<\/script>)/;
type Data = { payload: string; payloadHash: string; code: string; statement: Record<string, unknown> };
const PAYLOAD = '{"amount_usd":4200,"memo":"INV-2025-118","to":"acct_8821"}';
const zeros = (digits: number) => "0".repeat(digits);

describe("a page that was changed on the network", () => {
  it.each<[string, (data: Data) => void, RegExp]>([
    [
      "other content than the one to sign",
      (data) => (data.payload = data.payload.replace("acct_8821", "acct_6666")),
      /does not match the SHA-256/,
    ],
    ["another hash", (data) => (data.payloadHash = zeros(64)), /does not match the SHA-256/],
    ["another comparison code", (data) => (data.code = zeros(8)), /comparison code/],
    ["another action", (data) => (data.statement["action"] = "Send a postcard"), /comparison code/],
    ["a statement for another site", (data) => (data.statement["rp"] = "https://evil.example"), /not here/],
    [
      "another request's statement",
      (data) => (data.statement["confirmation"] = "c_AAAAAAAAAAAAAAAAAAAAAA"),
      /another request|malformed/,
    ],
    ["an extra field in the statement", (data) => (data.statement["note"] = "fine"), /malformed/],
    [
      "a change of who may sign, drawn as an ordinary request",
      (data) => {
        data.payload = '{"kind":"countersign/change"}';
        data.statement["display"] = { order: [], template: null };
        const hash = sha256(utf8(data.payload));
        data.payloadHash = toHex(hash);
        const [confirmation, action] = [data.statement["confirmation"], data.statement["action"]];
        data.code = comparisonCode(String(confirmation), hash, String(action));
      },
      /a page of its own/,
    ],
    ["content that is not JSON", (data) => (data.payload = `${data.payload} `), /SHA-256|exactly/],
  ])("is not verified when it has %s, and nobody can sign", async (_name, change, why) => {
    const { id } = await ask();
    const { page } = alex;
    const address = `${url}/approve/${id}`;
    await page.route(address, async (route) => {
      const answer = await route.fetch();
      const html = await answer.text();
      const body = html.replace(DATA, (_all, before: string, text: string, after: string) => {
        const data = JSON.parse(text) as Data;
        expect(data.payload).toBe(PAYLOAD);
        change(data);
        return before + JSON.stringify(data) + after;
      });
      expect(body).not.toBe(html);
      await route.fulfill({ response: answer, body });
    });
    await page.goto(address);
    await eventually(page.getByRole("alert")).toContainText("Display not verified. Do not approve this.");
    await eventually(page.locator("#why-not")).toHaveText(why);
    await eventually(page.getByText("Verified on this device")).toBeHidden();
    for (const name of ["Approve", "Reject"]) {
      const button = page.locator(`#${name.toLowerCase()}`);
      await eventually(button).toBeHidden();
      await eventually(button).toBeDisabled();
    }
    await page.unroute(address);

    await page.goto(address);
    await eventually(page.getByText("Verified on this device")).toBeVisible();
    await eventually(page.getByRole("button", { name: "Approve" })).toBeEnabled();
  });

  it("decides nothing when a program clicks the buttons", async () => {
    const { id } = await ask({ payload: { lines: Array.from({ length: 60 }, (_, line) => `line ${line}`) } });
    const { page } = alex;
    await page.goto(`${url}/approve/${id}`);
    await eventually(page.getByText("Verified on this device")).toBeVisible();
    await page.evaluate(() => {
      for (const button of document.querySelectorAll("button")) button.disabled = false;
      document.querySelector<HTMLButtonElement>("#approve")?.click();
    });
    await eventually(page.locator("#status")).toContainText("seen");
    expect((await api("GET", `/api/confirmations/${id}`)).body.status).toBe("pending");
  });
});

describe("hostile content", () => {
  it("is drawn as text, and hidden characters are named", async () => {
    const payload = {
      html: "<img src=x onerror=alert(1)></script><script>alert(1)</script>",
      link: "https://evil.example/\u202Egnp.exe",
      pay: "acct_88\u200B21",
    };
    const { id } = await ask({ action: "Pay <b>now</b> \u202Eton", payload });
    const { page } = alex;
    await page.goto(`${url}/approve/${id}`);
    await eventually(page.getByText("Verified on this device")).toBeVisible();
    await eventually(page.getByRole("heading", { level: 1 })).toContainText("Pay <b>now</b>");
    await eventually(page.locator("#fields .value").first()).toHaveText(payload.html);
    await eventually(page.locator("#fields .odd")).toHaveCount(2);
    await eventually(page.getByText("Careful:").first()).toBeVisible();
    const exact = page.getByRole("button", { name: "Exact JSON" });
    await exact.click();
    await eventually(exact).toHaveAttribute("aria-pressed", "true");
    await eventually(page.locator("#fields .json").first()).toHaveText(
      `"html": ${JSON.stringify(payload.html)}`,
    );
    expect(await page.locator("#fields img, #fields a, #fields script, #action b").count()).toBe(0);
    await decide(alex, "Reject");
    await eventually(page.getByRole("heading", { name: "Rejected" })).toBeVisible();
  });
});

describe("a letter that no font of the device has", () => {
  it("is drawn as a box, not as nothing", async () => {
    const { id } = await ask({ payload: { osage: "\u{104cf}", cuneiform: "\u{1242b}" } });
    await alex.page.goto(`${url}/approve/${id}`);
    await alex.page.evaluate(() => document.fonts.ready);
    for (const value of await alex.page.locator("#fields .value").all()) {
      const drawn = await value.screenshot();
      await value.evaluate((element) => {
        element.style.color = "transparent";
      });
      expect((await value.screenshot()).equals(drawn)).toBe(false);
    }
  });
});

describe("a person whose passkey is not endorsed yet", () => {
  it("is refused as an approver, and sees its own state at every address", async () => {
    const early = { username: "maria", action: "Pay", payload: {} };
    const answer = await backend(fetch, url, inject("product").tenants["hostile-content"]?.apiKey ?? "")(
      "POST",
      "/api/confirmations",
      early,
    );
    expect([answer.status, answer.body.code]).toEqual([409, "approver_without_passkey"]);
    const { id } = await ask();
    for (const path of [`/approve/${id}`, "/approve/c_nothing", "/inbox", "/devices"]) {
      await maria.page.goto(url + path);
      await eventually(
        maria.page.getByRole("heading", { name: "Your passkey is not active yet" }),
      ).toBeVisible();
      expect(await maria.page.content()).not.toMatch(/(?<![0-9A-Za-z])4200(?![0-9A-Za-z])/);
    }
  });
});

describe("a person who is not asked", () => {
  it("gets the same page for another person's request and for an unknown one", async () => {
    // Otherwise the page that waits would reload in the middle of what follows.
    await maria.page.goto("about:blank");
    await endorseMaria();
    const { id } = await ask();
    const absent = `${id.slice(0, -4)}AAAA`;
    for (const who of [stranger, maria]) {
      const seen: string[] = [];
      for (const asked of [id, absent]) {
        const answer = await who.page.goto(`${url}/approve/${asked}`);
        expect(answer?.status()).toBe(404);
        await eventually(who.page.getByText("You are signed in as ")).toBeVisible();
        seen.push(await who.page.content());
      }
      expect(seen[1]).toBe(seen[0]);
    }
    const answer = await alex.page.goto(`${url}/approve/${id}`);
    expect(answer?.status()).toBe(200);
  });

  it("learns nothing without a session: the sign-in page is the same at every address", async () => {
    const { id } = await ask();
    const nobody = await device();
    const seen: string[] = [];
    for (const path of [`/approve/${id}`, "/approve/c_nothing", "/inbox", "/devices"]) {
      const answer = await nobody.page.goto(url + path);
      expect(answer?.status()).toBe(200);
      await eventually(nobody.page.getByRole("button", { name: "Sign in with passkey" })).toBeVisible();
      seen.push((await answer?.text()) ?? "");
    }
    expect(new Set(seen).size).toBe(1);
    expect(nobody.faults).toEqual([]);
  });

  it("can't sign in without a passkey, and reads what to do", async () => {
    const nobody = await device();
    await nobody.page.goto(`${url}/inbox`);
    await nobody.page.getByRole("button", { name: "Sign in with passkey" }).click();
    await eventually(nobody.page.locator("#status")).toContainText("this device has none for this account", {
      timeout: 8_000,
    });
    await eventually(nobody.page.getByRole("button", { name: "Sign in with passkey" })).toBeEnabled();
  });
});
