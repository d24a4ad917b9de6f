import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalBytes } from "../../../../src/core/encoding/jcs.ts";
import type { JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import { receiptShape } from "../../../../src/core/evidence/receipt.ts";
import { RECEIPT_CHECKS, verifyReceipt, type VerifyOptions } from "../../../../src/core/evidence/verify.ts";
import { editJson } from "../../../support/evidence/edit-json.ts";
import { createStaff } from "../../../support/evidence/sample-company.ts";
import {
  honestReceipts,
  MAY_BE_NULL,
  type HonestReceipt,
} from "../../../support/evidence/sample-receipts.ts";
import { otherValuesOf, placesOf, valuesOf } from "../../../support/schemas/values-of-shape.ts";

// Receipts of the right form that make no sense. Whatever their parts are, the verifier answers with every check by
// name, throws nothing and accepts none of them.

/** Some two seconds together. The slow tests repeat the second many times. */
const RANDOM_RUNS = 1_750;
const EDITED_RUNS = 250;
const SEED = 2_026;

let honest: readonly HonestReceipt[];
beforeAll(async () => {
  honest = await honestReceipts(await createStaff());
});

/** Whether the verifier accepts it, after what must be true of every answer about a receipt of the right form. */
async function isAccepted(document: JsonValue, options: VerifyOptions): Promise<boolean> {
  const { verified, checks, receipt } = await verifyReceipt(canonicalBytes(document), options);
  expect(receipt).not.toBeNull();
  expect(checks.map(({ name }) => name)).toEqual(Object.keys(RECEIPT_CHECKS));
  expect(checks.filter(({ detail }) => detail.trim() === "" || detail.includes("\n"))).toEqual([]);
  expect(checks[0]).toMatchObject({ name: "form", status: "passed" });
  return verified;
}

it("honest receipts are accepted", async () => {
  for (const { name, receipt, options } of honest)
    expect([name, await isAccepted(receipt, options)]).toEqual([name, true]);
});

describe("a receipt is not accepted", () => {
  it("if every part of it is random", { timeout: 30_000 }, async () => {
    const [{ options } = { options: {} }] = honest;
    const random = fc.asyncProperty(valuesOf(receiptShape), async (document) => {
      expect(await isAccepted(document, options)).toBe(false);
    });
    await fc.assert(random, { numRuns: RANDOM_RUNS, seed: SEED });
  });

  it("if one part of an honest one is random", { timeout: 30_000 }, async () => {
    const places = honest.flatMap(({ receipt, options }) =>
      placesOf(receiptShape, receipt)
        .filter(({ shape }) => shape.kind !== "literal")
        .map((place) => ({ receipt, options, place })),
    );
    const edits = fc
      .constantFrom(...places)
      .chain(({ place, ...rest }) => otherValuesOf(place).map((value) => ({ ...rest, place, value })));
    const random = fc.asyncProperty(edits, async ({ receipt, options, place: { pointer }, value }) => {
      fc.pre(!(value === null && MAY_BE_NULL.test(pointer)));
      const edited = editJson(receipt, pointer, () => value);
      expect([pointer, await isAccepted(edited, options)]).toEqual([pointer, false]);
    });
    await fc.assert(random, { numRuns: EDITED_RUNS, seed: SEED });
  });
});
