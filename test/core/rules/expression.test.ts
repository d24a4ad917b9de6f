import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { checkExpression } from "../../../src/core/rules/expression.ts";
import { EXPRESSION_MAX_CHARACTERS } from "../../../src/core/rules/rules-document.ts";
import { evaluate } from "../../support/rules/evaluated.ts";

describe("an expression", () => {
  const results: readonly [text: string, result: unknown][] = [
    ["payload.amount > 10", true],
    ["payload.amount > 41.5 && payload.amount < 42.5", true],
    ["payload.amount == 42", true],
    ["payload.amount in [1, 42]", true],
    ["payload.amount + 1.0 > 42.5", true],
    ["payload.amount * 2.0 == 84.0", true],
    ["-payload.amount < 0", true],
    ["payload.amount == '42'", false],
    ["payload['amount'] == 42", true],
    ["payload.nothing == null", true],
    ["payload.flag", true],
    ["!payload.flag", false],
    ["payload.flag ? payload.amount > 100 : true", false],
    ["number(payload.text) > 4199.99", true],
    ["number(payload.text) > 4200", false],
    ["number(payload.amount) == 42.0", true],
    ["lower(payload.command).startsWith('drop')", true],
    ["payload.command.endsWith('table') && payload.command.contains('P t')", true],
    ["payload.command.contains('drop')", false],
    ["payload.text < '5'", true],
    ["'x' in payload.tags", true],
    ["'z' in payload.tags", false],
    ["'amount' in payload", true],
    ["payload.tags == ['x', 'y']", true],
    ["size(payload.tags) == 2 && payload.command.size() == 10", true],
    ["payload.items[1].price == 2", true],
    ["payload.items.exists(i, i.price > 1)", true],
    ["payload.items.all(i, i.price > 1)", false],
    ["payload.items.exists_one(i, i.price == 1)", true],
    ["payload.items.filter(i, i.price > 1).size() == 1", true],
    ["payload.items.filter(i, i.price > 0).all(i, i.price < 3)", true],
    ["payload.none.exists(i, i.price > 1)", false],
    ["has(payload.amount)", true],
    ["has(payload.missing)", false],
    ["payload.missing > 1 || true", true],
    ["payload.missing > 1 && false", false],
    ["action == 'Wire transfer' && tool == ''", true],
    ["project.mode == 'live' && project.name == 'Payments' && project.id == 'prj'", true],
    ["requester.kind == 'key' && requester.name == 'Bookkeeping' && requester.person == ''", true],
    ["time.year == 2026 && time.month == 11 && time.day == 29", true],
    ["time.weekday == 7 && time.hour == 22 && time.minute == 5", true],
    ["time.hour >= 22 || time.hour < 6", true],
  ];
  it.each(results)("%s", (text, result) => expect(evaluate(text)).toBe(result));

  const errors: readonly [text: string, reason: RegExp][] = [
    ["payload.missing > 1", /^error: No such key: missing$/],
    ["has(payload.missing.deeper)", /No such key/],
    ["payload.text > 10.0", /^error: can't compute string > double$/],
    ["payload.amount > '1'", /can't compute double > string/],
    ["payload.nothing > 1", /can't compute null > int/],
    ["payload.amount + 1 > 2", /write 1\.0 instead of 1/],
    ["payload.items + 1 == 2", /^error: can't compute list \+ int$/],
    ["payload.names > payload.tags", /^error: can't compute map > list$/],
    ["payload.amount % 2 == 0", /can't compute double % int/],
    ["number(payload.command) > 1", /number\(\) needs/],
    ["number(payload.nothing) > 1", /number\(\) needs/],
    ["number(payload.flag) > 1", /number\(\) needs/],
    ["payload.tags.contains('x')", /no matching overload/],
    ["payload.tags[2] == 'x'", /out of bounds/],
    ["payload.items.all(i, i.missing > 1)", /No such key: missing/],
    ["payload.text.all(i, i == 'x')", /range of a comprehension/],
    ["payload.missing || false", /No such key/],
    ["9223372036854775807 + time.hour > 0", /overflow/],
  ];
  it.each(errors)("%s can't be judged", (text, reason) => expect(evaluate(text)).toMatch(reason));

  const refused: readonly [what: string, text: string, detail: RegExp][] = [
    ["a regular expression", "payload.text.matches('^(a+)+$')", /uses matches\(\).*\(character 1\)$/],
    ["a time zone", "timestamp('2026-01-01T00:00:00Z').getHours('Europe/Berlin') > 1", /uses getHours/],
    [
      "a text read as a time",
      "timestamp(payload.text) > timestamp('2026-01-01T00:00:00Z')",
      /uses timestamp/,
    ],
    ["a duration", "duration('1h') > duration('2h')", /uses duration/],
    [
      "a loop in a loop",
      "payload.tags.all(a, payload.tags.all(b, a == b))",
      /inside another \(character 21\)/,
    ],
    ["a loop that maps", "payload.tags.map(a, a) == payload.tags", /uses map\(\)/],
    ["a bound variable, which could double a text often", "cel.bind(x, payload.text, x == x)", /bind/],
    ["the package's own constants", "cel == cel", /names "cel"/],
    ["the name of a type", "payload.amount == int", /names "int"/],
    ["a variable that there is not", "amount > 1", /names "amount"; there are action, payload/],
    ["a field that there is not", "time.hours > 1", /names "time.hours"; there are year/],
    ["a loop over a variable's name", "payload.tags.all(time, time == 'x')", /item is named "time"/],
    ["a loop without an item", "payload.tags.all(1, true)", /invalid predicate|of the form/],
    ["a division", "payload.amount / payload.amount > 1.0", /divides/],
    ["too many products", `payload.a${" * 2.0".repeat(9)} > 1.0`, /more than 8 products/],
    ["a number that is not exact", "payload.amount * 1e300 > 1.0", /beyond 2\^53/],
    ["an infinite number", "payload.amount > 1e400", /Invalid number/],
    ["a map", "{'a': 1} == payload.empty", /do not use: map/],
    ["a computed list", "payload.amount in [payload.amount]", /list of something else/],
    ["a list of two types", "payload.amount in [1, 'a']", /same type/],
    ["a long list", `payload.amount in [${"1,".repeat(101)}1]`, /maxListElements/],
    ["bytes", "b'a' == b'a'", /bytes/],
    ["an unsigned number", "payload.amount > 1u", /unsigned/],
    ["an optional access", "payload.?amount == 1", /Expected IDENTIFIER/],
    ["a text as a result", "'text'", /gives string/],
    ["a number as a result", "payload.amount + 1", /gives int/],
    ["types that can't be compared", "time.hour == 'ten'", /can't compute int == string/],
    ["a conversion that reads nan", "double(payload.text) > 1.0", /uses double/],
    ["half an expression", "payload.amount >", /Unexpected token: EOF/],
    ["nothing", "", /Unexpected token: EOF/],
    ["deep parentheses", `${"(".repeat(30)}true${")".repeat(30)}`, /maxDepth/],
    ["many parts", `true${"||true".repeat(160)}`, /maxAstNodes/],
    ["a long text", "true".padEnd(EXPRESSION_MAX_CHARACTERS + 1), /more than 1000 characters/],
    ["1 MB", "x".repeat(1_000_000), /more than 1000 characters/],
  ];
  it.each(refused)("is refused with %s", (_, text, detail) => {
    const checked = checkExpression(text);
    expect(checked).toMatchObject({ ok: false, refusal: { code: "rules_invalid" } });
    expect(checked.ok ? "" : checked.refusal.detail).toMatch(detail);
  });

  it("may have as many characters as the limit says", () =>
    expect(checkExpression("true".padEnd(EXPRESSION_MAX_CHARACTERS)).ok).toBe(true));
});

describe("a result", () => {
  const texts = [
    "payload.a == payload.b",
    "payload.a in payload.b",
    "payload.a < payload.b",
    "payload.a + payload.b == payload.a",
    "payload.b.exists(x, x == payload.a)",
    "payload.b.filter(x, x != payload.a).size() > 1",
    "payload.a.size() > 1 || payload.b",
    "lower(payload.a).contains(payload.b)",
    "number(payload.a) - number(payload.b) > 0.0",
    "-payload.a > 1 ? payload.b : !payload.a",
  ];
  const value = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonObject>;

  it("does not depend on what was evaluated before", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(value, value), { minLength: 2 }),
        (text, pairs) => {
          const all = pairs.map(([a, b]) => ({ a, b }));
          const first = all.map((payload) => evaluate(text, payload));
          // Spaces make it another expression, so that it is parsed again.
          const again = all.toReversed().map((payload) => evaluate(` ${text} `, payload));
          expect(again.toReversed()).toEqual(first);
        },
      ),
      { numRuns: 200 },
    );
  });
  it("does not depend on the order in which members were sent", () => {
    for (const o of [
      { b: 1, a: 2, 10: 3 },
      { 10: 3, a: 2, b: 1 },
    ])
      expect(evaluate("payload.o.filter(k, true) == ['10', 'a', 'b']", { o })).toBe(true);
  });
});
