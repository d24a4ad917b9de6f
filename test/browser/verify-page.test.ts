import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from "../../src/core/encoding/strict-json.ts";
import { RECEIPT_LIMITS } from "../../src/core/evidence/receipt.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { RECEIPT_CHECKS } from "../../src/core/evidence/verify.ts";
import { seriousFaults } from "../support/browser/axe.ts";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import { createPasskey, decide, type Device } from "../support/browser/device.ts";

// An auditor uses the verify page, with and without the service.

const { url, enrolUrl, apiKey, device, ask } = browserFixture("verify-page");
/** In the order in which the requester wrote it. */
const CONTENT = ["acct_8821", "4200", "INV-2025-118"];
let auditor: Device;
let approved: { readonly id: string; readonly text: string };
let rejected: { readonly id: string; readonly text: string };
let stream: string;
let policy: string;

beforeAll(async () => {
  const alex = await device();
  await createPasskey(alex, enrolUrl);
  const seal = async (decision: "Approve" | "Reject") => {
    const { id } = await ask();
    await alex.page.goto(`${url}/approve/${id}`);
    await decide(alex, decision, decision === "Reject" ? "Not on a Friday" : "");
    await eventually(alex.page.locator("#outcome")).toContainText("Sealed in the log");
    const file = await fetch(`${url}/api/confirmations/${id}/receipt`, { headers: { "x-api-key": apiKey } });
    return { id, text: await file.text() };
  };
  approved = await seal("Approve");
  rejected = await seal("Reject");
  stream = parts(approved.text, "created", "record")["stream"] as string;
  policy = await (await fetch(`${url}/log/policy.txt`)).text();
  auditor = await device();
});

const read = (text: string) => expectOk(parseJson(utf8(text), RECEIPT_LIMITS)) as JsonObject;

function parts(text: string, ...names: readonly string[]): JsonObject {
  return names.reduce<JsonObject>((value, name) => {
    const member = value[name];
    return member !== undefined && isJsonObject(member) ? member : {};
  }, read(text));
}

/** The same document with one other value, in canonical form. */
function changed(text: string, path: string, value: JsonValue): string {
  const change = (from: JsonValue, [name, ...rest]: readonly string[]): JsonValue => {
    if (name === undefined) return value;
    if (Array.isArray(from)) return from.map((item, at) => (String(at) === name ? change(item, rest) : item));
    return { ...(from as JsonObject), [name]: change((from as JsonObject)[name] ?? null, rest) };
  };
  return canonicalText(change(read(text), path.split("/")));
}

const file = (name: string, text: string) => ({ name, mimeType: "", buffer: Buffer.from(text) });
const verdict = () => auditor.page.locator("#verdict");
const heading = () => auditor.page.locator("#heading");

async function submit(text: string, tenant = stream): Promise<void> {
  const { page } = auditor;
  await page.goto(`${url}/verify`);
  await eventually(page.locator("#trust")).toContainText("The service’s own");
  await page.locator("#file").setInputFiles(file("receipt.json", text));
  await eventually(heading()).not.toBeEmpty();
  const id = page.locator("#organisation");
  if (await id.isVisible()) await id.fill(tenant);
}

/** The names of the checks with this result. */
async function checksThat(result: "passed" | "failed" | "absent"): Promise<readonly (string | undefined)[]> {
  return auditor.page
    .locator(`#checks .${result}`)
    .evaluateAll((checks) => checks.map((check) => (check as HTMLElement).dataset["check"]));
}

