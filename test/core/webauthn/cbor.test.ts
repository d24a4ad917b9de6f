import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { readCborMap, type CborValue } from "../../../src/core/webauthn/cbor.ts";
import { encodeCbor } from "../../support/cbor-encoder.ts";

const bytes = (hex: string): Bytes => expectOk(fromHex(hex.replaceAll(" ", "")));
const X = "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61";
const Y = "930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
/** An ES256 public key, and a short map that holds nested lists. */
const SAMPLES = [`a5 0102 0326 2001 21 5820 ${X} 22 5820 ${Y}`, "a1 6175 81 83 02 04 02"];

describe("CBOR", () => {
  it.each<[string, string, readonly (readonly [string | number, CborValue])[]]>([
    ["an empty map", "a0", []],
    [
      "small numbers",
      "a3 0017 1718 18 20 37",
      [
        [0, 23],
        [23, 24],
        [-1, -24],
      ],
    ],
    [
      "numbers of all widths",
      "a4 01 18ff 02 190100 03 1a00010000 04 1b0000000100000000",
      [
        [1, 255],
        [2, 256],
        [3, 65536],
        [4, 2 ** 32],
      ],
    ],
    ["the largest number", "a1 01 1b001ffffffffffffe", [[1, 2 ** 53 - 2]]],
    [
      "simple values",
      "a3 01f4 02f5 03f6",
      [
        [1, false],
        [2, true],
        [3, null],
      ],
    ],
    ["text", "a1 63c3a463 6161", [["äc", "a"]]],
    ["lists", "a1 6175 81 83 02 04 02", [["u", [[2, 4, 2]]]]],
    [
      "maps, four deep",
      "a1 01 a1 01 a1 01 a1 01 02",
      [[1, new Map([[1, new Map([[1, new Map([[1, 2]])]])]])]],
    ],
    [
      "text in order of length",
      "a3 6162 00 626161 00 626162 00",
      [
        ["b", 0],
        ["aa", 0],
        ["ab", 0],
      ],
    ],
  ])("reads %s", (_name, hex, entries) => {
    expect(expectOk(readCborMap(bytes(hex)))).toEqual(new Map(entries));
    expect(encodeCbor(new Map(entries))).toEqual(bytes(hex));
  });

  it.each([
    ["nothing", ""],
    ["a number", "01"],
    ["a list", "80"],
    ["two maps", "a0 a0"],
    ["a missing value", "a1 01"],
    ["a missing entry", "a2 01 02"],
    ["a false number of entries", "ba 7fffffff 01 02"],
    ["a false number of items", "a1 01 9a 7fffffff 00"],
    ["a false number of bytes", "a1 01 5a 7fffffff 00"],
    ["more than the largest number", "a1 01 1b 001fffffffffffff"],
    ["2^64 - 1", "a1 01 1b ffffffffffffffff"],
    ["-2^64", "a1 01 3b ffffffffffffffff"],
    ["23 in two bytes", "a1 01 1817"],
    ["255 in three bytes", "a1 01 1900ff"],
    ["65535 in five bytes", "a1 01 1a0000ffff"],
    ["2^32 - 1 in nine bytes", "a1 01 1b00000000ffffffff"],
    ["a reserved width", "a1 01 1c"],
    ["bytes of indefinite length", "a1 01 5f 4100 ff"],
    ["text of indefinite length", "a1 01 7f 6100 ff"],
    ["a list of indefinite length", "a1 01 9f 01 ff"],
    ["a map of indefinite length", "bf 01 02 ff"],
    ["a break", "a1 01 ff"],
    ["a tag", "a1 01 c0 00"],
    ["undefined", "a1 01 f7"],
    ["a simple value in two bytes", "a1 01 f8f5"],
    ["half a float", "a1 01 f93c00"],
    ["a float", "a1 01 fa3f800000"],
    ["a double", "a1 01 fb3ff0000000000000"],
    ["text that is not UTF-8", "a1 01 61ff"],
    ["names out of order", "a2 02 00 01 00"],
    ["text before a number", "a2 6161 00 01 00"],
    ["minus before plus", "a2 20 00 01 00"],
    ["longer text first", "a2 626161 00 6162 00"],
    ["a name twice", "a2 01 00 01 00"],
    ["bytes for a name", "a1 4101 00"],
    ["a list for a name", "a1 80 00"],
    ["maps, five deep", "a1 01 a1 01 a1 01 a1 01 a0"],
    ["lists, five deep", "a1 01 81 81 81 80"],
    ["very deeply nested lists", `a1 01 ${"81".repeat(10_000)}`],
  ])("refuses %s", (_name, hex) => {
    expect(readCborMap(bytes(hex))).toMatchObject({
      ok: false,
      refusal: { code: "encoding_malformed" },
    });
    expect(readCborMap(bytes("a1 01 02")).ok).toBe(true);
  });

  it("never throws, and accepts only canonical bytes", () => {
    const almostValid = fc
      .tuple(fc.constantFrom(...SAMPLES), fc.nat(), fc.nat(255))
      .map(([hex, at, byte]) => bytes(hex).with(at % bytes(hex).length, byte));
    let maps = 0;
    fc.assert(
      fc.property(fc.oneof(almostValid, fc.uint8Array({ maxLength: 40 })), (input) => {
        const map = readCborMap(input);
        if (!map.ok) return;
        maps++;
        expect(encodeCbor(map.value)).toEqual(Uint8Array.from(input));
      }),
      { numRuns: 2_000 },
    );
    expect(maps).toBeGreaterThan(10);
  });
});
