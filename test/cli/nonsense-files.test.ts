import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explainReceipt, explanationLines } from "../../src/cli/explain-receipt.ts";
import { reportForMachines, reportForPeople } from "../../src/cli/verify-report.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { encodeReceipt, receiptShape } from "../../src/core/evidence/receipt.ts";
import { RECEIPT_CHECKS, verifyReceipt } from "../../src/core/evidence/verify.ts";
import { encodeTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { editJson } from "../support/evidence/edit-json.ts";
import { exportOf } from "../support/evidence/export-file.ts";
import { createStaff } from "../support/evidence/sample-company.ts";
import { honestReceipts, type HonestReceipt } from "../support/evidence/sample-receipts.ts";
import { countersign as run } from "../support/product/cli-program.ts";
import { otherValuesOf, placesOf, valuesOf } from "../support/schemas/values-of-shape.ts";

// Files that make no sense. The program says so in one sentence and with its exit code, and never with a stack trace.

const folder = mkdtempSync(join(tmpdir(), "countersign-"));
const at = (name: string) => join(folder, name);
let honest: readonly HonestReceipt[];

beforeAll(async () => {
  const staff = await createStaff();
  honest = await honestReceipts(staff);
  const tenant = await staff.tenant();
  const [first] = honest;
  if (first === undefined) throw new RangeError("no receipt");
  const { receipt } = first;
  const history = new TextDecoder().decode(exportOf(tenant));
  const edited = (pointer: string, value: JsonValue) =>
    canonicalBytes(editJson(receipt, pointer, () => value));
  const files: Record<string, string | Uint8Array> = {
    "good.json": encodeReceipt(receipt),
    "good.ndjson": history,
    "policy.txt": encodeTrustPolicy(staff.log.trust(2)),
    "number.json": "7",
    "list.json": "[]",
    "object.json": "{}",
    "no-links.json": edited("/directory", []),
    "no-signers.json": edited("/decision/evidence/signers", []),
    "record-0.json": edited("/decision/record", receipt.created.record),
    "long-name.json": canonicalBytes({ ...receipt, ["x\u001b[2J".repeat(100_000)]: 1 }),
    "deep.json": "[".repeat(1_000_000),
    "bytes.json": Uint8Array.from({ length: 1_000 }, (_none, place) => place % 256),
    "old.ndjson": history.replace('"v":3}', '"v":2}'),
    "no-rows.ndjson": history.replace(/\n[^]*/, "\n"),
    "no-seq.ndjson": history.replace(/"count":\d+/, '"count":9007199254740991'),
    "twice.ndjson": `${history}${history}`,
    "lines.ndjson": "\n".repeat(1_000),
    "empty.txt": "",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  mkdirSync(at("folder"));
  mkdirSync(at("log"));
  writeFileSync(at("log/checkpoint"), await staff.log.checkpoint());
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("countersign verify", () => {
  const rows: readonly (readonly [file: string, failed: string, sentence: string])[] = [
    ["number.json", "form", "This is not a receipt."],
    ["list.json", "form", "This is not a receipt."],
    ["object.json", "form", "This is not a receipt."],
    ["empty.txt", "form", "This is not a receipt: expected a value at character 0, found the end."],
    ["deep.json", "form", "This is not a receipt: nested more than 40 levels deep (at /0/0"],
    ["bytes.json", "form", "This is not a receipt: the bytes are not UTF-8."],
    ["long-name.json", "form", "Unknown field (at /x⟨U+001B escape⟩[2J"],
    ["policy.txt", "form", "This is not a receipt: expected a value at character 0"],
    ["good.ndjson", "form", "This is not a receipt: expected the end of the text"],
    ["record-0.json", "form", "Expected one of decision, credential.endorsed"],
    [
      "no-links.json",
      "signature, credential, revocation",
      "names change 5 as the last one before it, where the receipt has record 0.",
    ],
    ["no-signers.json", "statement, outcome", "The record names 2 signatures, the file holds 0."],
  ];
  it.each(rows)("%s: not verified, with the reason", async (file, failed, sentence) => {
    const { code, out, err } = await run(folder, ["verify", file, "--any-tenant"]);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toContain(sentence);
    expect(out.split("\n")[0]).toBe(`NOT VERIFIED: ${failed}.`);
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThan(1_000);
    const explained = await run(folder, ["verify", file, "--any-tenant", "--explain"]);
    expect([explained.code, explained.err]).toEqual([1, ""]);
  });
});

describe("countersign audit", () => {
  const rows: readonly (readonly [file: string, sentence: string])[] = [
    ["empty.txt", "The file is empty."],
    ["lines.ndjson", "Line 1: expected a value at character 0, found the end."],
    ["bytes.json", "Line 1: expected a value at character 0, found something else."],
    ["good.json", "The file ends in the middle of a line."],
    ["old.ndjson", "Line 1: expected 3 (at /v)."],
    ["no-rows.ndjson", "The file ends after 0 of 5 records."],
    ["no-seq.ndjson", "The file ends after 5 of 9007199254740991 records."],
    ["twice.ndjson", "Line 7: expected one of created, change, decision"],
  ];
  it.each(rows)("%s: not verified, with the reason", async (file, sentence) => {
    const args = ["audit", file, "--any-tenant", "--policy", "policy.txt", "--log", "log"];
    const { code, out, err } = await run(folder, args);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toContain(sentence);
    expect(out.split("\n")[0]).toBe("NOT VERIFIED: form.");
  });
});

describe("a command that can't run says why:", () => {
  const verify = ["verify", "good.json", "--any-tenant"];
  const audit = ["audit", "good.ndjson", "--any-tenant"];
  const rows: readonly (readonly [what: string, args: readonly string[], sentence: string])[] = [
    ["a folder as a receipt", ["verify", "folder", "--any-tenant"], "can't read folder"],
    ["a folder as a payload", [...verify, "--payload", "folder"], "can't read folder"],
    ["a folder as a history", [...verify, "--history", "folder"], "can't read folder"],
    ["a folder as a trust policy", [...verify, "--policy", "folder"], "can't read folder"],
    ["a folder as a stream key", [...verify, "--stream-key", "folder"], "can't read folder"],
    ["a receipt as a history", [...verify, "--history", "good.json"], "good.json is not an export"],
    ["an export of version 2 as a history", [...verify, "--history", "old.ndjson"], "line 1: expected 3"],
    [
      "a folder as an export",
      ["audit", "folder", "--any-tenant", "--policy", "policy.txt", "--log", "log"],
      "can't read folder",
    ],
    ["a folder without a log", [...audit, "--policy", "policy.txt", "--log", "folder"], "has no checkpoint"],
    ["a file as a log", [...audit, "--policy", "policy.txt", "--log", "good.json"], "can't read good.json"],
    [
      "a receipt as a trust policy",
      [...audit, "--policy", "good.json", "--log", "log"],
      "is not a trust policy",
    ],
    ["a folder to hash", ["hash", "folder"], "can't read folder"],
  ];
  it.each(rows)("%s", async (_what, args, sentence) => {
    const { code, out, err } = await run(folder, args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split("\n")).toHaveLength(2);
  });
});

describe("the report on a receipt that makes no sense", () => {
  const RUNS = 200;
  const SEED = 2_026;
  const LINE = /^[✓✗–] /;

  async function expectReports(document: JsonValue, { options }: HonestReceipt): Promise<void> {
    const report = await verifyReceipt(canonicalBytes(document), options);
    const lines = reportForPeople(report).split("\n");
    expect(lines.filter((line) => LINE.test(line))).toHaveLength(Object.keys(RECEIPT_CHECKS).length);
    expect(lines[0]).toMatch(/^NOT VERIFIED: .+\.$/);
    expect(JSON.parse(reportForMachines(report))).toMatchObject({ verified: false });
    const explained = explanationLines(explainReceipt(report, undefined));
    expect(explained.filter((line) => /[^\u0020-\u007e]/.test(line))).toEqual([]);
  }

  it("names every check if all of the receipt is random", { timeout: 30_000 }, async () => {
    const [first] = honest;
    if (first === undefined) throw new RangeError("no receipt");
    const random = fc.asyncProperty(valuesOf(receiptShape), async (document) =>
      expectReports(document, first),
    );
    await fc.assert(random, { numRuns: RUNS, seed: SEED });
  });

  it("names every check if one part of an honest receipt is random", { timeout: 30_000 }, async () => {
    const places = honest.flatMap((one) =>
      placesOf(receiptShape, one.receipt)
        .filter(({ shape }) => shape.kind !== "literal")
        .map((place) => ({ one, place })),
    );
    const edits = fc
      .constantFrom(...places)
      .chain(({ one, place }) => otherValuesOf(place).map((value) => ({ one, place, value })));
    const random = fc.asyncProperty(edits, async ({ one, place: { pointer }, value }) => {
      fc.pre(value !== null);
      await expectReports(
        editJson(one.receipt, pointer, () => value),
        one,
      );
    });
    await fc.assert(random, { numRuns: RUNS, seed: SEED });
  });
});
