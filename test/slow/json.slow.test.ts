import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { canonicalBytes, canonicalText } from "../../src/core/encoding/jcs.ts";
import { parseJson } from "../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../src/core/refusal.ts";

const RUNS = 100_000;
const PATIENCE_MS = 600_000;

// The number test of RFC 8785's author: lines of a double's bits and its text, made by a fixed rule, and the
// SHA-256 of the first of them as published beside the rule (cyberphone/json-canonicalization, testdata).
// The values are given here by what they are, not as they stand there; the figures tell whether all are right.
const PUBLISHED: readonly [lines: number, sha256: string][] = [
  [1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687"],
  [10_000, "b9f7a8e75ef22a835685a52ccba7f7d6bdc99e34b010992cbc5864cd12be6892"],
  [100_000, "22776e6d4b49fa294a0d0f349268e5c28808fe7e0cb2bcbe28f63894e494d4c7"],
  [1_000_000, "49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16"],
];

const scratch = new DataView(new ArrayBuffer(8));
function bitsOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}
function doubleOf(bits: bigint): number {
  scratch.setBigUint64(0, bits);
  return scratch.getFloat64(0);
}

/** A third of 10^22 and of the 49 powers below it, each so many doubles away from the nearest. */
function thirds(): readonly number[] {
  const beside = [0, 0, 1, 1, 1, 2, 1, 1, 3, 1, 2, 2, 1, 1, 1, 0, 0, 0, -1];
  return Array.from({ length: 50 }, (_, index) => {
    const nearest = Number(`${"3".repeat(20)}e${2 - index}`);
    return doubleOf(bitsOf(nearest) + BigInt(index === 49 ? 1 : (beside[index] ?? 0)));
  });
}

const LEAST_NORMAL_BITS = 0x0010000000000000n;

function chosen(): readonly number[] {
  const zeros = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => "0".repeat(index));
  return [
    ...numbers("0 -0 5e-324 -5e-324"),
    ...thirds().map((third) => -third),
    ...thirds(),
    10,
    ...zeros(10).map((some) => Number(`5e-${some.length}`)),
    ...zeros(15).map((some) => Number(`5.0${some}6e-6`)),
    ...numbers("1 -1"),
    // So many doubles below one.
    ...[-6, -5, 6, 5, 4, 2, -1, -1, 1, 1].map((steps) => Math.sign(steps) - steps * 2 ** -53),
    ...numbers("0.29999999999999993 0.3 0.30000000000000004"),
    ...[0n, 3n, 1n].map((steps) => doubleOf(LEAST_NORMAL_BITS - steps)),
    ...numbers("1.7976931348623157e308 -1.7976931348623157e308"),
    ...numbers("9007199254740992 -9007199254740992 295147905179352825856"),
    ...numbers(
      "9.999999999999997e22 1e23 1.0000000000000001e23 9.999999999999997e20 9.999999999999999e20 1e21",
    ),
    ...numbers("9.999999999999997e-7 1e-6 333333333.3333332 333333333.33333325 333333333.3333333"),
    ...numbers("333333333.3333334 333333333.33333343 -33333333333333333333e-25 1424953923781206.2"),
  ];
}

function numbers(texts: string): readonly number[] {
  return texts.split(" ").map(Number);
}

/** The chosen ones, 2,000 doubles in a row, then whatever the hash of the hash of the hash … spells. */
function* values(): Generator<number, never> {
  yield* chosen();
  for (let index = 0n; index < 2_000n; index++) yield doubleOf(LEAST_NORMAL_BITS + index);
  for (let block = Buffer.alloc(32); ;) {
    block = createHash("sha256").update(block).digest();
    for (let at = 0; at < block.length; at += 8) {
      const value = block.readDoubleLE(at);
      if (value !== 0 && Number.isFinite(value)) yield value;
    }
  }
}

describe("numbers", () => {
  it(
    "are written as RFC 8785 wants them, a million of them",
    () => {
      const hash = createHash("sha256");
      const source = values();
      const found: [lines: number, sha256: string][] = [];
      for (let lines = 1; lines <= 1_000_000; lines++) {
        const { value } = source.next();
        hash.update(`${bitsOf(value).toString(16)},${canonicalText(value)}\n`);
        if (PUBLISHED.some(([count]) => count === lines)) found.push([lines, hash.copy().digest("hex")]);
      }
      expect(found).toEqual(PUBLISHED);
    },
    PATIENCE_MS,
  );
});

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
function native(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(decoder.decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

/** Whatever is read agrees with JSON.parse, and its canonical form with another implementation. */
function contradiction(bytes: Uint8Array): unknown {
  const ours = parseJson(bytes);
  const theirs = native(bytes);
  if (!ours.ok) {
    const strict = theirs === undefined || !["json_syntax", "json_invalid_utf8"].includes(ours.refusal.code);
    return strict ? undefined : { refusal: ours.refusal, theirs };
  }
  if (theirs === undefined) return { accepted: ours.value };
  const text = canonicalText(ours.value);
  if (text !== canonicalize(theirs.value)) return { text, theirs };
  const again = canonicalBytes(expectOk(parseJson(utf8(text))));
  return toHex(again) === toHex(utf8(text)) ? undefined : { text, again };
}

describe("fuzzing", () => {
  const structural = fc.constantFrom(
    ...utf8('{}[],:"\\u0019e.-+ \n\ttrfn').values(),
    0,
    0x80,
    0xc3,
    0xe2,
    0xed,
    0xf0,
    0xff,
  );
  it.each([
    ["any bytes", fc.uint8Array({ maxLength: 64 })],
    [
      "bytes that JSON is made of",
      fc.array(structural, { maxLength: 24 }).map((list) => Uint8Array.from(list)),
    ],
  ])(
    "%s, 100,000 times",
    (_, bytes) => {
      fc.assert(
        fc.property(bytes, (input) => {
          expect(contradiction(input)).toBe(undefined);
        }),
        { numRuns: RUNS },
      );
    },
    PATIENCE_MS,
  );

  it(
    "JSON with some bytes changed, taken out or put in, 100,000 times",
    () => {
      const edit = fc.record({
        place: fc.nat(),
        taken: fc.nat(2),
        put: fc.array(structural, { maxLength: 2 }),
      });
      let accepted = 0;
      fc.assert(
        fc.property(fc.json({ maxDepth: 3 }), fc.array(edit, { maxLength: 3 }), (text, edits) => {
          let bytes = [...utf8(text)];
          for (const { place, taken, put } of edits)
            bytes = bytes.toSpliced(place % (bytes.length + 1), taken, ...put);
          const input = Uint8Array.from(bytes);
          if (parseJson(input).ok) accepted++;
          expect(contradiction(input)).toBe(undefined);
        }),
        { numRuns: RUNS },
      );
      // Or else the edits are too wild to test what is read.
      expect(accepted).toBeGreaterThan(RUNS / 10);
    },
    PATIENCE_MS,
  );
});
