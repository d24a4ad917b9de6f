import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url, utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { EXPORT_LINE_MAX_BYTES, parseRow } from "../../../src/core/evidence/export.ts";
import { parseReceipt, RECEIPT_LIMITS, type Receipt } from "../../../src/core/evidence/receipt.ts";
import { PROOF_MAX_CHARACTERS } from "../../../src/core/tlog/log-proof.ts";
import { rowsOf } from "../../support/evidence/export-file.ts";
import { editJson } from "../../support/evidence/edit-json.ts";
import { createStaff } from "../../support/evidence/sample-company.ts";

// Every limit of a receipt and of a row of an export, at its value and one beyond.

/** The largest files take a second to parse on an idle core, and more on a busy machine. */
const LARGE_FILE_MAX_MILLISECONDS = 30_000;

let receipt: JsonValue;
let row: JsonValue;
beforeAll(async () => {
  const staff = await createStaff();
  const tenant = await staff.tenant();
  const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
  receipt = { ...(await tenant.receipt(seq)), anchor: { proof: "x", timestamp: "AA" } } satisfies Receipt;
  row = rowsOf(tenant)[seq] ?? null;
});

const codeOf = (result: ReturnType<typeof parseReceipt | typeof parseRow>) =>
  result.ok ? "accepted" : `${result.refusal.code} ${result.refusal.at ?? ""}`.trim();
const ofReceipt = (at: string, value: JsonValue) =>
  codeOf(parseReceipt(canonicalBytes(editJson(receipt, at, () => value))));
const ofRow = (at: string, value: JsonValue) => parseRow(canonicalBytes(editJson(row, at, () => value)));

const deep = (levels: number): JsonObject => (levels === 1 ? {} : { a: deep(levels - 1) });
const wide = (items: number): JsonObject => ({ a: Array.from({ length: items }, () => 0) });
const nodesOf = (value: JsonValue): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce((sum: number, member) => sum + nodesOf(member), 1)
    : 1;
/** A payload that makes the whole have this many values, or bytes. */
const withNodes = (whole: JsonValue, payload: string, nodes: number) =>
  wide(nodes - nodesOf(editJson(whole, payload, () => ({ a: [] }))));
const withBytes = (whole: JsonValue, payload: string, bytes: number): JsonObject => {
  const rest = canonicalBytes(editJson(whole, payload, () => ({ a: "" }))).length;
  return { a: "x".repeat(bytes - rest) };
};
const RECEIPT_PAYLOAD = "/decision/evidence/payload";
const ROW_PAYLOAD = "/sealed/evidence/payload";

