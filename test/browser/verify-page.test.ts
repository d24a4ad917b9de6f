import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
const folder = mkdtempSync(join(tmpdir(), "countersign-verify-"));
const SIGNER = "decision/evidence/signers/0";
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
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

async function submit(text: string, tenant = stream): Promise<void> {
  const { page } = auditor;
  await page.goto(`${url}/verify`);
  await eventually(page.locator("#trust")).toContainText("the service’s own");
  await page.locator("#tenant").fill(tenant);
  await page.locator("#file").setInputFiles(file("receipt.json", text));
}

/** The titles of the checks that failed. */
async function failures(): Promise<readonly string[]> {
  return auditor.page.locator("#checks .failed h3 span:nth-of-type(2)").allInnerTexts();
}

describe("a receipt on the verify page", () => {
  it("is proven: who approved what, the request as it was seen, and a line for every check", async () => {
    await submit(approved.text);
    const { page } = auditor;
    await eventually(verdict()).toContainText("Proven: alex approved “Wire transfer to vendor”.");
    await eventually(verdict()).toHaveClass("card verdict good");
    await eventually(verdict()).toContainText("But only the service says whose log this is.");
    await eventually(page).toHaveTitle(/^Proven: alex approved “Wire transfer to vendor”/);
    await eventually(page.locator("#asked > .fields .value")).toHaveText([
      "4200",
      "INV-2025-118",
      "acct_8821",
    ]);
    await eventually(page.locator("#asked")).toContainText(
      "Asked by payments-agent, for project Payments of verify-page.",
    );
    await eventually(page.locator("#checks > li")).toHaveCount(Object.keys(RECEIPT_CHECKS).length);
    await eventually(page.locator("#checks .failed")).toHaveCount(0);
    const titles = await page.locator("#checks .absent h3 span:nth-of-type(2)").allInnerTexts();
    expect(titles).toEqual([
      "The witnesses",
      "The time stamp",
      "The place in the tenant’s history",
      "The complete history",
    ]);
    const values = page.locator("#checks > li", { hasText: "The place in the log" }).locator("details");
    await values.locator("summary").click();
    await eventually(values).toContainText(parts(approved.text, "decision")["label"] as string);
    await eventually(page.locator("svg.diagram")).toHaveAttribute("role", "img");
    expect(auditor.faults).toEqual([]);
  });

  it("is not proven without the tenant's id, and not green for any tenant", async () => {
    await submit(approved.text, "");
    await eventually(verdict()).toContainText("NOT proven yet: it is not known whose decision this is.");
    await eventually(verdict()).toHaveClass("card verdict open");
    await auditor.page.getByLabel("I don’t know it. Check everything else.").check();
    await eventually(verdict()).toContainText("Proven, for some tenant: alex approved");
    await eventually(verdict()).toContainText(stream);
    await eventually(verdict()).toHaveClass("card verdict over");
    await auditor.page.locator("#tenant").fill(`${stream.slice(0, -1)}${stream.endsWith("0") ? "1" : "0"}`);
    await eventually(verdict()).toContainText("NOT proven: The receipt is of another organisation");
    expect(await failures()).toEqual(["The tenant"]);
  });

  it("of a rejection is proven, but no approval", async () => {
    await submit(rejected.text);
    await eventually(verdict()).toContainText(
      "Proven, but rejected: alex rejected “Wire transfer to vendor”.",
    );
    await eventually(verdict()).toHaveClass("card verdict over");
    await eventually(auditor.page.locator("#asked")).toContainText("Not on a Friday");
  });

  it("is compared with the auditor's own content", async () => {
    await submit(approved.text);
    const { page } = auditor;
    await page.getByText("Add your own trust policy").click();
    const content = page.getByLabel("The content you have, as JSON");
    await content.fill('{ "to": "acct_8821", "memo": "INV-2025-118", "amount_usd": 4.2e3 }');
    await eventually(verdict()).toHaveClass("card verdict good");
    await content.fill('{"to":"acct_8821","memo":"INV-2025-118","amount_usd":4201}');
    await eventually(verdict()).toContainText(
      "NOT proven: Your content is not the one whose hash is in the receipt.",
    );
    await content.fill('{"to":');
    await eventually(verdict()).toContainText("NOT proven: Your content is not strict JSON");
  });

  it("is checked with the auditor's own trust policy", async () => {
    await submit(approved.text);
    const { page } = auditor;
    await page.getByText("Add your own trust policy").click();
    const own = page.getByLabel("Trust policy file");
    await own.setInputFiles(file("policy.txt", policy));
    await eventually(page.locator("#trust")).toContainText("your own file");
    await eventually(verdict()).toHaveText(/All necessary checks passed\.$/);
    const other = "log example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\nquorum none\n";
    await own.setInputFiles(file("policy.txt", other));
    await eventually(verdict()).toContainText("NOT proven: No signature is by a trusted key.");
    await own.setInputFiles(file("policy.txt", "who knows"));
    await eventually(page.locator("#reader-error")).toContainText("This is not a trust policy");
    await eventually(verdict()).toContainText("NOT proven yet: it is not known whose log this is.");
  });

  it.each<[string, (text: string) => string, string]>([
    ["the content", (text) => changed(text, "decision/evidence/payload/amount_usd", 9200), "The content"],
    ["the action", (text) => changed(text, `${SIGNER}/statement/action`, "Buy a boat"), "What was signed"],
    ["the outcome", (text) => changed(text, "decision/record/body/outcome", "rejected"), "The outcome"],
    ["who approved", (text) => changed(text, `${SIGNER}/statement/approver/id`, "p"), "What was signed"],
    [
      "the time",
      (text) => changed(text, "decision/record/at", "2026-01-01T00:00:00.000Z"),
      "The place in the log",
    ],
    [
      "the passkey",
      (text) => changed(text, "created/record/body/genesis/credentialId", "AAAA"),
      "Who endorsed the passkeys",
    ],
    ["the signature", (text) => changed(text, `${SIGNER}/assertion/signature`, "MEUCIQ"), "The signatures"],
    ["the salt", (text) => changed(text, "decision/entrySalt", "A".repeat(43)), "The place in the log"],
    ["a space", (text) => text.replace(":", ": "), "The file"],
    ["its end", (text) => text.slice(0, -2), "The file"],
    ["everything", () => "{}", "The file"],
    ["other text", () => "Approved, really.", "The file"],
  ])("with a change (%s) is not proven, and the page says why", async (_name, tamper, title) => {
    await submit(tamper(approved.text));
    await eventually(verdict()).toContainText("NOT proven: ");
    await eventually(verdict()).toHaveClass("card verdict bad");
    expect(await failures()).toContain(title);
    expect(auditor.faults).toEqual([]);
  });

  it("can be dropped with a trust policy anywhere on the page", async () => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    await page.locator("#tenant").fill(stream);
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
    await eventually(verdict()).toHaveClass("card verdict good");
    await eventually(page.locator("#trust")).toContainText("your own file");
  });

  it.each(["approved", "failed"])("is accessible (%s)", async (which) => {
    const failed = changed(approved.text, "decision/evidence/payload/to", "acct_1");
    await submit(which === "approved" ? approved.text : failed);
    await eventually(verdict()).not.toHaveText("");
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
    await eventually(verdict()).toContainText(
      "In the log as approved. Not proven here: who signed, and what.",
    );
    await eventually(verdict()).toHaveClass("card verdict open");
    await eventually(page.locator("#asked")).toContainText("The content and the signers are not public.");
    await eventually(page.locator("#checks .passed")).toHaveCount(4);
    await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
    const text = await page.locator("body").innerText();
    for (const hidden of ["Wire transfer", "acct_8821", "4200", "alex", "payments-agent"])
      // As a word of its own: a hash may contain the same digits.
      expect(text).not.toMatch(new RegExp(`(?<![0-9A-Za-z])${hidden}(?![0-9A-Za-z])`));
    await page.locator("#tenant").fill(stream);
    await eventually(page.locator("#checks .passed")).toHaveCount(5);
    await page.locator("#tenant").fill("another");
    await eventually(verdict()).toContainText("NOT proven: The record is of another organisation");
  });

  it.each<[string, string]>([
    ["an id", "ID"],
    ["a link", "ORIGIN/verify?id=ID"],
    ["the approver's link", "ORIGIN/approve/ID"],
    ["the receipt's address", "ORIGIN/api/confirmations/ID/receipt"],
  ])("can be pasted as %s, by keyboard alone", async (_name, pasted) => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    await page.getByLabel("Or paste a link, an id or a receipt").focus();
    await page.keyboard.insertText(pasted.replace("ORIGIN", url).replace("ID", approved.id));
    await page.keyboard.press("Enter");
    await eventually(verdict()).toContainText("In the log as approved.");
  });

  it.each<[string, string, string]>([
    ["an unknown id", `c_${"0".repeat(35)}`, "There is nothing to show for this id"],
    [
      "another service's link",
      "https://sign.example/verify?id=c_1",
      "This link belongs to https://sign.example",
    ],
    ["a link without an id", "ORIGIN/inbox", "This link contains no request id."],
    ["anything else", "hello", "This is not a link, an id or a receipt."],
  ])("that is %s is refused with a reason", async (_name, pasted, words) => {
    const { page } = auditor;
    await page.goto(`${url}/verify`);
    await page.locator("#paste").fill(pasted.replace("ORIGIN", url));
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await eventually(page.locator("#evidence-error")).toContainText(words);
    await eventually(verdict()).toHaveText("");
  });

  it("that is refused removes the earlier verdict", async () => {
    const { page } = auditor;
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(verdict()).toContainText("In the log as approved.");
    await page.getByText("Check something else").click();
    await page.locator("#paste").fill("hello");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await eventually(verdict()).toHaveText("");
    await eventually(page.locator("#evidence")).toBeHidden();
    await page.locator("#tenant").fill(stream);
    await eventually(verdict()).toHaveText("");
  });

  it.each<[string, (answer: string) => string, string]>([
    ["the outcome", (answer) => changed(answer, "outcome", "rejected"), "The request"],
    ["the time", (answer) => changed(answer, "at", "2026-01-01T00:00:00.000Z"), "The request"],
    [
      "the record's outcome",
      (answer) => changed(answer, "opening/record/body/outcome", "rejected"),
      "The place in the log",
    ],
    ["another request", () => "REJECTED", "The request"],
    ["the salt", (answer) => changed(answer, "opening/entrySalt", "A".repeat(43)), "The place in the log"],
    ["the place", (answer) => changed(answer, "log/index", 0), "The place in the log"],
    ["the log", (answer) => changed(answer, "log/origin", "evil.example/log"), "The place in the log"],
    ["an extra field", (answer) => changed(answer, "more", 1), "The answer"],
    ["no JSON", () => "<p>approved</p>", "The answer"],
    ["an invalid receipt", (answer) => changed(answer, "receipt", { v: 1 }), "The file"],
    [
      "the receipt of another request",
      (answer) => changed(answer, "receipt", read(rejected.text)),
      "The request",
    ],
  ])("is not proven by a changed answer: %s", async (_name, tamper, title) => {
    const { page } = auditor;
    const other = await (await fetch(`${url}/public/log/entries/${rejected.id}/verification`)).text();
    await page.route(answers, async (route) => {
      const honest = await (await route.fetch()).text();
      const body = tamper(honest);
      await route.fulfill({ status: 200, body: body === "REJECTED" ? other : body });
    });
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(verdict()).toContainText("NOT proven: ");
    await eventually(verdict()).toHaveClass("card verdict bad");
    expect(await failures()).toContain(title);
    await page.unroute(answers);
  });

  it("of a published approval shows and checks its complete receipt", async () => {
    const { page } = auditor;
    await page.route(answers, async (route) => {
      const honest = await (await route.fetch()).text();
      await route.fulfill({ status: 200, body: changed(honest, "receipt", read(approved.text)) });
    });
    await page.goto(`${url}/verify?id=${approved.id}`);
    await eventually(verdict()).toContainText("NOT proven yet: it is not known whose decision this is.");
    await page.locator("#tenant").fill(stream);
    await eventually(verdict()).toContainText("Proven: alex approved “Wire transfer to vendor”.");
    await eventually(page.locator("#checks > li")).toHaveCount(Object.keys(RECEIPT_CHECKS).length + 1);
    await page.unroute(answers);
  });
});

