import { describe, expect, it } from "vitest";
import { hiddenCharacter } from "../../../../src/core/display/text/hidden-characters.ts";
import { drawText, textOf } from "../../../../src/core/display/text/segments.ts";
import { isUnassigned } from "../../../../src/core/display/text/unassigned.ts";

const ALL = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint);

const spelled = (codePoint: number) => `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;

const NAMES: readonly (readonly [codePoint: number, name: string])[] = [
  [0x00, "null"],
  [0x01, "control character"],
  [0x07, "control character"],
  [0x08, "backspace"],
  [0x09, "tab"],
  [0x0a, "line feed"],
  [0x0b, "control character"],
  [0x0d, "carriage return"],
  [0x1b, "escape"],
  [0x1f, "control character"],
  [0x7f, "delete"],
  [0x80, "control character"],
  [0x85, "control character"],
  [0x9f, "control character"],
  [0xa0, "no-break space"],
  [0xad, "soft hyphen"],
  [0x336, "overlaying mark"],
  [0x34f, "grapheme joiner"],
  [0x61c, "Arabic letter mark"],
  [0x115f, "Hangul filler"],
  [0x1160, "Hangul filler"],
  [0x1680, "unusual space"],
  [0x17b4, "invisible sign"],
  [0x180b, "variation selector"],
  [0x180e, "invisible sign"],
  [0x2003, "unusual space"],
  [0x200a, "unusual space"],
  [0x200b, "zero width space"],
  [0x200c, "zero width non-joiner"],
  [0x200d, "zero width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x2028, "line separator"],
  [0x2029, "paragraph separator"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202c, "end of embedding or override"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0x202f, "no-break space"],
  [0x205f, "unusual space"],
  [0x2060, "word joiner"],
  [0x2062, "invisible operator"],
  [0x2065, "unassigned character"],
  [0x2066, "left-to-right isolate"],
  [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"],
  [0x2069, "end of isolate"],
  [0x206a, "deprecated control"],
  [0x20dd, "overlaying mark"],
  [0x27e8, "angle bracket"],
  [0x2800, "invisible sign"],
  [0x3000, "unusual space"],
  [0x3164, "Hangul filler"],
  [0xd800, "half of a surrogate pair"],
  [0xe000, "private-use character"],
  [0xfdd0, "noncharacter"],
  [0xfe0f, "variation selector"],
  [0xfeff, "byte order mark"],
  [0xffa0, "Hangul filler"],
  [0xfff0, "unassigned character"],
  [0xfff9, "interlinear annotation"],
  [0xfffc, "invisible sign"],
  [0xfffe, "noncharacter"],
  [0x13430, "invisible sign"],
  [0x1bca0, "invisible sign"],
  [0x1d159, "invisible sign"],
  [0x1d173, "invisible sign"],
  [0x1ffff, "noncharacter"],
  [0x50000, "unassigned character"],
  [0xe0001, "tag character"],
  [0xe0041, "tag character"],
  [0xe007f, "tag character"],
  [0xe0080, "unassigned character"],
  [0xe0100, "variation selector"],
  [0xe01ef, "variation selector"],
  [0xf0000, "private-use character"],
  [0x10fffd, "private-use character"],
  [0x10ffff, "noncharacter"],
];

describe("every class of hidden characters has a name", () => {
  it.each(NAMES.map(([codePoint, name]) => [spelled(codePoint), name, codePoint] as const))(
    "%s: %s",
    (code, name, codePoint) => {
      expect(hiddenCharacter(codePoint)).toMatchObject({ codePoint: code, name });
      expect(textOf(drawText(`a${String.fromCodePoint(codePoint)}b`))).toBe(`a⟨${code} ${name}⟩b`);
    },
  );

  it("deserves a warning, except for line breaks, tabs and angle brackets", () => {
    const ordinary = NAMES.filter(([codePoint]) => hiddenCharacter(codePoint)?.suspicious === false);
    expect([...new Set(ordinary.map(([, name]) => name))]).toEqual([
      "tab",
      "line feed",
      "carriage return",
      "angle bracket",
    ]);
  });

  it.each(Array.from("a~é߀中ッ한ابषไ🔑⟩»“—…\u0600\u06dd\u{110bd}\ufffd"))(
    "%s is drawn as it is",
    (character) => {
      expect(textOf(drawText(`a${character}b`))).toBe(`a${character}b`);
    },
  );
});

// The number signs of Arabic, Syriac and Kaithi are format characters, but visible.
const HIDDEN_BY_UNICODE =
  /(?![ \u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

const isHiddenByUnicode = (codePoint: number) => HIDDEN_BY_UNICODE.test(String.fromCodePoint(codePoint));

describe("the tables", () => {
  // An engine can be newer than the tables, never older.
  it("hold every character that is hidden in this engine's Unicode", () => {
    const isMissing = (codePoint: number) =>
      isHiddenByUnicode(codePoint) && hiddenCharacter(codePoint) === undefined;
    expect(ALL.filter(isMissing)).toEqual([]);
  });

  it("otherwise hold only characters that strike out, are blank, or imitate a marker", () => {
    const isExtra = (codePoint: number) =>
      hiddenCharacter(codePoint) !== undefined && !isHiddenByUnicode(codePoint) && !isUnassigned(codePoint);
    const between = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index);
    expect(ALL.filter(isExtra)).toEqual([
      ...between(0x334, 0x338),
      0x488,
      0x489,
      ...between(0x20d0, 0x20f0),
      0x2329,
      0x276c,
      0x2770,
      0x27e8,
      0x2800,
      0x29fc,
      0x3008,
      0x303f,
      ...between(0xa670, 0xa672),
      0xfffc,
      0x1107f,
      0x13440,
      0x16fe4,
      0x1d159,
    ]);
  });

  it("have as many unassigned characters as Unicode 15.0", () => {
    const NONCHARACTERS = 66;
    expect(ALL.filter(isUnassigned).length - NONCHARACTERS).toBe(825_279);
  });

  it.each([
    [0x377, false],
    [0x378, true],
    [0x379, true],
    [0x37a, false],
    // From Unicode 15.0, 15.1, 16 and 17.
    [0x1e4d0, false],
    [0x1f6dc, false],
    [0x323af, false],
    [0x323b0, true],
    [0x2ffc, true],
    [0x2ebf0, true],
    [0x1c89, true],
    [0x10d40, true],
    [0x20c1, true],
    [0x10ffff, true],
  ])("call $0 unassigned: $1", (codePoint, expected) => {
    expect(isUnassigned(codePoint)).toBe(expected);
  });
});
