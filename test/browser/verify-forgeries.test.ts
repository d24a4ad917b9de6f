import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { verifyCommand } from "../../src/cli/verify-command.ts";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { browserFixture, eventually } from "../support/browser/browser-fixture.ts";
import type { Device } from "../support/browser/device.ts";
import { editJson } from "../support/evidence/edit-json.ts";

// The published forged receipts, as an auditor meets them: on the page and on the command line. Both must name the
// checks that the vectors say. The page knows no stream key, so it can't check the label.

const VECTORS = new URL("../../web/docs/vectors/", import.meta.url).pathname;
const readJson = (name: string) => JSON.parse(readFileSync(join(VECTORS, name), "utf8"));

interface ForgedCase {
  readonly name: string;
  readonly edits: readonly { readonly at: string; readonly to: JsonValue }[];
  readonly receipt: { readonly verified: boolean; readonly failed: readonly string[] };
}
const forged: {
  tenant: string;
  trust: string;
  streamKey: string;
  file: string;
  cases: readonly ForgedCase[];
} = readJson("forged.json");
const honest: JsonValue = readJson(`receipts/${forged.file}`);
const trustFile = join(VECTORS, "receipts", forged.trust);

const { url, device } = browserFixture("verify-page");
const folder = mkdtempSync(join(tmpdir(), "countersign-"));
const receiptFile = join(folder, "receipt.json");
const keyFile = join(folder, "stream-key.txt");
let auditor: Device;
beforeAll(async () => {
  auditor = await device();
  writeFileSync(keyFile, forged.streamKey);
  await auditor.page.goto(`${url}/verify`);
  writeFileSync(receiptFile, canonicalText(honest));
  await auditor.page.locator("#file").setInputFiles([trustFile, receiptFile]);
  await auditor.page.locator("#organisation").fill(forged.tenant);
  await eventually(auditor.page.locator("#heading")).toHaveText("Verified");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function failedOnPage(): Promise<readonly string[]> {
  const { page } = auditor;
  await page.locator("#file").setInputFiles(receiptFile);
  // Emptied after each file, so an older result is never read.
  await eventually(page.locator("#checks")).not.toBeEmpty();
  const names = await page
    .locator("#checks .failed")
    .evaluateAll((checks) => checks.map((check) => (check as HTMLElement).dataset["check"] ?? ""));
  await page.locator("#checks").evaluate((list) => list.replaceChildren());
  return names;
}

async function onCommandLine(): Promise<{ verified: boolean; failed: readonly string[] }> {
  const print = vi.spyOn(console, "log").mockReturnValue();
  const options = ["--tenant", forged.tenant, "--policy", trustFile, "--stream-key", keyFile, "--json"];
  await verifyCommand([receiptFile, ...options]);
  const { verified, checks } = JSON.parse(String(print.mock.lastCall?.[0])) as {
    verified: boolean;
    checks: readonly { name: string; status: string }[];
  };
  print.mockRestore();
  return { verified, failed: checks.filter(({ status }) => status === "failed").map(({ name }) => name) };
}

function writeForged({ edits }: ForgedCase): void {
  const changed = edits.reduce((file, { at, to }) => editJson(file, at, () => to), honest);
  writeFileSync(receiptFile, canonicalText(changed));
}

it("the command line names the failed checks of every forged receipt", async () => {
  expect(forged.cases.length).toBeGreaterThan(100);
  for (const each of forged.cases) {
    writeForged(each);
    const { verified, failed } = each.receipt;
    expect([each.name, await onCommandLine()]).toEqual([each.name, { verified, failed }]);
  }
});

it("the page names them, too, in whatever combination they occur", async () => {
  const combinations = new Map(forged.cases.map((each) => [each.receipt.failed.join(" "), each]));
  expect(combinations.size).toBeGreaterThan(10);
  for (const each of combinations.values()) {
    writeForged(each);
    const failed = each.receipt.failed.filter((check) => check !== "label");
    expect([each.name, await failedOnPage()]).toEqual([each.name, failed]);
  }
});
