import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { writtenOrder } from "../../../src/core/confirmation/member-order.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import { parseJsonObject, type JsonObject, type JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";

// Payloads as they arrive, with their canonical form and hash, or the refusal.

/** Pieces of text with how often each is repeated, since the limits are far out. */
type Pieces = readonly (readonly [text: string, times: number])[];

const PAYMENT = '{"to":"Müller & Söhne","invoice":"4711","amount":"1250.00","currency":"EUR"}';

const ACCEPTED: readonly (readonly [name: string, text: string])[] = [
  ["the payment of the worked example", PAYMENT],
  ["the empty object", "{}"],
  ["spaces and another order", ' { "b" : [ 1 , 2 ] ,\r\n\t"a" : null } '],
  ["names in the order of UTF-16 units", '{"\\ufb33":1,"😀":2,"€":3,"1":4,"\\r":5,"ö":6,"\\u0080":7}'],
  ["numbers in their shortest form", '{"a":[1.0,1e2,100e-2,1.50,0e5,1e-7,5e-324,333333333.3333333]}'],
  ["numbers with and without an exponent", '{"a":[0.000001,1.5e-7,1e15,4503599627370495.5,-0.5]}'],
  ["the largest numbers", '{"a":[9007199254740991,-9007199254740991,90071992547409.91e2]}'],
  ["members in another order, some named like numbers", '{"to":1,"10":2,"9":{"b":1,"a":2},"amount":3}'],
  ["escapes that are not needed", String.raw`{"a":"\u0041\/\u00e9\u20ac\ud83d\ude02"}`],
  ["characters that need an escape", String.raw`{"a":"\"\\\b\f\n\r\t\u0000\u001f"}`],
  ["characters that are written as they are", '{"a":"\u007f\u2028\u2029<>&\'"}'],
  ["two texts that look alike", '{"a":"\u00e9","b":"e\u0301"}'],
];

const REFUSED: readonly (readonly [name: string, text: string])[] = [
  ["the same name twice", '{"a":1,"a":1}'],
  ["the same name after unescaping", String.raw`{"x":[0,{"a/b~c":1,"\u0061/b~c":2}]}`],
  ["a name that programs treat as special", '{"a":{"__proto__":1}}'],
  ["the name constructor", '{"constructor":1}'],
  ["the name prototype", '{"prototype":1}'],
  ["half of a surrogate pair", String.raw`{"a":"\ud83d"}`],
  ["2^53 + 1", '{"a":9007199254740993}'],
  ["more digits than a double has", '{"a":0.1000000000000000055}'],
  ["a number beyond every double", '{"a":1e400}'],
  ["a number that would become zero", '{"a":1e-400}'],
  ["2^53", '{"a":[9007199254740992]}'],
  ["a large power of ten", '{"a":1e21}'],
  ["negative zero", '{"a":-0.0}'],
  ["a trailing comma", '{"a":[1,]}'],
  ["a leading zero", '{"a":01}'],
  ["a comment", '{"a":1} // no'],
  ["a raw line feed in a string", '{"a":"x\ny"}'],
  ["an unknown escape", String.raw`{"a":"\x41"}`],
  ["two values", "{} {}"],
  ["nothing", ""],
  ["a list", "[]"],
  ["a number that is inexact, in a list", "[0.1000000000000000055]"],
];

const REFUSED_BYTES: readonly (readonly [name: string, hex: string])[] = [
  ["a byte order mark", "efbbbf7b7d"],
  ["a byte of Latin 1", "7b2261223a22e9227d"],
  ["a surrogate as three bytes", "7b2261223a22eda0bd227d"],
];

const LIMITS: readonly (readonly [name: string, pieces: Pieces])[] = [
  [
    "32 levels",
    [
      ['{"a":', 32],
      ["0", 1],
      ["}", 32],
    ],
  ],
  [
    "33 levels",
    [
      ['{"a":', 33],
      ["0", 1],
      ["}", 33],
    ],
  ],
  [
    "10,000 values",
    [
      ['{"a":[0', 1],
      [",0", 9_997],
      ["]}", 1],
    ],
  ],
  [
    "10,001 values",
    [
      ['{"a":[0', 1],
      [",0", 9_998],
      ["]}", 1],
    ],
  ],
  [
    "65,536 bytes",
    [
      ['{"a":"', 1],
      ["x", 65_528],
      ['"}', 1],
    ],
  ],
  [
    "65,537 bytes",
    [
      ['{"a":"', 1],
      ["x", 65_529],
      ['"}', 1],
    ],
  ],
];

export function payloadVectors(): JsonObject {
  const accepted = ACCEPTED.map(([name, text]) => ({ name, text, ...acceptedAs(utf8(text)) }));
  const refused = REFUSED.map(([name, text]) => ({ name, text, ...refusedFor(utf8(text)) }));
  const bytes = REFUSED_BYTES.map(([name, hex]) => ({
    name,
    hex,
    ...refusedFor(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))),
  }));
  const limits = LIMITS.map(([name, pieces]) => {
    const text = utf8(pieces.map(([piece, times]) => piece.repeat(times)).join(""));
    const parsed = parseJsonObject(text);
    const verdict = parsed.ok ? { hash: toHex(sha256(utf8(canonicalText(parsed.value)))) } : refusedFor(text);
    return { name, pieces, ...verdict };
  });
  return { accepted, refused, refusedBytes: bytes, limits };
}

function acceptedAs(bytes: Uint8Array): JsonObject {
  const payload = expectOk(parseJsonObject(bytes));
  const canonical = canonicalText(payload);
  return { canonical, hash: toHex(sha256(utf8(canonical))), order: writtenOrder(payload) };
}

function refusedFor(bytes: Uint8Array): { readonly code: string; readonly at: JsonValue } {
  const parsed = parseJsonObject(bytes);
  if (parsed.ok) throw new Error("a payload that was to be refused is accepted");
  return { code: parsed.refusal.code, at: parsed.refusal.at ?? "" };
}
