import { describe, expect, it } from "vitest";
import { concat, fromHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import {
  isJsonObject,
  parseJson,
  parseJsonObject,
  parseJsonText,
  PAYLOAD_LIMITS,
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MAX_DEPTH,
  PAYLOAD_MAX_NODES,
  pointer,
} from "../../../src/core/encoding/strict-json.ts";
import { expectOk, type JsonCode, type Result } from "../../../src/core/refusal.ts";

/** The code and pointer of a refusal, or "accepted". */
function outcome(result: Result<unknown>): string {
  return result.ok ? "accepted" : `${result.refusal.code} at ${JSON.stringify(result.refusal.at)}`;
}

function refused(code: JsonCode, at: string): string {
  return `${code} at ${JSON.stringify(at)}`;
}

function hexBytes(hex: string): Uint8Array {
  return expectOk(fromHex(hex.replaceAll(" ", "")));
}

describe("accepted with the same value as JSON.parse", () => {
  it.each([
    '{"a":1,"b":[true,false,null,"x"],"c":{}}',
    ' \t\r\n{ "a" : [ ] , "b" : [ 1 , 2 ] } \n',
    '{"":0," ":1,"a/b":2,"~":3}',
    String.raw`"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude02\u0000"`,
    '"é€😀\u007f\u0080\u2028\u2029\ufeff\uffff"',
    '{"toString":1,"valueOf":2,"hasOwnProperty":3,"__Proto__":4,"proto":5,"length":6}',
    '{"10":1,"9":2,"1":3}',
    '{"é":1,"e\u0301":2}',
    "null",
    "true",
    "false",
    '""',
    "[]",
    "{}",
    "[[[[[]]]]]",
  ])("%j", (text) => {
    expect(parseJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    ["0", 0],
    ["1", 1],
    ["-1", -1],
    ["1.0", 1],
    ["1.50", 1.5],
    ["1e2", 100],
    ["1E+2", 100],
    ["100e-2", 1],
    ["0.1", 0.1],
    ["0e5", 0],
    ["0.000", 0],
    ["0E-400", 0],
    ["5e-324", 5e-324],
    ["2.2250738585072014e-308", 2.2250738585072014e-308],
    ["333333333.3333333", 333333333.3333333],
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740991.000", 9007199254740991],
    ["90071992547409.91e2", 9007199254740991],
    ["4503599627370495.5", 4503599627370495.5],
    [`1${"0".repeat(3000)}e-3000`, 1],
    [`0.${"0".repeat(3000)}25e3001`, 2.5],
    [`0e${"9".repeat(3000)}`, 0],
    [`1e${"0".repeat(3000)}2`, 100],
  ])("the number %s", (token, value) => {
    expect(parseJsonText(token)).toEqual({ ok: true, value });
  });
});

const refusals: readonly [what: string, text: string, code: JsonCode, at: string][] = [
  ["the same name twice", '{"a":1,"a":1}', "json_duplicate_name", "/a"],
  ["the same name after unescaping", String.raw`{"a":1,"\u0061":2}`, "json_duplicate_name", "/a"],
  ["the same pair, raw and escaped", String.raw`{"😂":1,"\ud83d\uDE02":2}`, "json_duplicate_name", "/😂"],
  ["an empty name twice", '{"":1,"":2}', "json_duplicate_name", "/"],
  ["the same name twice, nested", '{"x":[0,{"y":{"b":1,"c":2,"b":3}}]}', "json_duplicate_name", "/x/1/y/b"],
  ["a name that a pointer escapes", '{"a/b~c":{"d":1,"d":2}}', "json_duplicate_name", "/a~1b~0c/d"],
  ["an inherited name twice", '{"toString":1,"toString":2}', "json_duplicate_name", "/toString"],
  ["__proto__", '{"__proto__":1}', "json_forbidden_name", "/__proto__"],
  ["constructor", '{"constructor":1}', "json_forbidden_name", "/constructor"],
  ["prototype, nested", '[{"a":{"prototype":null}}]', "json_forbidden_name", "/0/a/prototype"],
  ["__proto__, escaped", String.raw`{"\u005f_proto__":{}}`, "json_forbidden_name", "/__proto__"],
  ["a lone high surrogate", String.raw`{"a":"\ud83d"}`, "json_lone_surrogate", "/a"],
  ["a lone low surrogate", String.raw`{"a":"x\ude02y"}`, "json_lone_surrogate", "/a"],
  ["a pair the wrong way round", String.raw`["","\ude02\ud83d"]`, "json_lone_surrogate", "/1"],
  ["two highs and a low", String.raw`"\ud83d\ud83d\ude02"`, "json_lone_surrogate", ""],
  ["half a pair in a name", String.raw`{"b":{"\ud83d":1}}`, "json_lone_surrogate", "/b"],
  ["2^53 + 1", "9007199254740993", "json_number_inexact", ""],
  ["digits beyond a double", "[0,0.1000000000000000055]", "json_number_inexact", "/1"],
  ["the exact value of the double 0.1", `0.1${"0".repeat(16)}55511151231257827`, "json_number_inexact", ""],
  ["a second decimal for the smallest double", "4e-324", "json_number_inexact", ""],
  ["an overflow", '{"a":1e400}', "json_number_inexact", "/a"],
  ["a negative overflow", "-1e400", "json_number_inexact", ""],
  ["an underflow", '{"a":1e-400}', "json_number_inexact", "/a"],
  ["a negative underflow", "-1e-400", "json_number_inexact", ""],
  ["a very long exponent", `1e${"9".repeat(3000)}`, "json_number_inexact", ""],
  ["a very long negative exponent", `1e-${"9".repeat(3000)}`, "json_number_inexact", ""],
  ["very many digits", `0.${"3".repeat(3000)}`, "json_number_inexact", ""],
  ["very many zeros and a one", `0.1${"0".repeat(60000)}1`, "json_number_inexact", ""],
  ["2^53", "9007199254740992", "json_number_out_of_range", ""],
  ["-2^53", '{"a":[-9007199254740992]}', "json_number_out_of_range", "/a/0"],
  ["a large power of ten", "1e21", "json_number_out_of_range", ""],
  ["the largest double", "1.7976931348623157e308", "json_number_out_of_range", ""],
  ["negative zero", '{"a":-0}', "json_number_negative_zero", "/a"],
  ["negative zero with a fraction", "-0.0", "json_number_negative_zero", ""],
  ["negative zero with an exponent", "-0e5", "json_number_negative_zero", ""],
];

describe("refused although JSON.parse accepts it", () => {
  it.each(refusals)("%s", (_, text, code, at) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(outcome(parseJsonText(text))).toBe(refused(code, at));
    expect(outcome(parseJson(utf8(text)))).toBe(refused(code, at));
  });
});

const notJson: readonly [what: string, text: string, at?: string][] = [
  ["nothing", ""],
  ["only space", " \n"],
  ["a trailing comma in an object", '{"a":1,}'],
  ["a trailing comma in a list", "[1,]", "/1"],
  ["a leading comma", "[,1]", "/0"],
  ["two commas", '{"a":1,,"b":2}'],
  ["a missing comma", '{"a":[1 2]}', "/a"],
  ["a missing colon", '{"a" 1}', "/a"],
  ["an equals sign", '{"a"=1}', "/a"],
  ["a missing value", '{"a":}', "/a"],
  ["a bare name", "{a:1}"],
  ["a number as name", "{1:1}"],
  ["single quotes", "{'a':1}"],
  ["a line comment", '{"a":1} // no'],
  ["a block comment", '{/* no */"a":1}'],
  ["NaN", '{"a":NaN}', "/a"],
  ["Infinity", "Infinity"],
  ["minus Infinity", "-Infinity"],
  ["undefined", "undefined"],
  ["True", "True"],
  ["a truncated word", "[nul]", "/0"],
  ["a word too long", "[nulll]"],
  ["a leading zero", "[01]"],
  ["two zeros", "00"],
  ["a leading plus", "+1"],
  ["a bare minus", "-"],
  ["no digit before the point", ".5"],
  ["no digit after the point", "1."],
  ["no digit in the exponent", "1e"],
  ["a sign alone in the exponent", "1e+"],
  ["a hexadecimal number", "0x10"],
  ["a digit separator", "1_000"],
  ["a full-width digit", "１"],
  ["two values", "1 2"],
  ["trailing garbage", '{"a":1}x'],
  ["a trailing nul", '{"a":1}\0'],
  ["an extra closing brace", "{}}"],
  ["an open object", '{"a":1'],
  ["an open list", "[1"],
  ["the wrong closing bracket", '{"a":[1}', "/a"],
  ["an open string", '"abc'],
  ["a backslash at the end", String.raw`"abc\"`],
  ["a raw line end in a string", '{"a":"x\ny"}', "/a"],
  ["a raw tab in a name", '{"a\tb":1}'],
  ["a raw nul in a string", '"\0"'],
  ["a raw U+001F in a string", '"\u001f"'],
  ["an unknown escape", String.raw`"\x41"`],
  ["an escaped quote of the other kind", String.raw`"\'"`],
  ["an escape named like an inherited property", String.raw`"\constructor"`],
  ["a capital U", String.raw`"\U0041"`],
  ["three hexadecimal digits", String.raw`"\u004"`],
  ["a letter among the hexadecimal digits", String.raw`"\u00g1"`],
  ["a no-break space between values", "[1,\u00a02]", "/1"],
  ["a form feed between values", "[1,\f2]", "/1"],
  ["a line separator between values", "\u20281"],
  // Each shares two of its three bytes with a byte order mark.
  ["U+3EFF before a value", "\u3eff1"],
  ["U+FFBF before a value", "\uffbf1"],
  ["U+FEFE before a value", "\ufefe1"],
];

describe("refused by JSON.parse as well", () => {
  it.each(notJson)("%s", (_, text, at = "") => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(outcome(parseJsonText(text))).toBe(refused("json_syntax", at));
  });
});

