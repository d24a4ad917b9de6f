import fc from "fast-check";
import { expect, it } from "vitest";
import { toHex } from "../../src/core/encoding/bytes.ts";
import { encodeReceipt, parseReceipt } from "../../src/core/evidence/receipt.ts";
import { verifyReceipt } from "../../src/core/evidence/verify.ts";
import { createStaff, decidedReceipt, fullOptions } from "../support/evidence/sample-company.ts";

const INPUTS = 100_000;
const FLIPS = 5_000;

const { cy, dan, twoOfThree, tenant: enrolled } = await createStaff();
const tenant = await enrolled();
const receipt = await decidedReceipt(tenant, { policy: twoOfThree(), votes: [{ by: cy }, { by: dan }] });
const file = encodeReceipt(receipt);

it("refuses arbitrary bytes and truncated and spliced files with a code, or parses them to the same bytes", () => {
  const at = fc.nat({ max: file.length });
  const spliced = fc
    .tuple(at, at, fc.uint8Array({ maxLength: 12 }))
    .map(([from, to, between]) =>
      Uint8Array.from([...file.subarray(0, from), ...between, ...file.subarray(to)]),
    );
  const some = fc.oneof(
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: spliced },
  );
  fc.assert(
    fc.property(some, (bytes) => {
      const parsed = parseReceipt(bytes);
      if (parsed.ok) expect(toHex(encodeReceipt(parsed.value))).toBe(toHex(bytes));
      else expect(parsed.refusal.detail).not.toBe("");
    }),
    { numRuns: INPUTS },
  );
});

it("accepts no file with a flipped bit, and the original before and after", async () => {
  const knowledge = fullOptions(tenant);
  const accepted: number[] = [];
  const isVerified = async (bytes: Uint8Array) => (await verifyReceipt(bytes, knowledge)).verified;
  expect(await isVerified(file)).toBe(true);
  for (let flip = 0; flip < FLIPS; flip++) {
    // Bits spread evenly over the file.
    const bit = Math.floor((flip * file.length * 8) / FLIPS);
    const mutated = file.slice();
    mutated[bit >> 3] = (mutated[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (await isVerified(mutated)) accepted.push(bit);
  }
  expect(accepted).toEqual([]);
  expect(await isVerified(file)).toBe(true);
});
