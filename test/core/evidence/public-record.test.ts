import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import {
  isReceiptOf,
  PUBLIC_RECORD_CHECKS,
  verificationShape,
  verifyPublicRecord,
  type Verification,
} from "../../../src/core/evidence/public-record.ts";
import { parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { editJson } from "../../support/evidence/edit-json.ts";
import { placesOf, otherValuesOf } from "../../support/schemas/values-of-shape.ts";
import { createLog } from "../../support/log/memory-log.ts";
import { createStaff, decidedReceipt } from "../../support/evidence/sample-company.ts";

// What a reader with only an id can verify, and what stays absent without more options.

const { log, cy, tenant: enrolled } = await createStaff();
const tenant = await enrolled();
const receipt = await decidedReceipt(tenant, { votes: [{ by: cy }] });
const honest = verificationOf(receipt);
const { confirmation } = honest;
const options = { tenant: tenant.stream, trust: log.trust(3) };

function verificationOf({ decision }: Receipt): Verification {
  const { record, entrySalt, label, proof } = decision;
  if (record.type !== "decision") throw new TypeError("a decision is expected");
  return {
    v: 1,
    kind: "countersign/verification",
    confirmation: record.body.confirmation,
    outcome: record.body.outcome,
    mode: record.body.mode,
    at: record.at,
    log: { origin: log.origin, index: expectOk(parseLogProof(proof)).index },
    opening: { record, entrySalt, label, proof },
    anchor: null,
    receipt: null,
  };
}

async function statuses(answer: unknown, given: Parameters<typeof verifyPublicRecord>[2] = options) {
  const { checks } = await verifyPublicRecord(canonicalBytes(answer as JsonObject), confirmation, given);
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

describe("a public record", () => {
  it("passes exactly the checks that the options allow", async () => {
    const all = Object.fromEntries(Object.keys(PUBLIC_RECORD_CHECKS).map((name) => [name, "passed"]));
    expect(await statuses(honest)).toEqual({ ...all, anchor: "absent" });
    const nothing = { log: "absent", witnesses: "absent", anchor: "absent", tenant: "absent" };
    expect(await statuses(honest, {})).toEqual({ ...all, ...nothing });
    const { trust } = options;
    expect(await statuses(honest, { trust, tenant: ANY_TENANT })).toMatchObject({ tenant: "absent" });
    const stranger = (await createLog(log.origin)).trust();
    expect(await statuses(honest, { trust: stranger })).toMatchObject({ log: "failed", witnesses: "absent" });
  });

  const { opening } = honest;
  const { record } = opening;
  const lies: [string, unknown, Partial<Record<keyof typeof PUBLIC_RECORD_CHECKS, string>>][] = [
    ["another outcome than the record", { ...honest, outcome: "rejected" }, { request: "failed" }],
    ["another time than the record", { ...honest, at: "2026-01-01T00:00:00.000Z" }, { request: "failed" }],
    ["another request", { ...honest, confirmation: "c_other" }, { request: "failed" }],
    [
      "another outcome in the record as well",
      {
        ...honest,
        outcome: "rejected",
        opening: { ...opening, record: { ...record, body: { ...record.body, outcome: "rejected" } } },
      },
      { request: "passed", inclusion: "failed" },
    ],
    [
      "another tenant in the record",
      { ...honest, opening: { ...opening, record: { ...record, stream: "0".repeat(64) } } },
      { inclusion: "failed", tenant: "failed" },
    ],
    ["another label", { ...honest, opening: { ...opening, label: "0".repeat(64) } }, { inclusion: "failed" }],
    [
      "another salt",
      { ...honest, opening: { ...opening, entrySalt: "A".repeat(43) } },
      { inclusion: "failed" },
    ],
    ["another place", { ...honest, log: { ...honest.log, index: 0 } }, { inclusion: "failed" }],
    ["another log", { ...honest, log: { ...honest.log, origin: "log.example/x" } }, { inclusion: "failed" }],
    [
      "no proof",
      { ...honest, opening: { ...opening, proof: "none" } },
      { inclusion: "failed", log: "absent", witnesses: "absent" },
    ],
    ["an extra field", { ...honest, shown: true }, { form: "failed", request: "absent", log: "absent" }],
    ["a field less", { ...honest, anchor: undefined }, { form: "failed" }],
    ["another kind", { ...honest, kind: "countersign/receipt" }, { form: "failed" }],
  ];
  it.each(lies)("fails with %s", async (_name, lie, expected) => {
    expect(await statuses(JSON.parse(JSON.stringify(lie)))).toMatchObject(expected);
  });

  it("belongs to exactly one receipt", async () => {
    expect(isReceiptOf(honest, receipt)).toBe(true);
    const another = await decidedReceipt(tenant, { votes: [{ by: cy }] });
    expect(isReceiptOf(honest, another)).toBe(false);
  });
});

it("with another value at a random place fails a check, whatever it is, and throws nothing", async () => {
  // The receipt is verified as a document of its own, and without block headers nothing is said of the anchor.
  const places = placesOf(verificationShape, honest).filter(
    ({ pointer, shape }) => shape.kind !== "literal" && pointer !== "/receipt" && pointer !== "/anchor",
  );
  const edits = fc
    .constantFrom(...places)
    .chain((place) => otherValuesOf(place).map((value) => ({ pointer: place.pointer, value })));
  const random = fc.asyncProperty(edits, async ({ pointer, value }) => {
    const found = await statuses(editJson(honest, pointer, () => value));
    expect(Object.keys(found)).toEqual(Object.keys(PUBLIC_RECORD_CHECKS));
    expect([pointer, Object.values(found).includes("failed")]).toEqual([pointer, true]);
  });
  await fc.assert(random, { numRuns: 300, seed: 2_026 });
});