describe("refused because of its bytes", () => {
  it.each([
    ["a byte order mark", "efbbbf 7b7d", "json_byte_order_mark"],
    ["the byte order mark of UTF-16", "feff 007b 007d", "json_invalid_utf8"],
    ["a surrogate written as three bytes", "22 eda0bd 22", "json_invalid_utf8"],
    ["a whole pair written as six bytes", "22 eda0bdedb882 22", "json_invalid_utf8"],
    ["a long form", "22 c0a2 22", "json_invalid_utf8"],
    ["a cut character", "22 e282 22", "json_invalid_utf8"],
    ["a byte of Latin 1", "22 e9 22", "json_invalid_utf8"],
  ] as const)("%s", (_, hex, code) => {
    expect(outcome(parseJson(hexBytes("227b7d22")))).toBe("accepted");
    expect(outcome(parseJson(hexBytes(hex)))).toBe(refused(code, ""));
  });

  it("a byte order mark after the start is an ordinary character", () => {
    expect(parseJson(concat(utf8('"'), hexBytes("efbbbf"), utf8('"')))).toEqual({
      ok: true,
      value: "\ufeff",
    });
  });

  it("a text that has no UTF-8 encoding", () => {
    expect(outcome(parseJsonText('{"a":"\ud83d\ude02"}'))).toBe("accepted");
    expect(outcome(parseJsonText('{"a":"\ud83d"}'))).toBe(refused("json_lone_surrogate", ""));
  });
});

