import { utf8, type Bytes } from "./bytes.ts";
import { sha256 } from "./hash.ts";
import type { JsonValue } from "./strict-json.ts";

// RFC 8785. Not imported: values from strict-json.ts have only finite numbers, well-formed strings, no toJSON and
// a limited depth, so twenty lines are enough. The tests compare it with another implementation.

export function canonicalText(value: JsonValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("JSON has no such number");
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const object = value as { readonly [name: string]: JsonValue };
  let text = "";
  // The default order is by UTF-16 code units, as RFC 8785 requires.
  for (const name of Object.keys(object).toSorted()) {
    const member = object[name];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${quoted(name)}:${canonicalText(member)}`;
  }
  return `{${text}}`;
}

// JSON.stringify escapes as RFC 8785 requires, but is slow for the many texts that need no escape.
const MAY_NEED_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
function quoted(text: string): string {
  if (!MAY_NEED_ESCAPE.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new RangeError("a lone surrogate has no canonical form");
  return JSON.stringify(text);
}

export function canonicalBytes(value: JsonValue): Bytes {
  return utf8(canonicalText(value));
}

export function hashOfJson(value: JsonValue): Bytes {
  return sha256(canonicalBytes(value));
}