describe("a receipt on the verify page", () => {
  it("is verified: who approved what and when, the content as it was seen, and every check", async () => {
    await submit(approved.text);
    const { page } = auditor;
    await eventually(heading()).toHaveText("Verified");
    await eventually(verdict()).toHaveClass("verdict good");
    await eventually(page).toHaveTitle(/^Verified: alex approved “Wire transfer to vendor”/);
    for (const fact of [
      "Wire transfer to vendor",
      "alex approved",
      "payments-agent, for Payments",
      "verify-page confirmed",
      "by the service’s own policy",
    ])
      await eventually(page.locator("#facts")).toContainText(fact);
    await eventually(page.locator("#asked > .fields .value")).toHaveText(CONTENT);
    await eventually(page.locator("#tally")).toHaveText("14 passed · 3 need more from you · 1 not possible");
    await eventually(page.locator("#checks")).toBeHidden();
    await page.locator("#tally").click();
    await eventually(page.locator("#checks > li")).toHaveCount(Object.keys(RECEIPT_CHECKS).length);
    expect(await checksThat("absent")).toEqual(["witnesses", "label", "history", "anchor"]);
    const place = page.locator("[data-check=inclusion]");
    await place.getByText("The place in the log").click();
    await place.getByText("Values").click();
    await eventually(place.locator(".values")).toContainText(
      parts(approved.text, "decision")["label"] as string,
    );
    await page.getByText("How it hangs together").click();
    await eventually(page.locator("svg.diagram")).toHaveAttribute("role", "img");
    expect(auditor.faults).toEqual([]);
  });

  it("is not green without the organisation id, which the verdict asks for", async () => {
    await submit(approved.text, "");
    const { page } = auditor;
    await eventually(heading()).toHaveText("Verified, organisation not confirmed");
    await eventually(verdict()).toHaveClass("verdict open");
    await eventually(page.locator("#tally")).toHaveText("13 passed · 4 need more from you · 1 not possible");
    await page.locator("#tally").click();
    await page.getByRole("button", { name: "Enter the organisation id" }).click();
    const id = page.getByLabel("Organisation id");
    await eventually(id).toBeFocused();
    await id.fill(approved.id);
    await eventually(verdict()).toContainText(
      "This looks like the id of a request. An organisation id has 64 digits, 0-9 and a-f.",
    );
    await eventually(heading()).toHaveText("Verified, organisation not confirmed");
    await id.fill(stream.slice(0, 40));
    await eventually(verdict()).toContainText("40 of 64 digits");
    await id.fill(stream.toUpperCase().replace(/(.{4})/g, "$1 "));
    await eventually(heading()).toHaveText("Verified");
    await id.fill(`${stream.slice(0, -1)}${stream.endsWith("0") ? "1" : "0"}`);
    await eventually(heading()).toHaveText("Not from this organisation");
    await eventually(verdict()).toHaveClass("verdict bad");
    expect(await checksThat("failed")).toEqual(["tenant"]);
  });

  it("of a rejection is verified, but no approval", async () => {
    await submit(rejected.text);
    await eventually(heading()).toHaveText("Verified: rejected by alex");
    await eventually(verdict()).toHaveClass("verdict over");
    await eventually(verdict()).toContainText("Not on a Friday");
  });

  it("that was re-formatted is judged by its content", async () => {
    const reversed = Object.fromEntries(Object.entries(read(approved.text)).toReversed());
    await submit(JSON.stringify(reversed, null, 2));
    await eventually(heading()).toHaveText("Verified");
    await eventually(verdict()).toContainText("The file was re-formatted. It was judged by its content.");
  });

  it("is compared with the auditor's own content", async () => {
    await submit(approved.text);
    const { page } = auditor;
    await page.getByText("Compare it with more that you have").click();
    const content = page.getByLabel("The content that you have, as JSON");
    await content.fill('{ "to": "acct_8821", "memo": "INV-2025-118", "amount_usd": 4.2e3 }');
    await eventually(verdict()).toHaveClass("verdict good");
    await content.fill('{"to":"acct_8821","memo":"INV-2025-118","amount_usd":4201}');
    await eventually(heading()).toHaveText("Not the content that you have");
    await content.fill('{"to":');
    await eventually(heading()).toHaveText("Not verified yet");
    await eventually(verdict()).toContainText("This can't be compared: expected a value");
  });

  it("is checked with the auditor's own trust policy", async () => {
    await submit(approved.text);
    const { page } = auditor;
    await page.getByText("Compare it with more that you have").click();
    const own = page.getByLabel("Trust policy file");
    await own.setInputFiles(file("policy.txt", policy));
    await eventually(page.locator("#trust")).toContainText("Your own file");
    await eventually(page.locator("#facts")).toContainText("by your trust policy");
    const other = "log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\nquorum none\n";
    await own.setInputFiles(file("policy.txt", other));
    await eventually(heading()).toHaveText("Not in a log that you trust");
    await eventually(verdict()).toContainText("The trust policy is for example.com/foo.");
    await own.setInputFiles(file("policy.txt", "who knows"));
    await eventually(page.locator("#policy-error")).toContainText("This is not a trust policy");
    await eventually(heading()).toHaveText("Not verified yet");
    await eventually(verdict()).toContainText("It is not known whose log this is.");
  });

  it("can be dropped with a trust policy anywhere on the page", async () => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    const transfer = await page.evaluateHandle(
      ([receipt = "", trust = ""]) => {
        const dropped = new DataTransfer();
        dropped.items.add(new File([trust], "policy.txt"));
        dropped.items.add(new File([receipt], "receipt.json"));
        return dropped;
      },
      [approved.text, policy],
    );
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
    await page.locator("#organisation").fill(stream);
    await eventually(verdict()).toHaveClass("verdict good");
    await eventually(page.locator("#trust")).toContainText("Your own file");
  });

  it.each(["approved", "failed"])("is accessible (%s)", async (which) => {
    const failed = changed(approved.text, "decision/evidence/payload/to", "acct_1");
    await submit(which === "approved" ? approved.text : failed);
    const { page } = auditor;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults(auditor)).toEqual([]);
    }
    await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
    expect(await seriousFaults(auditor)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});

