import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differencesOf, valueInWords } from "../../../src/core/display/differences.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { hostilePayload } from "../../support/display-reader.ts";

const words = (value: JsonValue | undefined) => {
  const shown = valueInWords(value);
  return "exact" in shown ? shown.exact : `(${shown.words})`;
};
const compared = (before: JsonObject, after: JsonObject, max = 3) => {
  const { first, more } = differencesOf(before, after, max);
  const all = first.map((one) => `${one.name} ${words(one.before)} → ${words(one.after)}`);
  return [...all, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
};

describe("the differences of two payloads", () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ["none", { a: 1, b: [{ c: "x" }] }, { b: [{ c: "x" }], a: 1 }, ""],
    [
      "the most telling first",
      { memo: "a", to: "bob", amount_usd: 4200 },
      { memo: "b", to: "eve", amount_usd: 42_000.5 },
      "amount usd 4200 → 42000.5, to bob → eve, memo a → b",
    ],
    [
      "inside objects and lists",
      { lines: [{ price: 1 }, { price: 2 }] },
      { lines: [{ price: 1 }, { price: 3 }] },
      "lines › item 2 › price 2 → 3",
    ],
    [
      "a field that only one has",
      { a: 1 },
      { isPrototypeOf: 1 },
      "a 1 → (absent), is prototype of (absent) → 1",
    ],
    [
      "another type",
      { a: "1", b: { c: 1 }, d: null },
      { a: 1, b: [1, 2], d: false },
      "a 1 → 1, b (1 field) → (2 items), d null → false",
    ],
    [
      "a long text",
      { memo: "" },
      { memo: "x".repeat(4_000) },
      "memo (empty text) → (a text of 4,000 characters)",
    ],
    [
      "more than fit",
      { a: 1, b: 1, c: 1, d: 1, e: 1 },
      { a: 2, b: 2, c: 2, d: 2, e: 2 },
      "a 1 → 2, b 1 → 2, c 1 → 2, and 2 more",
    ],
  ])("%s", (_what, before, after, expected) => expect(compared(before, after)).toBe(expected));

  it("are none exactly if the payloads are the same", () => {
    fc.assert(
      fc.property(hostilePayload, hostilePayload, (one, other) => {
        const { first, more } = differencesOf(one, other, 1);
        expect(first.length + more === 0).toBe(canonicalText(one) === canonicalText(other));
      }),
    );
  });
});
