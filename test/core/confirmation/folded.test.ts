import { describe, expect, it } from "vitest";
import { foldedText, foldedValue } from "../../../src/core/confirmation/folded.ts";

// What a rejection locks besides the exact request.

describe("folded texts", () => {
  it.each([
    ["case", "Deploy API", "dEPLOY api"],
    ["white space at both ends", "Deploy", " \t\u00a0\u2003Deploy\r\n\u3000\ufeff"],
    ["an accent as one character or as two", "caf\u00e9", "cafe\u0301"],
    ["an accent in another case and as two characters", "CAFÉ", "cafe\u0301"],
    ["both capitals of ß, and ss", "Straße", "STRASSE"],
    ["the capital ẞ", "Straße", "STRA\u1e9eE"],
    ["both forms of σ", "ΟΔΟΣ", "οδος"],
    ["the sign for kelvin, which is a K", "5 K", "5 \u212a"],
    ["a ligature in another case", "o\ufb03ce", "OFFICE"],
    ["letters beyond the first plane", "\u{10400}", "\u{10428}"],
  ])("are equal for %s", (_, one, other) => {
    expect(foldedText(one)).toBe(foldedText(other));
  });

  it.each([
    ["white space inside", "Deploy api", "Deploy  api"],
    ["another word", "Deploy api", "Deploy the api"],
    ["punctuation", "Deploy api", "Deploy api."],
    ["an accent", "cafe", "café"],
    ["a letter of another script that looks alike", "Deploy", "D\u0435ploy"],
    ["a character without width", "Deploy", "De\u200bploy"],
    ["full-width letters", "Deploy", "\uff24eploy"],
    ["the order of words", "from a to b", "from b to a"],
  ])("differ for %s", (_, one, other) => {
    expect(foldedText(one)).not.toBe(foldedText(other));
  });
});

describe("folded values", () => {
  it("have all texts folded, however deep", () => {
    expect(foldedValue({ a: " x ", b: ["y", { c: "z\n" }] })).toEqual({ a: "X", b: ["Y", { c: "Z" }] });
  });

  it("keep names, numbers, other values and order", () => {
    const value = { " Name ": 1, name: 1.5, list: [3, 2, true, false, null], empty: {}, none: [] };
    expect(foldedValue(value)).toEqual(value);
  });

  it("keep a member named __proto__", () => {
    const value = JSON.parse('{"__proto__": "a", "constructor": "b"}');
    expect(JSON.stringify(foldedValue(value))).toBe('{"__proto__":"A","constructor":"B"}');
  });
});
