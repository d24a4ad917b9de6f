import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { RECEIPT_LIMITS } from "../../src/core/evidence/receipt.ts";
import { groupedOrganisationId } from "../../src/core/report/organisation-id.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { seriousFaults } from "../support/browser/axe.ts";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import type { Device } from "../support/browser/device.ts";
import { editJson } from "../support/evidence/edit-json.ts";
import { createStaff, decidedReceipt } from "../support/evidence/sample-company.ts";

// Files as they reach an auditor: altered, damaged, of another kind, on the page of the service and on a saved copy.

const { url, device } = browserFixture("verify-page");
const folder = mkdtempSync(join(tmpdir(), "countersign-verify-"));
const file = (name: string, text: string) => ({ name, mimeType: "", buffer: Buffer.from(text) });
const VECTORS = new URL("../../web/docs/vectors/", import.meta.url);
const STATEMENT = "/decision/evidence/signers/0/statement";
let auditor: Device;
let receipt: string;
let stream: string;
let trust: string;

beforeAll(async () => {
  const staff = await createStaff();
  const tenant = await staff.tenant();
  const payload = { to: "acct_8821", amount_usd: 4200 };
  receipt = canonicalText(
    await decidedReceipt(tenant, { action: "Wire transfer", payload, votes: [{ by: staff.cy }] }),
  );
  stream = tenant.stream;
  trust = encodeTrustPolicy(tenant.log.trust());
  auditor = await device();
  const { page } = auditor;
  await page.goto(`${url}/verify`);
  await page.locator("#file").setInputFiles([file("trust.txt", trust), file("receipt.json", receipt)]);
  await page.locator("#organisation").fill(stream);
  await eventually(page.locator("#heading")).toHaveText("Verified");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const edited = (pointer: string, change: (old: JsonValue) => JsonValue): string =>
  canonicalText(editJson(JSON.parse(receipt) as JsonValue, pointer, change));
const verdict = () => auditor.page.locator("#verdict");
const heading = () => auditor.page.locator("#heading");

async function choose(text: string): Promise<void> {
  await auditor.page.locator("#file").setInputFiles(file("receipt.json", text));
}

describe("an altered receipt", () => {
  it.each<[string, string, (old: JsonValue) => JsonValue, string]>([
    ["the content", "/decision/evidence/payload/amount_usd", () => 9200, "payload"],
    ["the action", `${STATEMENT}/action`, () => "Buy a boat", "statement"],
    ["who approved", `${STATEMENT}/approver/id`, () => "p", "statement"],
    ["the outcome", "/decision/record/body/outcome", () => "rejected", "outcome"],
    ["the time", "/decision/record/at", () => "2026-01-01T00:00:00.000Z", "inclusion"],
    ["the passkey", "/created/record/body/genesis/credentialId", () => "AAAA", "endorsement"],
    ["the signature", "/decision/evidence/signers/0/assertion/signature", () => "MEUCIQ", "signature"],
    ["the salt", "/decision/entrySalt", () => "A".repeat(43), "inclusion"],
    [
      "the log's signature",
      "/decision/proof",
      (old) => (old as string).replace(/.{8}\n$/, "AAAAAAA=\n"),
      "log",
    ],
  ])("is found, and the page says where: %s", async (_name, pointer, change, check) => {
    await choose(edited(pointer, change));
    await eventually(auditor.page.locator(`#checks .failed[data-check=${check}]`)).toHaveCount(1);
    await eventually(heading()).toHaveText("Altered");
    await eventually(verdict()).toHaveClass("verdict bad");
    // What the file claims is not presented as a fact.
    for (const claim of ["Wire transfer", "cy"])
      await eventually(auditor.page.getByText(claim, { exact: true }).first()).toBeHidden();
    expect(auditor.faults).toEqual([]);
  });
});

const UNREADABLE = "Not a receipt that this page can read";
describe("another file", () => {
  it.each<[string, () => string, string, string]>([
    ["a cut receipt", () => receipt.slice(0, -2), UNREADABLE, "This was a receipt, but it is damaged"],
    [
      "a name twice",
      () => receipt.replace("{", '{"anchor":null,'),
      UNREADABLE,
      "the same name appears twice",
    ],
    ["another version", () => edited("/v", () => 4), UNREADABLE, "receipt of version 4"],
    ["an unknown field", () => receipt.replace("{", '{"a":1,'), UNREADABLE, "Unknown field"],
    ["other JSON", () => "{}", "Not a receipt", "The file is JSON, but no receipt."],
    ["a text", () => "Approved, really.", "Not a receipt", "The file is a text of another kind."],
    ["an empty file", () => "", "Not a receipt", "The file is empty."],
    ["a picture", () => "GIF89a", "Not a receipt", "Ask the person who sent it for the file itself."],
  ])("is called what it is, with what to do next: %s", async (_name, other, words, sentence) => {
    await choose(other());
    await eventually(verdict()).toContainText(sentence);
    await eventually(heading()).toHaveText(words);
    await eventually(verdict()).toHaveClass("verdict none");
    await eventually(auditor.page.getByText("Choose a receipt")).toBeVisible();
    expect(await seriousFaults(auditor)).toEqual([]);
    expect(auditor.faults).toEqual([]);
  });

  it("is not loaded if it is larger than any receipt", async () => {
    const { page } = auditor;
    const dataTransfer = await page.evaluateHandle((size) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([new Uint8Array(size)], "backup.bin"));
      return dropped;
    }, RECEIPT_LIMITS.maxBytes + 1);
    await page.dispatchEvent("body", "drop", { dataTransfer });
    await eventually(verdict()).toContainText("The file is too large: a receipt has at most 16 MB.");
    await eventually(heading()).toHaveText("Not a receipt");
  });

  it("is refused if it is a second receipt, and no earlier verdict stays", async () => {
    const two = [file("1.json", receipt), file("2.json", receipt)];
    await auditor.page.locator("#file").setInputFiles(two);
    await eventually(auditor.page.locator("#give-error")).toHaveText("Choose one receipt at a time.");
    await eventually(verdict()).toBeHidden();
  });
});

