import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { checkExpression } from "../../../src/core/rules/expression.ts";
import { requestFacts } from "../../../src/core/rules/request-facts.ts";
import { evaluate, SOURCE } from "../../support/rules/evaluated.ts";

describe("number()", () => {
  const texts: readonly [text: string, isRead: boolean][] = [
    ["10000.01", true],
    ["0010000.010", true],
    ["9007199254740991", true],
    ["9007199254740993", false],
    ["10000.00000000000000000001", false],
    ["99999999999999999999", false],
    ["-5", true],
    ["", false],
    [" 5", false],
    ["5\n", false],
    ["1e5", false],
    ["0x10", false],
    ["10,000.00", false],
    ["10.000,00", false],
    ["nan", false],
    ["Infinity", false],
    ["٣", false],
    ["9".repeat(60_000), false],
  ];
  it.each(texts)("of the text %j is a number: %s", (text, isRead) =>
    expect(typeof evaluate("number(payload.a) != 0.5", { a: text })).toBe(isRead ? "boolean" : "string"),
  );
});

describe("lower()", () => {
  const texts: readonly [text: string, lower: string][] = [
    ["DROP", "drop"],
    ["ÄB", "Äb"],
    // The Kelvin sign, whose small letter is k for Unicode.
    ["\u212aEY", "\u212aey"],
    ["İI", "İi"],
    ["", ""],
  ];
  it.each(texts)("makes %j to %j: A to Z only", (a, b) =>
    expect(evaluate("lower(payload.a) == payload.b", { a, b })).toBe(true),
  );
});

describe("a name in hostile content", () => {
  const NAMES = [
    "toString",
    "valueOf",
    "hasOwnProperty",
    "entries",
    "size",
    "get",
    "length",
    "__defineGetter__",
  ];
  it.each(NAMES)("%s leads to nothing of JavaScript's", (name) => {
    expect(evaluate(`has(payload.${name})`)).toBe(false);
    expect(evaluate(`'${name}' in payload`)).toBe(false);
    expect(evaluate(`payload.${name} == 1`)).toMatch(/No such key/);
    expect(evaluate(`payload['${name}'] == 1`)).toMatch(/No such key/);
    expect(evaluate(`payload.tags['${name}'] == 1`)).toMatch(/No such key/);
    expect(evaluate(`payload.text.${name} == 1`)).toMatch(/No such key/);
    expect(evaluate("payload.one == payload.other", { one: { [name]: null }, other: { a: null } })).toBe(
      false,
    );
  });
  it.each(NAMES)("%s is a member like any other", (name) => {
    const payload = { [name]: { [name]: 7 }, list: [{ [name]: 7 }] };
    expect(evaluate(`payload.${name}.${name} == 7`, payload)).toBe(true);
    expect(evaluate(`payload.list.all(i, i.${name} == 7)`, payload)).toBe(true);
    expect(evaluate(`size(payload.${name}) == 1`, payload)).toBe(true);
  });
  it("leads to nothing either if it is one that strict JSON refuses", () => {
    for (const name of ["constructor", "__proto__", "prototype"])
      expect(String(evaluate(`payload['${name}'] == 1`))).toMatch(/No such key/);
  });
  it("may be the item of a loop", () =>
    expect(evaluate("payload.tags.exists(constructor, constructor == 'y')")).toBe(true));
});

it("content adds no type to those that the package keeps for good", () => {
  const { run } = expectOk(checkExpression("payload.a + 1 == 2"));
  const summaryOf = (a: JsonValue): unknown => {
    try {
      return run(requestFacts(SOURCE, { a }));
    } catch (problem) {
      return (problem as { readonly summary?: string }).summary;
    }
  };
  for (const a of [{}, { b: 1 }, { b: [{ c: [[]] }] }, { b: { c: { d: "x" } } }])
    expect(summaryOf(a)).toBe("no such overload: dyn<map<dyn, dyn>> + int");
});
