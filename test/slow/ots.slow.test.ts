import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, owned, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import {
  attestationsOf,
  encodeTimestampFile,
  mergeTimestamp,
  parseTimestampFile,
  parseTimestampTree,
  TIMESTAMP_MAX_BYTES,
  TIMESTAMP_MAX_OPERATIONS,
  type TimestampTree,
} from "../../src/core/timestamp/ots.ts";
import type { Operation } from "../../src/core/timestamp/ots-operation.ts";
import { expectOk } from "../../src/core/refusal.ts";

const RUNS = 100_000;
const PATIENCE_MS = 600_000;
const digest = new Uint8Array(32).fill(7);

/** What is wrong with the result of parsing these bytes; must be nothing. */
function contradiction(bytes: Uint8Array): unknown {
  const read = parseTimestampFile(bytes);
  if (!read.ok) return read.refusal.code === "timestamp_malformed" ? undefined : read.refusal;
  const again = encodeTimestampFile(read.value);
  if (again.length !== bytes.length) return { bytes: toHex(bytes), again: toHex(again) };
  if (toHex(encodeTimestampFile(expectOk(parseTimestampFile(again)))) !== toHex(again)) return toHex(again);
  const merged = mergeTimestamp(read.value, read.value.digest, read.value.tree);
  if (!merged.ok || toHex(encodeTimestampFile(merged.value)) !== toHex(again)) return merged;
  return attestationsOf(read.value).length > 0 ? undefined : "no attestation";
}

const word = fc.constantFrom(
  ..."00 ff 08 02 03 67 f2 f3 f0 f1 f00101 f1020102 00ff ff00 05 7f 80".split(" "),
  ..."0083dfe30d2ef90c8e0302 612e 000588960d73d7190101 0001020304050607080201".split(" "),
);
const words = fc.array(word, { maxLength: 24 }).map((list) => owned(Buffer.from(list.join(""), "hex")));
const start = encodeTimestampFile({
  digest,
  tree: { attestations: [{ kind: "bitcoin", height: 1 }], branches: [] },
}).slice(0, 65);

describe("fuzzing", () => {
  it.each<[string, fc.Arbitrary<Uint8Array>]>([
    ["any bytes", fc.uint8Array({ maxLength: 120 })],
    [
      "any bytes after a right beginning",
      fc.uint8Array({ maxLength: 80 }).map((rest) => concat(start, rest)),
    ],
    ["the format's own words in any order", words.map((rest) => concat(start, rest))],
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
    "a file with some bytes changed, removed or inserted, 100,000 times",
    () => {
      const path = (operation: Operation, tree: TimestampTree): TimestampTree["branches"][number] => ({
        operation,
        tree,
      });
      const end: TimestampTree = {
        attestations: [
          { kind: "pending", uri: "https://calendar.test" },
          { kind: "bitcoin", height: 900_000 },
          { kind: "unknown", tag: new Uint8Array(8), payload: new Uint8Array(3) },
        ],
        branches: [],
      };
      const tree: TimestampTree = {
        attestations: end.attestations.slice(0, 1),
        branches: [
          path({ kind: "sha256" }, { attestations: [], branches: [path({ kind: "reverse" }, end)] }),
          path({ kind: "append", operand: digest.slice(0, 3) }, end),
          path({ kind: "prepend", operand: digest.slice(0, 2) }, end),
        ],
      };
      const file = [...encodeTimestampFile({ digest, tree })];
      const edit = fc.record({
        place: fc.integer({ min: 60, max: file.length }),
        taken: fc.nat(1),
        put: fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 8, 0xf0, 0xf2, 0xff)), { maxLength: 1 }),
      });
      let accepted = 0;
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
          let bytes = file;
          for (const { place, taken, put } of edits) bytes = bytes.toSpliced(place, taken, ...put);
          const input = Uint8Array.from(bytes);
          if (parseTimestampFile(input).ok) accepted++;
          expect(contradiction(input)).toBe(undefined);
        }),
        { numRuns: RUNS },
      );
      // Otherwise the edits are too strong to test accepted files.
      expect(accepted).toBeGreaterThan(RUNS / 10);
    },
    PATIENCE_MS,
  );
});

describe("the largest cost of a file", () => {
  const attestation = Buffer.from("00010203040506070800", "hex");
  const fork = Uint8Array.of(0xff);
  /** The maximum number of operations, each on a message of maximum length. */
  function costly(operation: number): Bytes {
    const branch = (index: number): Bytes =>
      concat(Uint8Array.of(0xf0, 2, index >> 8, index & 255, operation), attestation);
    const branches = Array.from({ length: TIMESTAMP_MAX_OPERATIONS / 2 }, (_, index) => branch(index));
    return concat(
      ...branches.flatMap((bytes, index) => (index < branches.length - 1 ? [fork, bytes] : [bytes])),
    );
  }

  it.each([
    ["sha1", 0x02],
    ["ripemd160", 0x03],
    ["sha256", 0x08],
    ["keccak256", 0x67],
    ["reverse", 0xf2],
  ])("%s: less than two seconds", (_, operation) => {
    const bytes = costly(operation);
    expect(bytes.length).toBeLessThanOrEqual(TIMESTAMP_MAX_BYTES);
    const began = performance.now();
    const read = parseTimestampTree(bytes, new Uint8Array(4_094));
    expect(read.ok).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

it("a file parsed from a Buffer does not change with it, although a Buffer's slices are views", () => {
  const buffer = Buffer.from(
    encodeTimestampFile({ digest, tree: { attestations: [{ kind: "bitcoin", height: 1 }], branches: [] } }),
  );
  const read = expectOk(parseTimestampFile(buffer));
  buffer.fill(0);
  expect(read.digest).toEqual(digest);
});
