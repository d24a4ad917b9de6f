import { describe, expect, it } from "vitest";
import { PROBLEM_TEXTS } from "../../src/http/site/problems/problem-texts.ts";
import { sourceFiles } from "../conventions/source-tree.ts";

// The examples of problems have the words of the product: a changed message must not leave an old example.

const LITERAL = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g;

/** What the code fills in. */
const FILLED_IN = /\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/;
const SPECIAL = /[$()*+.?[\\\]^{|}]/g;

interface Pattern {
  readonly pattern: RegExp;
  /** How much of it the code does not fill in. */
  readonly fixed: number;
}

/** Every text of the code besides the examples themselves, with anything for what it fills in. */
function patterns(): readonly Pattern[] {
  const literals = sourceFiles("src")
    .filter(({ path }) => !path.startsWith("src/http/site/problems/"))
    .flatMap(({ code }) => [...code.matchAll(LITERAL)].map(([, ...texts]) => texts.find(Boolean) ?? ""));
  return [...new Set(literals)]
    .filter((text) => text.includes(" "))
    .map((text) => text.split(FILLED_IN).map((part) => part.replace(SPECIAL, String.raw`\$&`)))
    .map((parts) => ({ pattern: new RegExp(`^${parts.join("[^]+")}$`), fixed: parts.join("").length }));
}

const known = patterns();

/** Whether the code has these words, a third of them as they are, or each of the parts that it joins with a semicolon. */
function isKnown(text: string): boolean {
  const has = (part: string) =>
    known.some(({ pattern, fixed }) => 3 * fixed >= part.length && pattern.test(part));
  return has(text) || (text.includes("; ") && text.split("; ").every(has));
}

describe("the example of", () => {
  it.each(Object.entries(PROBLEM_TEXTS))("%s has words of the product", (_code, { example }) => {
    const { detail } = example;
    // The path of a field comes before the words.
    const words = detail?.replace(/^\/\w+ /, "");
    expect([words, words === undefined || isKnown(words)]).toEqual([words, true]);
  });

  it.each([
    ["words that the product never had", "this request is purple; paint it"],
    ["a message that was changed", "the request has expired now"],
  ])("would be found to have %s", (_what, detail) => expect(isKnown(detail)).toBe(false));
});
