import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differencesOf, wordsFor } from "../../../src/core/display/differences.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { hostilePayload } from "../../support/display-reader.ts";

const words = (value: JsonValue | undefined) => {
  const inWords = wordsFor(value);
  return inWords === undefined ? JSON.stringify(value) : `(${inWords})`;
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
      "members of the outermost object first",
      { a: { b: 1 }, to: "bob", amount_usd: 4200 },
      { a: { b: 2 }, to: "eve", amount_usd: 42_000.5 },
      'Amount Usd 4200 → 42000.5, To "bob" → "eve", A › B 1 → 2',
    ],
    [
      "inside objects and lists",
      { lines: [{ price: 1 }, { price: 2 }] },
      { lines: [{ price: 1 }, { price: 3 }] },
      "Lines › Item 2 › Price 2 → 3",
    ],
    [
      "a field that only one has",
      { a: 1 },
      { isPrototypeOf: 1 },
      "A 1 → (absent), Is Prototype Of (absent) → 1",
    ],
    [
      "another type",
      { a: "1", b: { c: 1 }, d: null },
      { a: 1, b: [1, 2], d: false },
      'A "1" → 1, B (1 field) → (2 items), D null → false',
    ],
    [
      "a long text",
      { memo: "" },
      { memo: "x".repeat(4_000) },
      "Memo (empty text) → (a text of 4,000 characters)",
    ],
    [
      "names that are long or deep inside",
      { ["x".repeat(50)]: 1, a: { b: { c: { d: { e: 1 } } } } },
      { ["x".repeat(50)]: 2, a: { b: { c: { d: { e: 2 } } } } },
      "(long name) 1 → 2, … › C › D › E 1 → 2",
    ],
    [
      "more than fit",
      { a: 1, b: 1, c: 1, d: 1, e: 1 },
      { a: 2, b: 2, c: 2, d: 2, e: 2 },
      "A 1 → 2, B 1 → 2, C 1 → 2, and 2 more",
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
