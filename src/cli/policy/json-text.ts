import type { JsonValue } from "../../core/encoding/strict-json.ts";

/** A text of an answer as it is, and everything else as JSON. */
export function jsonText(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
