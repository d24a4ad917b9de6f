import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalBytes, canonicalText } from "../../../src/core/encoding/jcs.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { RECEIPT_MAX_CHANGES, type Receipt } from "../../../src/core/evidence/receipt.ts";
import { verifyReceipt, type ReceiptCheckName } from "../../../src/core/evidence/verify.ts";
import {
  createStaff,
  decidedReceipt,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
} from "../../support/evidence/sample-company.ts";
import type { SampleRequest } from "../../support/evidence/sample-tenant.ts";

// What the lines of a report say: never more than was proved.

const { alex, bea, cy, twoOfThree, tenant: enrolled } = await createStaff();
const tenant = await enrolled();
const PAYLOAD = { to: "acct_8821" };
const withheld = (receipt: Receipt): Receipt => ({
  ...receipt,
  decision: { ...receipt.decision, evidence: { ...receipt.decision.evidence, payload: null } },
});

async function linesOf(receipt: Receipt, payload?: Uint8Array): Promise<Readonly<Record<string, string>>> {
  const options = { ...fullOptions(tenant), ...(payload && { payload }) };
  const { checks, verified } = await verifiedReport(receipt, options);
  expect(verified).toBe(true);
  return Object.fromEntries(checks.map(({ name, status, detail }) => [name, `${status}: ${detail}`]));
}

describe("a request that nobody signed", () => {
  const rows: [ReceiptCheckName, string][] = [
    ["payload", "absent: Nobody signed it: what the request was about is the operator's word."],
    ["statement", "absent: Nobody signed."],
    ["signature", "absent: Nobody signed."],
    ["credential", "absent: Nobody signed."],
    [
      "endorsement",
      "passed: No passkey was used, and the changes in the file follow from the owner's first.",
    ],
    ["revocation", "absent: Nobody signed."],
    ["order", "passed: The records are in order."],
    ["policy", "absent: Nobody signed."],
    ["history", "passed: The complete history holds this decision."],
  ];
  it.each(["expired", "cancelled"] as const)("%s: no line speaks of signatures", async (outcome) => {
    const receipt = await decidedReceipt(tenant, { outcome, payload: PAYLOAD, votes: [] });
    for (const payload of [undefined, utf8(canonicalText(PAYLOAD))]) {
      const lines = await linesOf(receipt, payload);
      for (const [name, words] of rows) expect([name, lines[name]]).toEqual([name, words]);
      expect(lines["outcome"]).toBe(
        `passed: Nobody signed. That the request ${outcome === "expired" ? "expired" : "was cancelled"} is the operator's word.`,
      );
    }
  });
});

describe("a request that some signed, but that ended without a decision", () => {
  const rows: [SampleRequest["outcome"], string][] = [
    [
      "expired",
      "The signatures did not decide the request in time. That nobody else signed is the operator's word.",
    ],
    [
      "cancelled",
      "The signatures did not decide the request. That it was cancelled then is the operator's word.",
    ],
  ];
  it.each(rows)("%s: the line says whose word the rest is", async (outcome = "expired", words) => {
    const lines = await linesOf(
      await decidedReceipt(tenant, { outcome, policy: twoOfThree(), votes: [{ by: cy }] }),
    );
    expect(lines["outcome"]).toBe(`passed: ${words}`);
    expect(lines["payload"]).toBe("passed: The content is exactly what was shown and signed.");
  });
});

it("a withheld payload is named, also if the verifier's own one matches", async () => {
  const receipt = withheld(await decidedReceipt(tenant, { payload: PAYLOAD, votes: [{ by: cy }] }));
  const hash = receipt.decision.evidence.payloadHash;
  expect((await linesOf(receipt))["payload"]).toBe(`absent: The content is withheld; its hash is ${hash}.`);
  expect((await linesOf(receipt, utf8('{ "to": "acct_8821" }')))["payload"]).toBe(
    "passed: The receipt withholds the content; yours is exactly what was shown and signed.",
  );
});

/** A thousand signatures are made and checked, on a machine that may be busy. */
const MANY_CHANGES_MILLISECONDS = 60_000;

describe("a tenant with more changes than a receipt holds", { timeout: MANY_CHANGES_MILLISECONDS }, () => {
  it("is not verified without its history, and the report says what is missing", async () => {
    const own = await enrolled();
    for (let count = 0; count < RECEIPT_MAX_CHANGES; count++)
      await own.setTemplate("Deploy to production", null, bea);
    const seq = await own.decide({ votes: [{ by: alex }] });
    const changes = Array.from({ length: seq - 1 }, (_, at) => at + 1);
    const kept = [...changes.slice(0, 4), ...changes.slice(4 - RECEIPT_MAX_CHANGES)];
    const receipt = await own.receipt(seq, { changes: kept, bare: kept.slice(4) });
    const file = canonicalBytes(receipt);
    const alone = await verifyReceipt(file, { tenant: ANY_TENANT });
    expect([failedChecks(alone), alone.verified, alone.missing]).toEqual(["", false, ["revocation"]]);
    const whole = await verifyReceipt(file, { tenant: ANY_TENANT, history: own.history() });
    expect([failedChecks(whole), whole.verified, whole.missing]).toEqual(["", true, []]);
    expect(statusOf(whole, "revocation")).toBe("passed");
  });
});

it("a receipt of another version is refused as such", async () => {
  const receipt = await decidedReceipt(tenant, { votes: [{ by: cy }] });
  for (const v of [2, 4]) {
    const { checks } = await verifyReceipt(canonicalBytes({ ...receipt, v }), { tenant: ANY_TENANT });
    expect(checks[0]).toEqual({
      name: "form",
      status: "failed",
      detail: `This is a receipt of version ${v}; this program reads version 3 (at /v).`,
    });
  }
});

it.each([
  [
    "an export",
    "{}\n{}\n",
    "This is not a receipt: expected the end of the text at character 3, found something else.",
  ],
  ["a text", "log.example", "This is not a receipt: expected a value at character 0, found something else."],
  ["JSON of another kind", '{ "kind": "countersign/policy" }', "This is not a receipt."],
  ["a list", "[]", "This is not a receipt."],
])("says of %s that it is not a receipt", async (_name, text, detail) => {
  const { checks } = await verifyReceipt(utf8(text), { tenant: ANY_TENANT });
  expect(checks[0]).toEqual({ name: "form", status: "failed", detail });
});

it("the place of a fault is cut off if the file has very long names", async () => {
  for (const [name, shown] of [
    ["x".repeat(1_000_000), `/${"x".repeat(199)}…`],
    [`${"x".repeat(198)}\u{1f600}`, `/${"x".repeat(198)}…`],
    ["x".repeat(199), `/${"x".repeat(199)}`],
  ] as const) {
    const file = canonicalBytes({ v: 3, kind: "countersign/receipt", [name]: 1 });
    const { checks } = await verifyReceipt(file, { tenant: ANY_TENANT });
    expect(checks[0]).toMatchObject({ name: "form", detail: `Unknown field (at ${shown}).` });
  }
});
