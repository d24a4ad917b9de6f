import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareBytes,
  concat,
  equalBytes,
  fromBase64,
  fromBase64url,
  fromHex,
  toBase64,
  toBase64url,
  toHex,
  u64be,
  utf8,
  utf8Text,
} from "../../../src/core/encoding/bytes.ts";
import { accept, type Result } from "../../../src/core/refusal.ts";

const anyBytes = fc.uint8Array({ maxLength: 70 });

function codeOf(result: Result<unknown>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

/** RFC 4648, section 10, and the two characters in which the alphabets differ. */
const spellings: readonly [text: string, hex: string, base64: string, base64url: string][] = [
  ["", "", "", ""],
  ["f", "66", "Zg==", "Zg"],
  ["fo", "666f", "Zm8=", "Zm8"],
  ["foo", "666f6f", "Zm9v", "Zm9v"],
  ["foob", "666f6f62", "Zm9vYg==", "Zm9vYg"],
  ["fooba", "666f6f6261", "Zm9vYmE=", "Zm9vYmE"],
  ["foobar", "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"],
  ["~~~???", "7e7e7e3f3f3f", "fn5+Pz8/", "fn5-Pz8_"],
];

describe("encodings of bytes", () => {
  it.each(spellings)("%j", (text, hex, base64, base64url) => {
    const bytes = utf8(text);
    expect([toHex(bytes), toBase64(bytes), toBase64url(bytes)]).toEqual([hex, base64, base64url]);
    expect(fromHex(hex)).toEqual(accept(bytes));
    expect(fromBase64(base64)).toEqual(accept(bytes));
    expect(fromBase64url(base64url)).toEqual(accept(bytes));
  });

  const decoders = { fromHex, fromBase64, fromBase64url };
  const refused: readonly [decoder: keyof typeof decoders, wrong: string, right: string, why: string][] = [
    ["fromHex", "0AFF", "0aff", "upper case"],
    ["fromHex", "0af", "0aff", "half a byte"],
    ["fromHex", "0g", "00", "not a digit"],
    ["fromHex", "0x00", "00", "a prefix"],
    ["fromHex", " 00", "00", "a space"],
    ["fromHex", "00\n", "00", "a line end"],
    ["fromHex", "٠٠", "00", "digits of another script"],
    ["fromBase64url", "Zg==", "Zg", "padding"],
    ["fromBase64url", "Z", "Zg", "a digit too few"],
    ["fromBase64url", "Zm9vY", "Zm9vYg", "a digit too few after whole groups"],
    ["fromBase64url", "Zh", "Zg", "four bits beyond the last byte"],
    ["fromBase64url", "Zm9", "Zm8", "two bits beyond the last byte"],
    ["fromBase64url", "fn5+Pz8/", "fn5-Pz8_", "the other alphabet"],
    ["fromBase64url", "Zm9v\n", "Zm9v", "a line end"],
    ["fromBase64url", "Zm 9v", "Zm9v", "a space"],
    ["fromBase64url", "Zm9😀", "Zm9v", "a character outside the plane"],
    ["fromBase64", "Zg", "Zg==", "no padding"],
    ["fromBase64", "Zg=", "Zg==", "half the padding"],
    ["fromBase64", "Zm8==", "Zm8=", "too much padding"],
    ["fromBase64", "Zm9v====", "Zm9v", "padding without a partial group"],
    ["fromBase64", "====", "", "nothing but padding"],
    ["fromBase64", "Z===", "Zg==", "a digit too few"],
    ["fromBase64", "Zh==", "Zg==", "bits beyond the last byte"],
    ["fromBase64", "Zg==Zg==", "Zg==", "padding within"],
    ["fromBase64", "fn5-Pz8_", "fn5+Pz8/", "the other alphabet"],
  ];
  it.each(refused)("%s refuses %j, accepts %j: %s", (decoder, wrong, right) => {
    expect(codeOf(decoders[decoder](right))).toBe("accepted");
    expect(codeOf(decoders[decoder](wrong))).toBe("encoding_malformed");
  });

  it("decode to the encoded bytes", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(accept(bytes));
        expect(fromBase64(toBase64(bytes))).toEqual(accept(bytes));
        expect(fromBase64url(toBase64url(bytes))).toEqual(accept(bytes));
      }),
    );
  });

  it("match the platform's base64", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(toBase64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
      }),
    );
  });

  const digits = fc.string({ unit: fc.constantFrom(..."AaBb019zgwQ+/-_=".split("")), maxLength: 9 });
  it("have one text for each sequence of bytes", () => {
    fc.assert(
      fc.property(digits, (text) => {
        const [hex, base64, base64url] = [fromHex(text), fromBase64(text), fromBase64url(text)];
        expect(hex.ok ? toHex(hex.value) : text).toBe(text);
        expect(base64.ok ? toBase64(base64.value) : text).toBe(text);
        expect(base64url.ok ? toBase64url(base64url.value) : text).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("text", () => {
  it.each([
    ["plain", "abc", "616263"],
    ["two, three and four bytes", "é€😀", "c3a9e282acf09f9880"],
    ["a byte order mark is a character", "\ufeffa", "efbbbf61"],
    ["nul", "\0", "00"],
  ])("%s", (_, text, hex) => {
    expect(toHex(utf8(text))).toBe(hex);
    expect(utf8Text(utf8(text))).toBe(text);
  });

  it.each([
    ["a lone continuation", "80"],
    ["a cut sequence", "e282"],
    ["an overlong slash", "c0af"],
    ["half of a surrogate pair", "eda080"],
    ["beyond U+10FFFF", "f4908080"],
    ["never a byte of UTF-8", "ff"],
  ])("%s is not UTF-8", (_, hex) => {
    const bytes = fromHex(hex);
    expect(bytes.ok && utf8Text(bytes.value)).toBe(undefined);
    expect(bytes.ok && utf8Text(concat(utf8("a"), bytes.value, utf8("b")))).toBe(undefined);
  });
});

describe("sequences", () => {
  it("join in order", () => {
    expect(toHex(concat())).toBe("");
    expect(toHex(concat(utf8("a"), new Uint8Array(), utf8("bc")))).toBe("616263");
  });

  it("are copied when joined", () => {
    const part = utf8("a");
    const whole = concat(part);
    part[0] = 0;
    expect(toHex(whole)).toBe("61");
  });

  it.each([
    ["", "", 0],
    ["", "00", -1],
    ["00", "01", -1],
    ["00ff", "01", -1],
    ["7f", "80", -1],
    ["0101", "01", 1],
    ["abcd", "abcd", 0],
  ])("%j against %j", (left, right, order) => {
    const [first, second] = [fromHex(left), fromHex(right)];
    if (!first.ok || !second.ok) throw new Error("the table is wrong");
    expect(Math.sign(compareBytes(first.value, second.value)) + 0).toBe(order);
    expect(Math.sign(-compareBytes(second.value, first.value)) + 0).toBe(order);
    expect(equalBytes(first.value, second.value)).toBe(order === 0);
  });

  it("compare like their hex texts", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (left, right) => {
        const [first, second] = [toHex(left), toHex(right)];
        const order = first < second ? -1 : Number(first > second);
        expect(Math.sign(compareBytes(left, right))).toBe(order);
        expect(equalBytes(left, right)).toBe(order === 0);
        expect(equalBytes(left, left.slice())).toBe(true);
      }),
    );
  });

  it.each([
    [0, "0000000000000000"],
    [1, "0000000000000001"],
    [2 ** 32, "0000000100000000"],
    [2 ** 53 - 1, "001fffffffffffff"],
  ])("%d as eight bytes", (value, hex) => {
    expect(toHex(u64be(value))).toBe(hex);
  });
});
