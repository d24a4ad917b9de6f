import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson, parseJsonText } from "../../../src/core/encoding/strict-json.ts";
import type { Result } from "../../../src/core/refusal.ts";

function codeOf(result: Result<unknown>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

/** The result of JSON.parse, in a form that can be compared. */
function native(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** The result of the strict parser. It may be stricter than JSON.parse, but never looser or different. */
function compared(text: string): readonly [ours: unknown, theirs: unknown] {
  const ours = parseJsonText(text);
  const theirs = native(text);
  if (ours.ok) return [{ value: ours.value }, theirs];
  return ours.refusal.code === "json_syntax" ? [undefined, theirs] : [undefined, undefined];
}

/** The exact value of a decimal, as digits and a power of ten. */
function exactly(numeral: string): { readonly digits: bigint; readonly power: number } {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(numeral) ?? [];
  return { digits: BigInt(`${sign}${whole}${fraction}`), power: Number(exponent) - fraction.length };
}

function sameValue(left: string, right: string): boolean {
  const [first, second] = [exactly(left), exactly(right)];
  const least = Math.min(first.power, second.power);
  const scaled = ({ digits, power }: typeof first): bigint => digits * 10n ** BigInt(power - least);
  return scaled(first) === scaled(second);
}

const name = fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => text !== "__proto__");
const safeNumber = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((number) => Math.abs(number) <= Number.MAX_SAFE_INTEGER && !Object.is(number, -0));
const { value: strictValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    safeNumber,
    name,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(name, tie("value"), { maxKeys: 5 }),
  ),
}));

describe("strict JSON", () => {
  it("every strict value is parsed exactly, with any white space", () => {
    fc.assert(
      fc.property(strictValue, fc.constantFrom("", " ", "\t", "\n  "), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(parseJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it("refuses what JSON.parse refuses, and otherwise gives the same value", () => {
    const character = '{}[],:"\\/u0123456789abcdefE+-. \n\0tn'.split("");
    const token = fc.constantFrom(...character, "null", "true", '"a"', '"b":', "\\u00", "1.5e3");
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const [ours, theirs] = compared(tokens.join(""));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 3_000 },
    );
  });

  it("agrees with JSON.parse after one changed character", () => {
    const character = fc.constantFrom(...'{}[],:"\\u0e.- \n'.split(""), "");
    fc.assert(
      fc.property(fc.json(), fc.nat(), character, (json, place, instead) => {
        const at = place % (json.length + 1);
        const [ours, theirs] = compared(json.slice(0, at) + instead + json.slice(at + 1));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 2_000 },
    );
  });

  it("compares names after unescaping to find duplicates", () => {
    const spelling = fc
      .tuple(fc.constantFrom("a", "b", "ab", "é", "\n", "/"), fc.boolean())
      .map(([text, escape]) => ({
        text,
        spelled: escape
          ? text
              .split("")
              .map((letter) => String.raw`\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)
              .join("")
          : JSON.stringify(text).slice(1, -1),
      }));
    fc.assert(
      fc.property(fc.array(spelling, { maxLength: 4 }), (names) => {
        const text = `{${names.map(({ spelled }, index) => `"${spelled}":${index}`).join(",")}}`;
        const twice = new Set(names.map((entry) => entry.text)).size < names.length;
        expect(codeOf(parseJsonText(text))).toBe(twice ? "json_duplicate_name" : "accepted");
      }),
    );
  });

  it("accepts a number exactly if its decimal value is the double's shortest and within 2^53 - 1", () => {
    const digits = fc.string({
      unit: fc.constantFrom(..."0123456789".split("")),
      minLength: 1,
      maxLength: 19,
    });
    const whole = digits.map((text) => text.replace(/^0+(?=.)/, ""));
    const numeral = fc
      .tuple(fc.constantFrom("", "-"), whole, fc.option(digits), fc.option(fc.integer({ min: -30, max: 30 })))
      .map(
        ([sign, integer, fraction, exponent]) =>
          `${sign}${integer}${fraction === null ? "" : `.${fraction}`}${exponent === null ? "" : `e${exponent}`}`,
      );
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
    fc.assert(
      fc.property(fc.oneof(numeral, doubles, safeNumber.map(String)), (text) => {
        const value = Number(text);
        const strict =
          sameValue(text, String(value)) &&
          Math.abs(value) <= Number.MAX_SAFE_INTEGER &&
          !Object.is(value, -0);
        expect(parseJsonText(text).ok).toBe(strict);
      }),
      { numRuns: 3_000 },
    );
  });

  it("never throws, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(codeOf(parseJson(bytes))).toMatch(/^(accepted|json_[a-z0-9_]+)$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
