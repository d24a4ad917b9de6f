import { utf8, utf8Text } from "./bytes.ts";
import { sameDecimal } from "./decimal.ts";
import { accept, refuse, type JsonCode, type Refusal, type Result } from "../refusal.ts";

// Strict I-JSON: one text has one meaning. `JSON.parse` keeps the last of two equal names and rounds numbers
// silently, so a person could see something else than the executor reads. This parser does not use it.

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export interface JsonLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
}

export const PAYLOAD_MAX_BYTES = 64 * 1024;
export const PAYLOAD_MAX_DEPTH = 32;
/** A node is a value of any type. 64 KiB could hold 32,768 of them, more than a person can read. */
export const PAYLOAD_MAX_NODES = 10_000;

export const PAYLOAD_LIMITS: JsonLimits = {
  maxBytes: PAYLOAD_MAX_BYTES,
  maxDepth: PAYLOAD_MAX_DEPTH,
  maxNodes: PAYLOAD_MAX_NODES,
};

/** Parses any JSON value, or returns the first reason why it is not strict JSON. */
export function parseJson(bytes: Uint8Array, limits: JsonLimits = PAYLOAD_LIMITS): Result<JsonValue> {
  if (bytes.length > limits.maxBytes) {
    return refuse(
      "json_too_large",
      `the text has ${bytes.length} bytes; at most ${limits.maxBytes} are allowed`,
      "",
    );
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return refuse("json_byte_order_mark", "the text starts with a byte order mark; send plain UTF-8", "");
  }
  const text = utf8Text(bytes);
  if (text === undefined) return refuse("json_invalid_utf8", "the bytes are not UTF-8", "");
  try {
    return accept(new Reader(text, limits).document());
  } catch (problem) {
    if (problem instanceof ParseError) return { ok: false, refusal: problem.refusal };
    throw problem;
  }
}

/** Like `parseJson`, but the outermost value must be an object. */
export function parseJsonObject(bytes: Uint8Array, limits?: JsonLimits): Result<JsonObject> {
  const parsed = parseJson(bytes, limits);
  if (!parsed.ok) return parsed;
  if (!isJsonObject(parsed.value))
    return refuse("json_not_an_object", "the outermost value must be an object", "");
  return accept(parsed.value);
}

export function parseJsonText(text: string, limits?: JsonLimits): Result<JsonValue> {
  // Encoding would silently replace a lone surrogate.
  if (!text.isWellFormed())
    return refuse("json_lone_surrogate", "the text holds half of a surrogate pair", "");
  return parseJson(utf8(text), limits);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Of objects with names like "10", which JavaScript puts first. */
const WRITTEN_NAMES = new WeakMap<JsonObject, readonly string[]>();
const REORDERED_NAME = /^[0-9]+$/;

/** The names of a parsed object in the order of its text. A copy of the object has them in JavaScript's order. */
export function writtenNames(object: JsonObject): readonly string[] {
  return WRITTEN_NAMES.get(object) ?? Object.keys(object);
}

export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Thrown at any depth; never leaves this file. */
class ParseError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype"]);
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// Allowed unescaped in a string: everything except quotes, backslashes and control characters.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const HEX4 = /[0-9a-fA-F]{4}/y;

class Reader {
  readonly #text: string;
  readonly #limits: JsonLimits;
  readonly #path: (string | number)[] = [];
  #at = 0;
  #nodes = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): JsonValue {
    const value = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected("the end of the text");
    return value;
  }

  #value(depth: number): JsonValue {
    if (++this.#nodes > this.#limits.maxNodes) {
      this.#fail("json_too_many_nodes", `more than ${this.#limits.maxNodes} values`);
    }
    switch (this.#next()) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#list(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth);
    const object: Record<string, JsonValue> = {};
    if (this.#accepts("}")) return object;
    const names: string[] = [];
    let isReordered = false;
    do {
      if (this.#next() !== '"') this.#unexpected("a name in double quotes");
      const name = this.#string();
      this.#path.push(name);
      // Checked before the assignment, which would change the object's prototype for such a name.
      if (FORBIDDEN_NAMES.has(name)) this.#fail("json_forbidden_name", `the name ${name} is not allowed`);
      if (Object.hasOwn(object, name))
        this.#fail("json_duplicate_name", "the same name appears twice in one object");
      this.#require(":");
      object[name] = this.#value(depth + 1);
      names.push(name);
      isReordered ||= REORDERED_NAME.test(name);
      this.#path.pop();
    } while (this.#accepts(","));
    this.#require("}");
    if (isReordered) WRITTEN_NAMES.set(object, names);
    return object;
  }

  #list(depth: number): JsonValue[] {
    this.#enter(depth);
    const list: JsonValue[] = [];
    if (this.#accepts("]")) return list;
    do {
      this.#path.push(list.length);
      list.push(this.#value(depth + 1));
      this.#path.pop();
    } while (this.#accepts(","));
    this.#require("]");
    return list;
  }

  #enter(depth: number): void {
    if (depth > this.#limits.maxDepth) {
      this.#fail("json_too_deep", `nested more than ${this.#limits.maxDepth} levels deep`);
    }
    this.#at++;
  }

  #string(): string {
    this.#at++;
    let text = this.#match(PLAIN);
    let escaped = false;
    while (this.#text[this.#at] !== '"') {
      if (this.#text[this.#at] !== "\\") this.#unexpected("the end of the string, on one line");
      this.#at++;
      text += this.#escape() + this.#match(PLAIN);
      escaped = true;
    }
    this.#at++;
    // The text was decoded from UTF-8, so only an escape can produce a lone surrogate.
    if (escaped && !text.isWellFormed()) {
      this.#fail("json_lone_surrogate", "a string holds half of a surrogate pair");
    }
    return text;
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? "";
    this.#at++;
    if (letter === "u") {
      const digits = this.#match(HEX4);
      if (digits !== "") return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain === undefined) this.#unexpected("a valid escape after the backslash");
    return plain;
  }

  #number(): number {
    const token = this.#match(NUMBER);
    if (token === "") this.#unexpected("a value");
    const value = Number(token);
    if (!sameDecimal(token, value)) {
      this.#fail("json_number_inexact", `would be read as ${String(value)}; send it as a string`);
    }
    if (Object.is(value, -0)) this.#fail("json_number_negative_zero", "negative zero; send it as a string");
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      this.#fail(
        "json_number_out_of_range",
        "beyond 2^53 - 1, where numbers are no longer exact; send it as a string",
      );
    }
    return value;
  }

  #word<Word extends JsonValue>(word: string, value: Word): Word {
    if (!this.#text.startsWith(word, this.#at)) this.#unexpected("a value");
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return "";
    const match = this.#text.slice(this.#at, pattern.lastIndex);
    this.#at = pattern.lastIndex;
    return match;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #next(): string | undefined {
    this.#space();
    return this.#text[this.#at];
  }

  #accepts(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at++;
    return true;
  }

  #require(character: string): void {
    if (!this.#accepts(character)) this.#unexpected(`"${character}"`);
  }

  #unexpected(expected: string): never {
    const found = this.#at < this.#text.length ? "something else" : "the end";
    return this.#fail("json_syntax", `expected ${expected} at character ${this.#at}, found ${found}`);
  }

  #fail(code: JsonCode, detail: string): never {
    throw new ParseError({ code, detail, at: pointer(this.#path) });
  }
}