describe("an id on the verify page", () => {
  const answers = "**/public/log/entries/**";

  it("shows the outcome, the time and the place in the log, but no content", async () => {
    const { page } = auditor;
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(heading()).toHaveText("In the log: approved");
    await eventually(verdict()).toContainText("Who signed, and what, is not public");
    await eventually(verdict()).toHaveClass("verdict open");
    await eventually(page.locator("#asked")).toContainText("The content and the signers are not public.");
    await eventually(page.locator("#checks .passed")).toHaveCount(4);
    await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
    const text = await page.locator("body").innerText();
    for (const hidden of ["Wire transfer", "acct_8821", "4200", "alex", "payments-agent"])
      // As a word of its own: a hash may contain the same digits.
      expect(text).not.toMatch(new RegExp(`(?<![0-9A-Za-z])${hidden}(?![0-9A-Za-z])`));
    await page.locator("#organisation").fill(stream);
    await eventually(page.locator("#checks .passed")).toHaveCount(5);
    await page.locator("#organisation").fill("00".repeat(32));
    await eventually(heading()).toHaveText("Not from this organisation");
  });

  it.each<[string, string]>([
    ["an id", "ID"],
    ["a link", "ORIGIN/verify?id=ID"],
    ["the approver's link", "ORIGIN/approve/ID"],
    ["the receipt's address", "ORIGIN/api/confirmations/ID/receipt"],
  ])("can be pasted as %s, by keyboard alone", async (_name, pasted) => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    await page.getByLabel("Or paste a link, the id of a request, or a receipt").focus();
    await page.keyboard.insertText(pasted.replace("ORIGIN", url).replace("ID", approved.id));
    await page.keyboard.press("Enter");
    await eventually(heading()).toHaveText("In the log: approved");
  });

  it.each<[string, string, string]>([
    ["an unknown id", `c_${"0".repeat(35)}`, "There is nothing to show for this id"],
    [
      "another service's link",
      "https://sign.example/verify?id=c_1",
      "This link belongs to https://sign.example",
    ],
    ["a link without an id", "ORIGIN/inbox", "This link contains no request id."],
    ["anything else", "hello", "This is not a link, the id of a request or a receipt."],
  ])("that is %s is refused with a reason", async (_name, pasted, words) => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    await page.locator("#paste").fill(pasted.replace("ORIGIN", url));
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await eventually(page.locator("#give-error")).toContainText(words);
    await eventually(verdict()).toBeHidden();
  });

  it("that is refused removes the earlier verdict", async () => {
    const { page } = auditor;
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(heading()).toHaveText("In the log: approved");
    await page.getByText("Check another receipt").click();
    await page.locator("#paste").fill("hello");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await eventually(verdict()).toBeHidden();
    await eventually(page.locator("#evidence")).toBeHidden();
  });

  it.each<[string, (answer: string) => string, string]>([
    ["the outcome", (answer) => changed(answer, "outcome", "rejected"), "request"],
    ["the time", (answer) => changed(answer, "at", "2026-01-01T00:00:00.000Z"), "request"],
    [
      "the record's outcome",
      (answer) => changed(answer, "opening/record/body/outcome", "rejected"),
      "inclusion",
    ],
    ["another request", () => "REJECTED", "request"],
    ["the salt", (answer) => changed(answer, "opening/entrySalt", "A".repeat(43)), "inclusion"],
    ["the place", (answer) => changed(answer, "log/index", 0), "inclusion"],
    ["the log", (answer) => changed(answer, "log/origin", "evil.example/log"), "inclusion"],
    ["an extra field", (answer) => changed(answer, "more", 1), "form"],
    ["no JSON", () => "<p>approved</p>", "form"],
    ["an invalid receipt", (answer) => changed(answer, "receipt", { v: 1 }), "form"],
    [
      "the receipt of another request",
      (answer) => changed(answer, "receipt", read(rejected.text)),
      "request",
    ],
  ])("is not verified by a changed answer: %s", async (_name, tamper, check) => {
    const { page } = auditor;
    const other = await (await fetch(`${url}/public/log/entries/${rejected.id}/verification`)).text();
    await page.route(answers, async (route) => {
      const honest = await (await route.fetch()).text();
      const body = tamper(honest);
      await route.fulfill({ status: 200, body: body === "REJECTED" ? other : body });
    });
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(verdict()).toHaveClass(/^verdict (bad|none)$/);
    expect(await checksThat("failed")).toContain(check);
    await page.unroute(answers);
  });

  it("of a published approval shows and checks its complete receipt", async () => {
    const { page } = auditor;
    await page.route(answers, async (route) => {
      const honest = await (await route.fetch()).text();
      await route.fulfill({ status: 200, body: changed(honest, "receipt", read(approved.text)) });
    });
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(heading()).toHaveText("Verified, organisation not confirmed");
    await page.locator("#organisation").fill(stream);
    await eventually(heading()).toHaveText("Verified");
    await eventually(page.locator("#facts")).toContainText("alex approved");
    await eventually(page.locator("#checks > li")).toHaveCount(Object.keys(RECEIPT_CHECKS).length + 1);
    await page.unroute(answers);
  });
});