it("a printed page has verdict, facts, content, every check, and what a reader needs to repeat them", async () => {
  await choose(receipt);
  await eventually(heading()).toHaveText("Verified");
  const { page } = auditor;
  await page.emulateMedia({ media: "print" });
  const text = await page.locator("body").innerText();
  for (const printed of [
    "Wire transfer",
    "cy approved",
    "acct_8821",
    "✓ The signatures: ",
    "– The witnesses: ",
    `${groupedOrganisationId(stream)} (confirmed)`,
    "SHA-256 of the file",
    "the reader's own",
  ])
    expect(text).toContain(printed);
  for (const screenOnly of ["Save this page", "Choose a receipt", "Print", "passed ·"])
    expect([screenOnly, text.includes(screenOnly)]).toEqual([screenOnly, false]);
  await page.emulateMedia({ media: "screen" });
});

it("a receipt with a template shows the sentence that was signed, and the action below it", async () => {
  const { page } = auditor;
  const vector = (name: string) => file(name, readFileSync(new URL(`receipts/${name}`, VECTORS), "utf8"));
  await page.locator("#file").setInputFiles([vector("company-trust.txt"), vector("templated.json")]);
  await page.locator("#organisation").fill("");
  const facts = page.locator("#facts");
  await eventually(facts.locator(".what")).toHaveText("Deploy api (2 MiB) to production");
  await eventually(facts.locator(".quiet")).toHaveText("Deploy to production");
});

it("the saved page checks a receipt from a disk, without any network request", async () => {
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
  const own = write("receipt.json", receipt);
  await page.locator("#file").setInputFiles(own);
  const title = page.locator("#heading");
  await eventually(title).toHaveText("Not verified yet");
  await page.locator("#verdict").getByLabel("Trust policy file").setInputFiles(write("trust.txt", trust));
  await eventually(title).toHaveText("Verified, organisation not confirmed");
  await page.locator("#organisation").fill(stream);
  await eventually(title).toHaveText("Verified");
  expect(await seriousFaults(offline)).toEqual([]);
  const tampered = edited("/decision/evidence/payload/to", () => "acct_666");
  await page.locator("#file").setInputFiles(write("tampered.json", tampered));
  await eventually(title).toHaveText("Altered");
  expect(faults).toEqual([]);
  expect(asked.filter((address) => !address.startsWith("file:"))).toEqual([]);
  await expect(page.evaluate(async () => fetch("https://evil.example/"))).rejects.toThrow(/fetch/);
  expect(faults.join(" ")).toContain("Content Security Policy");
});
