import type { JsonValue } from "../encoding/strict-json.ts";

// A request that a person has just rejected must not return with a space or a capital letter more. So rejections are
// compared by folded texts. What is signed, and what an equal request is, stays exact.

/**
 * Equal for texts that differ only in case, in white space at both ends, or in how Unicode composes a character.
 * Lower case first, then upper case, so that both capitals of ß and both forms of σ become equal. Neither
 * depends on a locale.
 */
export function foldedText(text: string): string {
  return text.normalize("NFC").trim().toLowerCase().toUpperCase().normalize("NFC");
}

/** With all texts folded. Names of members and numbers stay as they are. */
export function foldedValue(value: JsonValue): JsonValue {
  if (typeof value === "string") return foldedText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(foldedValue);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, foldedValue(member)]));
}