function nested(levels: number, open: string, close: string): string {
  return open.repeat(levels) + close.repeat(levels);
}

function listOf(count: number): string {
  return `[${"0,".repeat(count - 1)}0]`;
}

describe("limits", () => {
  const lists = (levels: number): string => nested(levels, "[", "]");
  const objects = (levels: number): string => nested(levels, '{"a":', "}").replace("}", "0}");
  const padded = (bytes: number): string => `{"a":"${"x".repeat(bytes - 8)}"}`;
  const wide = (bytes: number): string => `{"a":"${"é".repeat((bytes - 8) / 2)}"}`;

  it.each([
    [`${PAYLOAD_MAX_DEPTH} lists`, lists(32), lists(33), refused("json_too_deep", "/0".repeat(32))],
    [`${PAYLOAD_MAX_DEPTH} objects`, objects(32), objects(33), refused("json_too_deep", "/a".repeat(32))],
    // The list itself counts as a value.
    [`${PAYLOAD_MAX_NODES} values`, listOf(9_999), listOf(10_000), refused("json_too_many_nodes", "/9999")],
    [`${PAYLOAD_MAX_BYTES} bytes`, padded(65_536), padded(65_537), refused("json_too_large", "")],
    ["bytes, not characters", wide(65_536), wide(65_538), refused("json_too_large", "")],
    [
      "bytes with the space around",
      `${" ".repeat(65_534)}{}`,
      `${" ".repeat(65_535)}{}`,
      refused("json_too_large", ""),
    ],
  ])("%s and no more", (_, within, beyond, expected) => {
    expect(outcome(parseJsonText(within))).toBe("accepted");
    expect(outcome(parseJsonText(beyond))).toBe(expected);
  });

  it("keep a deep text from overflowing the stack", () => {
    const limits = { ...PAYLOAD_LIMITS, maxBytes: 10_000_000 };
    for (const text of ["[".repeat(5_000_000), '{"a":'.repeat(1_000_000)]) {
      expect(outcome(parseJsonText(text, limits))).toMatch(/^json_too_deep/);
    }
  });

  it("can be set by the caller", () => {
    const limits = { maxBytes: 20, maxDepth: 2, maxNodes: 3 };
    expect(outcome(parseJsonText("[[1]]", limits))).toBe("accepted");
    expect(outcome(parseJsonText("[[[]]]", limits))).toBe(refused("json_too_deep", "/0/0"));
    expect(outcome(parseJsonText("[1,2,3]", limits))).toBe(refused("json_too_many_nodes", "/2"));
    expect(outcome(parseJsonText("[111111111,22222222222]", limits))).toBe(refused("json_too_large", ""));
  });
});

