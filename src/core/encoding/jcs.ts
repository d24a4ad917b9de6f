import { utf8, type Bytes } from "./bytes.ts";
import { sha256 } from "./hash.ts";
import type { JsonValue } from "./strict-json.ts";

// RFC 8785. Written here, not imported, because the values come from core/json (finite numbers,
// well-formed strings, no toJSON, bounded depth), which leaves twenty lines to read on the approval page;
// the tests hold it against another implementation.

export function canonicalText(value: JsonValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError("JSON has no such number");
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const object = value as { readonly [name: string]: JsonValue };
  let text = "";
  // The default order is by UTF-16 code units, which is the order that RFC 8785 asks for.
  for (const name of Object.keys(object).toSorted()) {
    const member = object[name];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${quoted(name)}:${canonicalText(member)}`;
  }
  return `{${text}}`;
}

// JSON.stringify escapes as RFC 8785 asks; most texts need nothing escaped, and a call for each is slow.
const MAY_NEED_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
function quoted(text: string): string {
  if (!MAY_NEED_ESCAPE.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new RangeError("half of a surrogate pair has no canonical form");
  return JSON.stringify(text);
}

export function canonicalBytes(value: JsonValue): Bytes {
  return utf8(canonicalText(value));
}

export function hashOfJson(value: JsonValue): Bytes {
  return sha256(canonicalBytes(value));
}
