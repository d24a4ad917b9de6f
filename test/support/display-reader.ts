import fc from "fast-check";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../src/core/refusal.ts";
import type { Segment } from "../../src/core/display/text/segments.ts";
import { show, type Line } from "../../src/core/display/show.ts";
import { drawLine } from "../../src/core/display/terminal.ts";

export function linesOf(payload: JsonObject): readonly Line[] {
  return expectOk(show(canonicalBytes(payload)));
}

export function draw(payload: JsonObject): string {
  return linesOf(payload).map(drawLine).join("\n");
}

// If every shown text can be read back to its payload, no two payloads look the same. The readers share no code
// with the code that draws.

interface Row {
  readonly depth: number;
  readonly key: string;
  readonly kind: string;
  readonly value: string;
}

interface Cursor {
  at: number;
}

/** Reads a payload from a shown text. Ignores labels and warnings. */
export function readDrawn(drawn: string): JsonValue {
  const rows = drawn.split("\n").filter((row) => row !== "" && !/^ *⟨!⟩ /.test(row));
  return build(
    rows.map((row) => {
      const match =
        /^((?:  )*)[^"]* \["([^"]*)"\] ([a-z ]+)(?:: (.*))?$/u.exec(row) ??
        /^((?:  )*)Item [0-9]+ \[([0-9]+)\] ([a-z ]+)(?:: (.*))?$/u.exec(row);
      if (match === null) throw new Error(`not a row: ${row}`);
      const [, indentation = "", key = "", kind = "", value = ""] = match;
      const exact = kind === "text" ? /^"(.*)"$/u.exec(value)?.[1] : value;
      if (exact === undefined) throw new Error(`a text without quotation marks: ${row}`);
      return { depth: indentation.length / 2, key: withoutMarkers(key), kind, value: withoutMarkers(exact) };
    }),
  );
}

function withoutMarkers(text: string): string {
  return text.replace(/⟨U\+([0-9A-F]{4,6}) [A-Za-z -]+⟩/gu, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 16)),
  );
}

/** Reads a payload from its lines, using only what a page would show. */
export function readLines(lines: readonly Line[]): JsonValue {
  const exact = (segments: readonly Segment[]) =>
    segments.map(({ text, hidden }) => (hidden ? codePoint(hidden.codePoint) : text)).join("");
  return build(
    lines.map(({ depth, key, kind, value }) => ({ depth, key: exact(key), kind, value: exact(value) })),
  );
}

function codePoint(notation: string): string {
  return String.fromCodePoint(Number.parseInt(notation.slice(2), 16));
}

function build(rows: readonly Row[]): JsonValue {
  const cursor = { at: 0 };
  const payload = Object.fromEntries(children(rows, 0, cursor));
  if (cursor.at !== rows.length) throw new Error("a row is nested too deep");
  return payload;
}

function children(rows: readonly Row[], depth: number, cursor: Cursor): [string, JsonValue][] {
  const members: [string, JsonValue][] = [];
  for (let row = rows[cursor.at]; row?.depth === depth; row = rows[cursor.at]) {
    cursor.at++;
    members.push([row.key, valueOf(row, rows, cursor)]);
  }
  return members;
}

function valueOf(row: Row, rows: readonly Row[], cursor: Cursor): JsonValue {
  switch (row.kind) {
    case "text":
      return row.value;
    case "empty text":
      return "";
    case "number":
      return Number(row.value);
    case "true or false":
      return row.value === "true";
    case "nothing":
      return null;
    case "empty object":
      return {};
    case "empty list":
      return [];
    case "object":
    case "list": {
      const below = children(rows, row.depth + 1, cursor);
      if (Number.parseInt(row.value, 10) !== below.length)
        throw new Error(`the number of lines is wrong: ${row.key}`);
      return row.kind === "object" ? Object.fromEntries(below) : below.map(([, value]) => value);
    }
    default:
      throw new Error(`unknown kind: ${row.kind}`);
  }
}

// The characters of a shown text, and those that could be mistaken for them.
const TROUBLE = [
  ...Array.from(
    "⟨⟩〈〉\"'[]{}:,.!/\\_-~ \t\n\r\u0000\u001b\u007f\u0085\u00a0\u00ad\u0301\u034f\u200b\u200d\u202e",
  ),
  ...Array.from("\u2028\u2029\u2066\u2069\u3000\u3164\ufe0f\ufeff\ufffc\uffff\u{e0041}\u{e0100}\u{10ffff}"),
  "  ",
  "\r\n",
  "⟨U+202E right-to-left override⟩",
  "⟨U+000A line feed⟩",
  "U+202E",
  "⟨!⟩ ",
  "\n  ⟨!⟩ ",
  '"] text: "',
  '] number: 1\nA ["',
  '\n  B ["b"] number: 1',
  'Amount Usd ["amount_usd"] number: 1',
  "amount_usd",
  "Amount Usd",
  "amountUsd",
  "Item 1",
  "[0]",
  "0",
  "1",
  "10",
  "2",
  "-5",
  "1e2",
  "null",
  "true",
  "{}",
  "[]",
  '""',
  "nothing",
  "empty list",
  "text: ",
  "1 member",
  "constructor_",
  "a",
  "A",
  "e\u0301",
  "é",
  "а",
  "ра",
  "α",
  "א",
  "٣",
  "中",
  "🔑",
  "👩‍💻",
  "Ａ",
  "𝐚",
  "\u0378",
  "\u0336",
  "http://bücher.example/",
  "https://a@b.example",
  "пример.рф",
  "x@größe.example",
];

const text = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(...TROUBLE), { maxLength: 4 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 6 }) },
);
const name = text.filter((candidate) => !["__proto__", "constructor", "prototype"].includes(candidate));
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 10, 100, 0.1, 1e-7, 1e15, Number.MAX_SAFE_INTEGER, 5e-324),
  fc.double({ noNaN: true, min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }).map((value) => value + 0),
);

const { value, object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({})),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

export const hostileText = text;
export const hostileValue = value;
export const hostilePayload = object;
