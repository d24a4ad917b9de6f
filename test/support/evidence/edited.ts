import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";

/** A copy in which the value at `pointer` is another. */
export function edited(whole: JsonValue, pointer: string, change: (old: JsonValue) => JsonValue): JsonValue {
  const [step, ...rest] = pointer.split("/").slice(1);
  if (step === undefined) return change(whole);
  const copy = structuredClone(whole) as Record<string, JsonValue>;
  const deeper = rest.length === 0 ? "" : `/${rest.join("/")}`;
  copy[step] = edited(copy[step] as JsonValue, deeper, change);
  return copy;
}
