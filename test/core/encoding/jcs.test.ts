import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8, utf8Text } from "../../../src/core/encoding/bytes.ts";
import { canonicalBytes, canonicalText, hashOfJson } from "../../../src/core/encoding/jcs.ts";
import { parseJson, parseJsonText, type JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";

/** For values that RFC 8785 allows but strict JSON does not. */
function loosely(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

describe("examples of RFC 8785", () => {
  it("section 3.2.2: a complete object", () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    const output = [
      "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333",
      "332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75",
      "303030665c6e4127425c225c5c5c5c5c222f227d",
    ].join("");
    expect(toHex(canonicalBytes(loosely(input)))).toBe(output);
  });

  it("section 3.2.3: names sorted by UTF-16 units", () => {
    const input = String.raw`{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    const value = expectOk(parseJsonText(input));
    expect(loosely(canonicalText(value))).toEqual(value);
    const order = [...canonicalText(value).matchAll(/:"([^"]*)"/g)].map(([, text]) => text);
    expect(order).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  const double = (hex: string): number => {
    const bytes = expectOk(fromHex(hex));
    return new DataView(bytes.buffer).getFloat64(0);
  };
  // Appendix B.
  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("appendix B: %s is %s", (hex, text) => {
    expect(canonicalText(double(hex))).toBe(text);
  });

  it.each(["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])(
    "appendix B: %s has no form",
    (hex) => {
      expect(() => canonicalText(double(hex))).toThrow(RangeError);
      expect(() => canonicalText({ a: [double(hex)] })).toThrow(RangeError);
    },
  );
});

describe("canonical text", () => {
  it.each([
    ["only what is needed", ' { "b" : [ 1 , { } , [ ] ] , "a" : "x" } ', '{"a":"x","b":[1,{},[]]}'],
    ["numbers in their shortest form", "[1.0,1e2,0.10,5e-324,1E-7,-1.50]", "[1,100,0.1,5e-324,1e-7,-1.5]"],
    // JavaScript objects list such names first, in numeric order.
    [
      "names that look like numbers",
      '{"b":1,"10":2,"9":3,"-1":4,"1":5}',
      '{"-1":4,"1":5,"10":2,"9":3,"b":1}',
    ],
    [
      "names as text, not as words",
      '{"péché":1,"peach":2,"pêche":3,"sin":4}',
      '{"peach":2,"péché":1,"pêche":3,"sin":4}',
    ],
    ["a name that is a prefix of another", '{"aa":1,"a":2,"":3}', '{"":3,"a":2,"aa":1}'],
    ["capitals before small letters", '{"a":1,"B":2,"A":3,"_":4}', '{"A":3,"B":2,"_":4,"a":1}'],
    ["a high unit before a higher character", '{"\uffee":1,"😀":2}', '{"😀":2,"\uffee":1}'],
    [
      "order at every depth",
      '[{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}]',
      '[{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}]',
    ],
    ["no normal form of characters", '["Å","A\u030a"]', '["Å","A\u030a"]'],
    [
      "two-letter escapes",
      String.raw`"\u0008\u0009\u000a\u000c\u000d\u0022\u005c"`,
      String.raw`"\b\t\n\f\r\"\\"`,
    ],
    ["small letters in other escapes", String.raw`"\u0000\u001F\u000B"`, String.raw`"\u0000\u001f\u000b"`],
    [
      "everything else as it is",
      String.raw`"\u007f\u0080\u2028\ufeff\/\ud83d\ude00"`,
      '"\u007f\u0080\u2028\ufeff/😀"',
    ],
    ["escapes in names", String.raw`{"\u0022":1,"\n":2}`, String.raw`{"\n":2,"\"":1}`],
    ["words", "[true,false,null]", "[true,false,null]"],
  ])("has %s", (_, input, output) => {
    const value = expectOk(parseJsonText(input));
    expect(canonicalText(value)).toBe(output);
    expect(canonicalize(value)).toBe(output);
    expect(utf8Text(canonicalBytes(value))).toBe(output);
  });

  it("does not exist for half of a surrogate pair", () => {
    expect(canonicalText({ "😀": "😀" })).toBe('{"😀":"😀"}');
    expect(() => canonicalText({ a: "\ud83d" })).toThrow(RangeError);
    expect(() => canonicalText({ "\ude00": 1 })).toThrow(RangeError);
  });

  it("is hashed as UTF-8", async () => {
    const digest = await crypto.subtle.digest("SHA-256", utf8('{"a":"é😀","b":1}'));
    expect(toHex(hashOfJson({ b: 1, a: "é😀" }))).toBe(toHex(new Uint8Array(digest)));
  });
});

const name = fc.string({ unit: "grapheme", maxLength: 5 }).filter((text) => text !== "__proto__");
// The same as fast-check's unit "binary", which takes two seconds to build.
const character = fc
  .nat(0x10ffff)
  .map((point) => String.fromCodePoint(point))
  .filter((text) => text.isWellFormed());
const number = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER);
const { value: anyValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    fc.oneof(name, fc.string({ unit: character, maxLength: 8 })),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.oneof(name, fc.nat(20).map(String)), tie("value"), { maxKeys: 6 }),
  ),
}));

describe("for every value", () => {
  it("another implementation gives the same text", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(canonicalText(value)).toBe(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it("parsing and encoding again gives the same bytes", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = canonicalBytes(value);
        expect(toHex(canonicalBytes(expectOk(parseJson(bytes))))).toBe(toHex(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("the order of names and white space do not matter", () => {
    const reversed = (value: JsonValue): JsonValue => {
      if (typeof value !== "object" || value === null) return value;
      if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reversed);
      return Object.fromEntries(
        Object.entries(value)
          .map(([key, member]) => [key, reversed(member)])
          .toReversed(),
      );
    };
    fc.assert(
      fc.property(anyValue, (value) => {
        const spaced = JSON.stringify(reversed(value), undefined, 2);
        expect(canonicalText(expectOk(parseJsonText(spaced)))).toBe(canonicalText(value));
      }),
    );
  });
});
