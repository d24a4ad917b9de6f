import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkBitcoinHeader } from "../../../src/core/timestamp/bitcoin.ts";
import { fromHex, toHex, utf8, utf8Text, type Bytes } from "../../../src/core/encoding/bytes.ts";
import {
  attestationsOf,
  encodeTimestampFile,
  encodeTimestampTree,
  parseTimestampFile,
  parseTimestampTree,
  type TimestampTree,
} from "../../../src/core/timestamp/ots.ts";
import type { Attestation } from "../../../src/core/timestamp/ots-attestation.ts";
import type { Operation } from "../../../src/core/timestamp/ots-operation.ts";
import { accept, expectOk, type Result } from "../../../src/core/refusal.ts";

/** A file written by hand: bytes in hex, text in quotes. */
function spell(...parts: readonly string[]): Bytes {
  const hex = parts.join(" ").replaceAll(/'([^']*)'/g, (_, word: string) => toHex(utf8(word)));
  return expectOk(fromHex(hex.replaceAll(/\s/g, "")));
}

function detailOf(result: Result<unknown>): string {
  return result.ok ? "accepted" : `${result.refusal.code}: ${result.refusal.detail}`;
}

const MAGIC = "00 'OpenTimestamps' 0000 'Proof' 00 bf89e2e884e89294";
const MAGIC_BYTES = 31;
const DIGEST = "11".repeat(32);
const START = `${MAGIC} 01 08 ${DIGEST}`;
const PENDING = "83dfe30d2ef90c8e";
const BITCOIN = "0588960d73d71901";
const ALICE = `00 ${PENDING} 0f 0e 'https://a.test'`;
const BOB = `00 ${PENDING} 0e 0d 'https://b.tes'`;
const BLOCK_170 = `00 ${BITCOIN} 02 aa01`;
const OTHER = "00 0102030405060708 03 ffff00";

const alice: Attestation = { kind: "pending", uri: "https://a.test" };
const bob: Attestation = { kind: "pending", uri: "https://b.tes" };
const block170: Attestation = { kind: "bitcoin", height: 170 };
const other: Attestation = { kind: "unknown", tag: spell("0102030405060708"), payload: spell("ffff00") };
const sha256: Operation = { kind: "sha256" };

function append(hex: string): Operation {
  return { kind: "append", operand: spell(hex) };
}
function leaf(...attestations: readonly Attestation[]): TimestampTree {
  return { attestations, branches: [] };
}
function step(operation: Operation, tree: TimestampTree): TimestampTree {
  return { attestations: [], branches: [{ operation, tree }] };
}

