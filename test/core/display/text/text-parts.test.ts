import { describe, expect, it } from "vitest";
import { drawText, exactText } from "../../../../src/core/display/text/segments.ts";
import { isLongText, textParts, type Row } from "../../../../src/core/display/text/text-parts.ts";

const partsOf = (text: string, isDiff = false) => textParts(drawText(text), isDiff);
const textsOf = (parts: readonly (readonly Row[])[]) =>
  parts.map((rows) => rows.map(({ segments }) => exactText(segments)));
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`).join("\n");

describe("a long text", () => {
  it.each([
    ["a word", false],
    ["x".repeat(432), false],
    ["x".repeat(433), true],
    ["中".repeat(217), true],
    ["a\nb", true],
  ])("%.20s… is long: %s", (text, expected) => expect(isLongText(drawText(text))).toBe(expected));

  it.each([
    [lines(12), [12], ""],
    // The fold would be as high as what it hides.
    [lines(15), [12, 3], ""],
    [lines(200), [12], "188 more lines"],
    ["x".repeat(1_296), [1, 1, 1], ""],
    ["x".repeat(40_000), [1, 1, 1], "38,704 more characters"],
    [`${"x".repeat(3_000)}\nend`, [1, 1, 1], "1 more line"],
  ])("%.10s… shows parts and folds the rest", (text, shown, rest) => {
    const parts = partsOf(text);
    expect(parts.shown.map((rows) => rows.length)).toEqual(shown);
    expect(parts.folded.length === 0 ? "" : parts.rest).toBe(rest);
  });

  it("is cut after a word, and never between a letter and its accents", () => {
    const words = `${"word ".repeat(90)}end`;
    expect(textsOf(partsOf(words).shown)[0]?.[0]).toBe("word ".repeat(86));
    const accents = "e\u0301".repeat(300);
    expect(textsOf(partsOf(accents).shown).flat()).not.toContainEqual(expect.stringMatching(/^\u0301/));
    const emoji = "👩\u200d💻".repeat(100);
    expect(textsOf(partsOf(emoji).shown).flat()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:👩\u200d💻)+$/)]),
    );
  });

  it.each([
    ["a\nb", false],
    ["a\r\nb", true],
    ["a\r\nb\n", false],
    ["a\r\nb\r", true],
  ])("%j has Windows line ends: %s", (text, expected) => expect(partsOf(text).isWindows).toBe(expected));

  it("that is a diff has a tone for each line", () => {
    const diff = "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same\n--- c\n+++ d\n--- removed dashes";
    expect(
      partsOf(diff, true)
        .shown.flat()
        .map(({ tone }) => tone),
    ).toEqual(["head", "head", "place", "removed", "added", "", "head", "head", "removed"]);
  });
});
