import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";

/** A copy with another value at `pointer`. As the last step, `-` is the place after the last item of a list. */
export function editJson(
  whole: JsonValue,
  pointer: string,
  change: (old: JsonValue) => JsonValue,
): JsonValue {
  const [step, ...rest] = pointer.split("/").slice(1);
  if (step === undefined) return change(whole);
  if (step === "-" && rest.length === 0 && Array.isArray(whole)) return [...whole, change(null)];
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as JsonObject) }) as Record<
    string,
    JsonValue
  >;
  if (!Object.hasOwn(copy, step)) throw new RangeError(`there is no ${pointer} to change`);
  const deeper = rest.length === 0 ? "" : `/${rest.join("/")}`;
  copy[step] = editJson(copy[step] as JsonValue, deeper, change);
  return copy;
}