describe("proofs from the chain itself", () => {
  // The first payment between two people, in block 170, names the transaction that it spends by its double
  // SHA-256. So the block timestamps a file that consists of the inner hash.
  const digest = "c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704";
  const payment = [
    "00000000 48 47304402204e45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de",
    "4860a4acdd12909d831cc56cbbac4622082221a8768d1d0901 ffffffff 02 00ca9a3b00000000 43 4104ae1a62fe09c5f51b13",
    "905f07f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a704f7e",
    "6cd84cac 00286bee00000000 43 410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a6909a5cb2e0eadd",
    "fb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac 00000000",
  ].join(" ");
  const coinbase = "82501c1178fa0b222c1f3d474ec726b832013f0a532b44bb620cce8624a5feb1";
  const file = spell(
    `${MAGIC} 01 08 ${digest}`,
    `f1 05 0100000001 f0 ee01 ${payment} 08 08`,
    `f1 20 ${coinbase} 08 08`,
    BLOCK_170,
  );
  const header170 = spell(
    "01000000 55bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000",
    "ff104ccb05421ab93e63f8c3ce5c2c2e9dbb37de2764b3a3175c8166562cac7d 51b96a49 ffff001d 283e9e70",
  );

  it("a file in block 170", () => {
    const parsed = expectOk(parseTimestampFile(file));
    expect(toHex(parsed.digest)).toBe(digest);
    expect(toHex(encodeTimestampFile(parsed))).toBe(toHex(file));
    const [attested, ...more] = attestationsOf(parsed);
    expect(more).toEqual([]);
    expect(attested?.attestation).toEqual({ kind: "bitcoin", height: 170 });
    expect(checkBitcoinHeader(attested?.message ?? utf8(""), header170)).toEqual(
      accept({ time: 1231731025 }),
    );
  });

  it("not after any byte is changed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: MAGIC_BYTES, max: file.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, mask) => {
          const changed = file.slice();
          changed[at] = (changed[at] ?? 0) ^ mask;
          const parsed = parseTimestampFile(changed);
          const proven =
            parsed.ok &&
            toHex(parsed.value.digest) === digest &&
            attestationsOf(parsed.value).some(
              ({ attestation, message }) =>
                attestation.kind === "bitcoin" &&
                attestation.height === 170 &&
                checkBitcoinHeader(message, header170).ok,
            );
          expect(proven).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("the newspaper headline in the first block", () => {
    const line = utf8("The Times 03/Jan/2009 Chancellor on brink of second bailout for banks");
    const tree = spell(
      `f1 32 01000000 01 ${"00".repeat(32)} ffffffff 4d 04ffff001d0104 45`,
      "f0 55 ffffffff 01 00f2052a01000000 43 4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6",
      "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac 00000000",
      `08 08 00 ${BITCOIN} 01 00`,
    );
    const parsed = expectOk(parseTimestampTree(tree, line));
    expect(toHex(encodeTimestampTree(parsed))).toBe(toHex(tree));
    const genesis = spell(
      `01000000 ${"00".repeat(32)}`,
      "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a 29ab5f49 ffff001d 1dac2b7c",
    );
    const proofs = attestationsOf({ digest: line, tree: parsed }).map(({ attestation, message }) => [
      attestation,
      checkBitcoinHeader(message, genesis),
    ]);
    expect(proofs).toEqual([[{ kind: "bitcoin", height: 0 }, accept({ time: 1231006505 })]]);
  });
});

describe("files written by hand", () => {
  const rows: readonly [what: string, spelled: string, tree: TimestampTree][] = [
    ["a pending attestation", ALICE, leaf(alice)],
    ["a block", BLOCK_170, leaf(block170)],
    ["an unknown attestation, kept unchanged", OTHER, leaf(other)],
    [
      "an unknown attestation without content",
      "00 0102030405060708 00",
      leaf({ ...other, payload: spell("") }),
    ],
    [
      "the greatest height",
      `00 ${BITCOIN} 08 ffffffffffffff0f`,
      leaf({ kind: "bitcoin", height: 2 ** 53 - 1 }),
    ],
    [
      "all kinds on one message, by tag",
      `ff ${OTHER} ff ${BLOCK_170} ${ALICE}`,
      leaf(other, block170, alice),
    ],
    // Sorted by address, not by the length before it.
    ["two pending attestations, by address", `ff ${ALICE} ${BOB}`, leaf(alice, bob)],
    [
      "two blocks, by height",
      `ff 00 ${BITCOIN} 01 09 ${BLOCK_170}`,
      leaf({ kind: "bitcoin", height: 9 }, block170),
    ],
    [
      "the greatest height of one byte, and the next",
      `ff 00 ${BITCOIN} 01 7f 00 ${BITCOIN} 02 8001`,
      leaf({ kind: "bitcoin", height: 127 }, { kind: "bitcoin", height: 128 }),
    ],
    // Their bytes would sort the other way round.
    [
      "two blocks whose heights have two bytes each",
      `ff 00 ${BITCOIN} 02 ff01 00 ${BITCOIN} 02 8002`,
      leaf({ kind: "bitcoin", height: 255 }, { kind: "bitcoin", height: 256 }),
    ],
    [
      "two unknown attestations of one kind, by content",
      `ff 00 0102030405060708 01 01 00 0102030405060708 01 02`,
      leaf({ ...other, payload: spell("01") }, { ...other, payload: spell("02") }),
    ],
    ["a path", `f0 02 aabb 08 ${ALICE}`, step(append("aabb"), step(sha256, leaf(alice)))],
    [
      "attestations before operations, operations by tag and operand",
      `ff ${BOB} ff 08 ${ALICE} ff f0 01 01 ${ALICE} ff f0 02 0100 ${ALICE} f1 01 00 ff ${ALICE} f2 ${OTHER}`,
      {
        attestations: [bob],
        branches: [
          { operation: sha256, tree: leaf(alice) },
          { operation: append("01"), tree: leaf(alice) },
          { operation: append("0100"), tree: leaf(alice) },
          {
            operation: { kind: "prepend", operand: spell("00") },
            tree: {
              attestations: [alice],
              branches: [{ operation: { kind: "reverse" }, tree: leaf(other) }],
            },
          },
        ],
      },
    ],
  ];
  it.each(rows)("%s", (_, spelled, tree) => {
    const bytes = spell(START, spelled);
    const file = expectOk(parseTimestampFile(bytes));
    expect(file).toEqual({ digest: spell(DIGEST), tree });
    expect(toHex(encodeTimestampFile(file))).toBe(toHex(bytes));
    expect(parseTimestampTree(spell(spelled), file.digest)).toEqual(accept(tree));
    expect(toHex(encodeTimestampTree(tree))).toBe(toHex(spell(spelled)));
  });

  it("a file in another order parses to the same tree", () => {
    const ordered = spell(START, `ff ${OTHER} ff ${ALICE} ff 02 ${BOB} 08 ${BOB}`);
    const disordered = spell(START, `ff 08 ${BOB} ff ${ALICE} ff 02 ${BOB} ${OTHER}`);
    expect(parseTimestampFile(disordered)).toEqual(parseTimestampFile(ordered));
    expect(toHex(encodeTimestampFile(expectOk(parseTimestampFile(disordered))))).toBe(toHex(ordered));
  });

  it("a tree without an attestation cannot be encoded", () => {
    expect(() => encodeTimestampTree(leaf())).toThrow(RangeError);
    expect(() => encodeTimestampTree(step(sha256, leaf()))).toThrow(RangeError);
  });
});

describe("operations on abc", () => {
  it.each([
    ["sha1", "02", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["ripemd160", "03", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"],
    ["sha256", "08", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["keccak256", "67", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"],
    ["append", "f0 02 'de'", "6162636465"],
    ["prepend", "f1 02 'de'", "6465616263"],
    ["reverse", "f2", "636261"],
    ["hexlify", "f3", "363136323633"],
    ["two in a row", "f2 f0 01 'd'", "63626164"],
  ])("%s", (_, operations, expected) => {
    const message = utf8("abc");
    const tree = expectOk(parseTimestampTree(spell(operations, ALICE), message));
    const [attested] = attestationsOf({ digest: message, tree });
    expect(toHex(attested?.message ?? utf8(""))).toBe(expected);
    expect(utf8Text(message)).toBe("abc");
  });
});

const good = spell(START, ALICE);
describe("refused", () => {
  const rows: readonly [what: string, spelled: string, detail: RegExp][] = [
    ["nothing", "", /end too early/],
    [
      "another magic",
      `${MAGIC.replace("Proof", "proof")} 01 08 ${DIGEST} ${ALICE}`,
      /not an OpenTimestamps file/,
    ],
    ["version 0", `${MAGIC} 00 08 ${DIGEST} ${ALICE}`, /version/],
    ["version 2", `${MAGIC} 02 08 ${DIGEST} ${ALICE}`, /version/],
    ["a version in two bytes", `${MAGIC} 8100 08 ${DIGEST} ${ALICE}`, /version/],
    ["a SHA-1 digest", `${MAGIC} 01 02 ${"11".repeat(20)} ${ALICE}`, /SHA-256/],
    ["a truncated digest", `${MAGIC} 01 08 1111`, /end too early/],
    ["no tree", START, /end too early/],
    ["a byte after the end", `${START} ${ALICE} 00`, /after the end/],
    ["a second tree", `${START} ${ALICE} ${ALICE}`, /after the end/],
    ["a fork without a branch", `${START} ff`, /end too early/],
    ["a fork whose last branch is missing", `${START} ff ${ALICE}`, /end too early/],
    ["a fork of a fork", `${START} ff ff ${ALICE} ${BOB}`, /unknown operation/],
    ["an unknown operation", `${START} 04 ${ALICE}`, /unknown operation/],
    ["an operation without an operand", `${START} f0 00 ${ALICE}`, /nothing to append/],
    ["a truncated operand", `${START} f1 03 0000`, /end too early/],
    ["a length that is not in its shortest form", `${START} f0 8100 00 ${ALICE}`, /not in its shortest form/],
    ["a length that does not end", `${START} f0 ${"80".repeat(30)}`, /end too early/],
    ["a length beyond 2^53", `${START} f0 ${"ff".repeat(30)} 00`, /beyond 2\^53/],
    ["a path without attestation", `${START} 08 08`, /end too early/],
    ["an attestation truncated in its tag", `${START} 00 83dfe3`, /end too early/],
    ["a truncated attestation", `${START} 00 0102030405060708 03 ffff`, /end too early/],
    [
      "a pending attestation without an address",
      `${START} 00 ${PENDING} 00`,
      /in an attestation, the bytes end/,
    ],
    [
      "a pending attestation with more than an address",
      `${START} 00 ${PENDING} 03 01 'a' 00`,
      /in an attestation, there are bytes after/,
    ],
    [
      "a pending attestation with too few bytes",
      `${START} 00 ${PENDING} 02 02 'a'`,
      /in an attestation, the bytes end/,
    ],
    ...["?", "#", "@", "%", "[", " ", "\\", "~", "\n", "é", "\0"].map(
      (character): [string, string, RegExp] => [
        `a pending attestation with ${JSON.stringify(character)} in its address`,
        `${START} 00 ${PENDING} ${character === "é" ? "04 03" : "03 02"} 'a${character}'`,
        /a character that is not allowed there/,
      ],
    ),
    ["an address that is not UTF-8", `${START} 00 ${PENDING} 02 01 ff`, /a character that is not allowed/],
    ["a block without height", `${START} 00 ${BITCOIN} 00`, /in an attestation, the bytes end/],
    [
      "a block with two heights",
      `${START} 00 ${BITCOIN} 02 0101`,
      /in an attestation, there are bytes after/,
    ],
    [
      "a height that is not in its shortest form",
      `${START} 00 ${BITCOIN} 02 8100`,
      /not in its shortest form/,
    ],
    ["a height of 2^53", `${START} 00 ${BITCOIN} 08 8080808080808010`, /beyond 2\^53/],
    ["the same pending attestation twice", `${START} ff ${ALICE} ${ALICE}`, /same attestation twice/],
    [
      "the same unknown attestation twice",
      `${START} ff ${OTHER} ff ${ALICE} ${OTHER}`,
      /same attestation twice/,
    ],
    ["the same operation twice", `${START} ff 08 ${ALICE} 08 ${BOB}`, /same operation twice/],
    ["the same operand twice", `${START} ff f0 01 00 ${ALICE} f0 01 00 ${BOB}`, /same operation twice/],
  ];
  it.each(rows)("%s", (_, spelled, detail) => {
    expect(detailOf(parseTimestampFile(good))).toBe("accepted");
    const result = parseTimestampFile(spell(spelled));
    expect(detailOf(result)).toMatch(/^timestamp_malformed: /);
    expect(detailOf(result)).toMatch(detail);
  });

  it("every file that is truncated or extended", () => {
    const whole = spell(
      START,
      `ff ${OTHER} ff ${BLOCK_170} ff ${ALICE} ff f0 02 aabb 08 ${ALICE} f1 01 00 ${BOB}`,
    );
    expect(detailOf(parseTimestampFile(whole))).toBe("accepted");
    for (let length = 0; length < whole.length; length++) {
      expect(detailOf(parseTimestampFile(whole.subarray(0, length)))).toMatch(/^timestamp_malformed/);
    }
    expect(detailOf(parseTimestampFile(Uint8Array.of(...whole, 0)))).toMatch(/after the end/);
  });
});
