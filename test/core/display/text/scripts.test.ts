import { describe, expect, it } from "vitest";
import { letterWarnings } from "../../../../src/core/display/text/scripts.ts";

describe("a text gets a warning", () => {
  it.each([
    // Ordinary texts.
    ["paypal", []],
    ["Zürich, Łódź, Đà Nẵng", []],
    ["Привет, мир", []],
    ["Привет from Москва", []],
    ["Ελλάδα", []],
    ["Tシャツ 株式会社 カラオケ", []],
    ["한국어 카카오talk", []],
    ["1,250.50 € ± 2 %", []],
    ["🔑 ok", []],
    // One letter of another script inside a word.
    ["pаypal", ["mixed-scripts"]],
    ["аpple", ["mixed-scripts"]],
    ["Ρaypal", ["mixed-scripts"]],
    ["paypaӏ", ["mixed-scripts"]],
    ["օpen", ["mixed-scripts"]],
    ["Ꭺpple", ["mixed-scripts"]],
    ["ꓑaypal", ["mixed-scripts"]],
    ["аᎪ", ["mixed-scripts"]],
    // A word of another script that looks Latin.
    ["раураӏ", ["look-alike-letters"]],
    ["send to АСЕ", ["look-alike-letters"]],
    ["ΑΒΕΖ", ["look-alike-letters"]],
    ["Ａdmin", ["unusual-letters"]],
    ["𝐚𝐝𝐦𝐢𝐧", ["unusual-letters"]],
    ["ɡoogle", ["unusual-letters"]],
    ["Ⓐ", ["unusual-letters"]],
    ["42․5", ["unusual-signs"]],
    ["bank.example⁄pay", ["unusual-signs"]],
    ["100٣", ["unusual-digits"]],
    ["১২৩", ["unusual-digits"]],
    ["１２", ["unusual-digits"]],
    ["𝟏𝟐", ["unusual-digits"]],
    ["שלום for 100", ["right-to-left"]],
    ["e\u0301", ["not-normalised"]],
    ["\u212b", ["not-normalised"]],
    ["\uac00\u11a8", ["not-normalised"]],
  ])("%s: %j", (text, codes) => {
    expect(letterWarnings(text).map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ["pаypal Ρaypal", "one word holds letters of Latin and Cyrillic and Greek"],
    ["𐌰a", "one word holds letters of Latin and Gothic"],
    ["𐌀a", "one word holds letters of Latin and Old Italic"],
    ["1٣٣٤", "digits that are not 0 to 9: U+0663, U+0664"],
    ["𝐚𝐛", "letters in an unusual form: U+1D41A, U+1D41B"],
  ])("%s: %s", (text, detail) => {
    expect(letterWarnings(text).map((note) => note.detail)).toContain(detail);
  });
});
