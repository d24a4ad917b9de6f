import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { concat, equalBytes, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import { encodeReceipt, parseReceipt, receiptShape } from "../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../src/core/evidence/verify.ts";
import { editJson } from "../support/evidence/edit-json.ts";
import { createStaff } from "../support/evidence/sample-company.ts";
import { honestReceipts, MAY_BE_NULL, type HonestReceipt } from "../support/evidence/sample-receipts.ts";
import { fieldsOf, otherValuesOf, placesOf } from "../support/schemas/values-of-shape.ts";

// More than a hundred thousand mutated receipts of every kind: none is accepted, and each test accepts the receipts as
// they were.

const MUTATED_FILES = 100_000;
const FLIPS = 4_000;
const VALUES_AT_EACH_PLACE = 3;

let honest: readonly (HonestReceipt & { readonly file: Bytes })[];
beforeAll(async () => {
  const receipts = await honestReceipts(await createStaff());
  honest = receipts.map((one) => ({ ...one, file: encodeReceipt(one.receipt) }));
});

const isVerified = async (file: Uint8Array, { options }: HonestReceipt) =>
  (await verifyReceipt(file, options)).verified;

async function expectHonestOnes(): Promise<void> {
  for (const one of honest) expect([one.name, await isVerified(one.file, one)]).toEqual([one.name, true]);
}

it("accepts no arbitrary bytes and no truncated or spliced file", async () => {
  await expectHonestOnes();
  const spliced = fc.constantFrom(...honest).chain((one) => {
    const at = fc.nat({ max: one.file.length });
    const between = fc.uint8Array({ maxLength: 12 });
    return fc.tuple(at, at, between).map(([from, to, middle]) => ({
      one,
      bytes: concat(one.file.subarray(0, from), middle, one.file.subarray(to)),
    }));
  });
  const arbitrary = fc
    .tuple(fc.constantFrom(...honest), fc.uint8Array({ maxLength: 200 }))
    .map(([one, bytes]) => ({ one, bytes }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(spliced, arbitrary), async ({ one, bytes }) => {
      const parsed = parseReceipt(bytes);
      if (parsed.ok) expect(toHex(encodeReceipt(parsed.value))).toBe(toHex(bytes));
      else expect(parsed.refusal.detail).not.toBe("");
      expect(await isVerified(bytes, one)).toBe(equalBytes(bytes, one.file));
    }),
    { numRuns: MUTATED_FILES },
  );
  await expectHonestOnes();
});

it("accepts no receipt with another value, whichever its place is", async () => {
  await expectHonestOnes();
  const reached = new Set<string>();
  for (const one of honest) {
    for (const place of placesOf(receiptShape, one.receipt)) {
      if (place.shape.kind === "literal") continue;
      const { pointer } = place;
      for (const value of fc.sample(otherValuesOf(place), VALUES_AT_EACH_PLACE)) {
        if (value === null && MAY_BE_NULL.test(pointer)) continue;
        const edited = canonicalBytes(editJson(one.receipt, pointer, () => value));
        expect([one.name, pointer, value, await isVerified(edited, one)]).toEqual([
          one.name,
          pointer,
          value,
          false,
        ]);
        reached.add(pointer.replaceAll(/\/\d+/g, "/*"));
      }
    }
  }
  // None of these receipts is anchored: a timestamp that no block confirms yet proves nothing.
  // A change of the directory has no template and no order of members: both are changed as wholes.
  const isOfNone = /^\/anchor\/|^\/directory\/\*\/evidence\/(?:template\/|.*\/display\/order\/)/;
  const fields = fieldsOf(receiptShape).filter((field) => !isOfNone.test(field));
  expect(fields.filter((field) => !reached.has(field))).toEqual([]);
  await expectHonestOnes();
});

it("accepts no file with a flipped bit", async () => {
  await expectHonestOnes();
  const accepted: string[] = [];
  for (let flip = 0; flip < FLIPS; flip++) {
    const one = honest[flip % honest.length];
    if (one === undefined) throw new RangeError("no receipt");
    // Bits spread evenly over each file.
    const bit = Math.floor((flip * one.file.length * 8) / FLIPS);
    const mutated = one.file.slice();
    mutated[bit >> 3] = (mutated[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (await isVerified(mutated, one)) accepted.push(`${one.name}: bit ${bit}`);
  }
  expect(accepted).toEqual([]);
  await expectHonestOnes();
});