describe("a receipt", () => {
  it("has at most 40 levels", () => {
    expect(ofReceipt(RECEIPT_PAYLOAD, deep(37))).toBe("accepted");
    expect(ofReceipt(RECEIPT_PAYLOAD, deep(38))).toMatch(/^json_too_deep/);
  });

  it("has at most 400,000 values", { timeout: LARGE_FILE_MAX_MILLISECONDS }, () => {
    const payload = (nodes: number) => withNodes(receipt, RECEIPT_PAYLOAD, nodes);
    expect(ofReceipt(RECEIPT_PAYLOAD, payload(400_000))).toBe("accepted");
    expect(ofReceipt(RECEIPT_PAYLOAD, payload(400_001))).toMatch(/^json_too_many_nodes/);
  });

  it("has at most 16 MiB", { timeout: LARGE_FILE_MAX_MILLISECONDS }, () => {
    expect(RECEIPT_LIMITS.maxBytes).toBe(16 * 1024 * 1024);
    const payload = (bytes: number) => withBytes(receipt, RECEIPT_PAYLOAD, bytes);
    expect(ofReceipt(RECEIPT_PAYLOAD, payload(16 * 1024 * 1024))).toBe("accepted");
    expect(ofReceipt(RECEIPT_PAYLOAD, payload(16 * 1024 * 1024 + 1))).toBe("json_too_large");
  });

  const bytes = (count: number) => toBase64url(new Uint8Array(count));
  const rows: readonly (readonly [at: string, within: readonly JsonValue[], beyond: readonly JsonValue[]])[] =
    [
      ["/anchor/timestamp", [bytes(1), bytes(64 * 1024)], ["", bytes(64 * 1024 + 1)]],
      ["/anchor/proof", ["x", "x".repeat(PROOF_MAX_CHARACTERS)], ["", "x".repeat(PROOF_MAX_CHARACTERS + 1)]],
      [
        "/decision/proof",
        ["x", "x".repeat(PROOF_MAX_CHARACTERS)],
        ["", "x".repeat(PROOF_MAX_CHARACTERS + 1)],
      ],
      ["/decision/label", ["ab".repeat(32)], ["ab".repeat(31), "ab".repeat(33)]],
      ["/decision/entrySalt", [bytes(32)], [bytes(31), bytes(33)]],
      ["/created/entrySalt", [bytes(32)], [bytes(31), bytes(33)]],
      ["/directory/0/entrySalt", [bytes(32)], [bytes(31), bytes(33)]],
      ["/decision/evidence/payloadHash", ["ab".repeat(32)], ["ab".repeat(31)]],
      ["/decision/evidence/payloadSalt", [bytes(32)], [bytes(31), bytes(33)]],
    ];
  it.each(rows)("has a limit at %s", (at, within, beyond) => {
    for (const value of within) expect(ofReceipt(at, value)).toBe("accepted");
    for (const value of beyond) expect(ofReceipt(at, value)).toBe(`shape_mismatch ${at}`);
  });

  it("has at most 64 signers", () => {
    const signers = (count: number): JsonValue => {
      const [one] = (receipt as unknown as Receipt).decision.evidence.signers;
      return Array.from({ length: count }, () => one ?? null);
    };
    const at = "/decision/evidence/signers";
    expect(ofReceipt(at, signers(64))).toBe("accepted");
    expect(ofReceipt(at, signers(65))).toBe(`shape_mismatch ${at}`);
  });

  it.each([
    ["no JSON", "x", "json_syntax"],
    ["a name twice", '{"a":1,"a":1}', "json_duplicate_name /a"],
    ["JSON in another form", '{ "kind":"countersign/receipt","v":3}', "receipt_malformed"],
    ["a receipt without its other fields", '{"kind":"countersign/receipt","v":3}', "shape_mismatch /created"],
    ["another document", "{}", "receipt_malformed"],
  ])("is not %s", (_name, text, code) => {
    expect(codeOf(parseReceipt(utf8(text)))).toBe(code);
  });
});

describe("a row of an export", () => {
  it("has at most 40 levels", () => {
    expect(ofRow(ROW_PAYLOAD, deep(37)).ok).toBe(true);
    expect(ofRow(ROW_PAYLOAD, deep(38))).toMatchObject({ refusal: { code: "export_malformed" } });
  });

  it("has at most 20,000 values", () => {
    expect(ofRow(ROW_PAYLOAD, withNodes(row, ROW_PAYLOAD, 20_000)).ok).toBe(true);
    expect(ofRow(ROW_PAYLOAD, withNodes(row, ROW_PAYLOAD, 20_001)).ok).toBe(false);
  });

  it("has at most 3 MiB", { timeout: LARGE_FILE_MAX_MILLISECONDS }, () => {
    expect(EXPORT_LINE_MAX_BYTES).toBe(3 * 1024 * 1024);
    expect(ofRow(ROW_PAYLOAD, withBytes(row, ROW_PAYLOAD, 3 * 1024 * 1024)).ok).toBe(true);
    expect(ofRow(ROW_PAYLOAD, withBytes(row, ROW_PAYLOAD, 3 * 1024 * 1024 + 1)).ok).toBe(false);
  });

  it.each([
    ["a name twice", '{"kind":1,"kind":2}', "the same name appears twice in one object", "/kind"],
    [
      "an unknown kind",
      '{"kind":"other"}',
      "expected one of created, change, decision, record, erased",
      "/kind",
    ],
  ])("is refused with the place of what is wrong: %s", (_name, text, detail, at) => {
    expect(parseRow(utf8(text))).toEqual({ ok: false, refusal: { code: "export_malformed", detail, at } });
  });
});