describe("time", () => {
  // A search for trailing zeros with /0+$/ takes a quarter of an hour for this.
  it("grows linearly with the text, not quadratically", () => {
    const zeros = "0".repeat(2_000_000);
    const limits = { ...PAYLOAD_LIMITS, maxBytes: 10_000_000 };
    for (const token of [`0.1${zeros}1`, `1${zeros}1`, `0.${zeros}1`, `1e${zeros}1`, `1e-${zeros}1.`]) {
      expect(outcome(parseJsonText(`[${token}]`, limits))).not.toBe("");
    }
    const strings = [String.raw`\u0041`.repeat(500_000), String.raw`\\`.repeat(1_000_000)];
    for (const string of strings) expect(outcome(parseJsonText(`"${string}"`, limits))).toBe("accepted");
  });
});

describe("a payload", () => {
  it.each(["[]", "null", '"{}"', "1", "true"])("is an object, not %s", (text) => {
    expect(outcome(parseJsonObject(utf8("{}")))).toBe("accepted");
    expect(outcome(parseJsonObject(utf8(text)))).toBe(refused("json_not_an_object", ""));
  });

  it("reports errors of its text first", () => {
    expect(outcome(parseJsonObject(utf8("[1,]")))).toBe(refused("json_syntax", "/1"));
  });

  it("has only its own names, none of a prototype", () => {
    const value = expectOk(parseJsonObject(utf8('{"a":{"b":1}}')));
    expect(Object.keys(value)).toEqual(["a"]);
    expect([isJsonObject(value), isJsonObject([]), isJsonObject(null), isJsonObject(undefined)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it.each([
    [[], ""],
    [["a", 0, "b"], "/a/0/b"],
    [["", "~", "/", "~1"], "//~0/~1/~01"],
  ])("has JSON Pointers: %j", (path, expected) => {
    expect(pointer(path)).toBe(expected);
  });
});
