import { describe, expect, it } from "vitest";
import { fromHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { earliestId, ID_RANDOM_BYTES, makeId } from "../../../src/core/encoding/identifier.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const bytes = (hex: string): Bytes => expectOk(fromHex(hex));
const ZEROS = "00".repeat(16);

describe("an id", () => {
  it.each([
    ["of zeros", 0, ZEROS, `${"0".repeat(9)}${"0".repeat(26)}`],
    ["of the first millisecond", 1, ZEROS, `000000001${"0".repeat(26)}`],
    ["of a later time", 33, ZEROS, `000000011${"0".repeat(26)}`],
    ["of the last time", 32 ** 9 - 1, ZEROS, `${"z".repeat(9)}${"0".repeat(26)}`],
    ["with the last random bit", 0, `${"00".repeat(15)}01`, `${"0".repeat(9)}${"0".repeat(25)}1`],
    // 26 digits hold 130 bits, so the first one has only three of the 128.
    ["with the first random bit", 0, `80${"00".repeat(15)}`, `${"0".repeat(9)}4${"0".repeat(25)}`],
    ["with all random bits", 0, "ff".repeat(16), `${"0".repeat(9)}7${"z".repeat(25)}`],
    ["with the digits up to 8", 0, "000000000000000000000008864298e8", `${"0".repeat(27)}12345678`],
    [
      "with the digits from 7 on",
      0,
      "074254b635cf84653a56d7c675be77df",
      "0000000000789abcdefghjkmnpqrstvwxyz",
    ],
  ])("%s", (_name, now, random, id) => {
    expect(makeId("cnf", now, bytes(random))).toBe(`cnf_${id}`);
  });

  it.each([ID_RANDOM_BYTES - 1, ID_RANDOM_BYTES + 1])(
    "has no fewer and no more random bytes: %i",
    (count) => {
      expect(makeId("cnf", 0, new Uint8Array(16)).length).toBe("cnf_".length + 9 + 26);
      expect(() => makeId("cnf", 0, new Uint8Array(count))).toThrow(RangeError);
    },
  );
});

describe("the earliest id of a time", () => {
  const NOW = 1_795_000_000_000;
  it.each([
    ["before one of the same time", NOW, NOW, true],
    ["before one of a later time", NOW, NOW + 1, true],
    ["after one of an earlier time", NOW, NOW - 1, false],
    ["before every id, of a time before 1970", -1, 0, true],
    ["before one of the last time, of a time beyond it", 8.64e15, 32 ** 9 - 1, true],
    ["after one of an earlier time, of a time beyond the last", 8.64e15, NOW, false],
  ])("sorts %s", (_, time, made, isBefore) => {
    for (const random of [ZEROS, "ff".repeat(16)])
      expect(earliestId("c", time) < makeId("c", made, bytes(random))).toBe(isBefore);
  });
});