describe("the saved page", () => {
  it("checks a receipt from a disk, without any network request", async () => {
    const saver = await device({ viewport: { width: 1280, height: 800 } });
    await saver.page.goto(`${url}/verify`);
    const [download] = await Promise.all([
      saver.page.waitForEvent("download"),
      saver.page.getByRole("link", { name: "Save this page" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("countersign-verify.html");
    const saved = join(folder, "countersign-verify.html");
    await download.saveAs(saved);
    const offline = await device();
    const { page, context, faults } = offline;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await context.setOffline(true);
    await page.goto(`file://${saved}`);
    await eventually(page.getByRole("link", { name: "Save this page" })).toBeHidden();
    await eventually(page.getByLabel("Or paste a link")).toBeHidden();
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const receipt = write("receipt.json", approved.text);
    await page.locator("#file").setInputFiles(receipt);
    await eventually(page.locator("#verdict")).toContainText(
      "NOT proven yet: it is not known whose log this is.",
    );
    await page.locator("#file").setInputFiles([receipt, write("trust.txt", policy)]);
    await page.locator("#tenant").fill(stream);
    await eventually(page.locator("#verdict")).toContainText(
      "Proven: alex approved “Wire transfer to vendor”.",
    );
    await eventually(page.locator("#verdict")).toHaveClass("card verdict good");
    expect(await seriousFaults(offline)).toEqual([]);
    const other = changed(approved.text, "decision/evidence/payload/to", "acct_666");
    const tampered = write("tampered.json", other);
    await page.locator("#file").setInputFiles(tampered);
    await eventually(page.locator("#verdict")).toContainText(
      "NOT proven: The content in the file is not the one",
    );
    expect(faults).toEqual([]);
    expect(asked.filter((address) => !address.startsWith("file:"))).toEqual([]);
    await expect(page.evaluate(async () => fetch("https://evil.example/"))).rejects.toThrow(/fetch/);
    expect(faults.join(" ")).toContain("Content Security Policy");
  });
});
