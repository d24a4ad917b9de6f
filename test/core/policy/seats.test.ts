import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { missingPlaces, placesOf, seatPeople, type Need } from "../../../src/core/policy/seats.ts";
import { anyOf, person } from "../../support/confirmation-state.ts";

const people = (text: string) => new Set(text.split(" ").filter(Boolean));

describe("the places that people fill", () => {
  const finance = anyOf(1, "ana", "bo");
  const security = anyOf(1, "bo", "cy");
  const rows: readonly [name: string, needs: readonly Need[], signed: string, missing: number][] = [
    ["one person who signed", [person("ana")], "ana", 0],
    ["one person, another signed", [person("ana")], "bo", 1],
    ["nobody signed", [person("ana")], "", 1],
    ["2 of 3, two signed", [anyOf(2, "ana", "bo", "cy")], "ana cy", 0],
    ["2 of 3, one signed", [anyOf(2, "ana", "bo", "cy")], "cy", 1],
    ["2 of 3, all signed", [anyOf(2, "ana", "bo", "cy")], "ana bo cy", 0],
    ["2 of 3, one of two not named", [anyOf(2, "ana", "bo", "cy")], "cy dan", 1],
    ["two groups, one each", [finance, security], "ana cy", 0],
    ["two groups, one person in both alone", [finance, security], "bo", 1],
    ["two groups, the person in both takes the free place", [finance, security], "bo cy", 0],
    ["two groups, the person in both takes the other free place", [finance, security], "ana bo", 0],
    ["two groups in the other order", [security, finance], "ana bo", 0],
    ["two groups, all three", [finance, security], "ana bo cy", 0],
    ["two groups, nobody of them", [finance, security], "dan", 2],
    ["the same person named twice in one need", [anyOf(2, "ana", "ana")], "ana", 1],
    ["the same need twice", [person("ana"), person("ana")], "ana", 1],
    // bo gives up finance for ana, and cy gives up security for bo.
    ["three in a row", [anyOf(1, "bo", "ana"), anyOf(1, "cy", "bo"), anyOf(1, "cy")], "ana bo cy", 0],
  ];
  it.each(rows)("%s", (_name, needs, signed, missing) => {
    expect(missingPlaces(needs, people(signed))).toBe(missing);
  });
});

/** The most places that different people can fill, found by trying each person in each need and in none. */
function mostFilled(needs: readonly Need[], [first, ...others]: readonly string[]): number {
  if (first === undefined) return 0;
  const without = mostFilled(needs, others);
  const withFirst = needs.flatMap((need, index) => {
    if (need.count === 0 || !need.of.includes(first)) return [];
    return [1 + mostFilled(needs.with(index, { ...need, count: need.count - 1 }), others)];
  });
  return Math.max(without, ...withFirst);
}

it("are as many as by trying every way to seat the people", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const some = fc.uniqueArray(fc.constantFrom(...names));
  const need = fc.record({
    name: fc.constant(""),
    count: fc.integer({ min: 1, max: 3 }),
    of: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(need, { minLength: 1, maxLength: 4 }), some, (needs, signed) => {
      const seats = seatPeople(needs, new Set(signed));
      expect(seats.size).toBe(mostFilled(needs, signed));
      expect(missingPlaces(needs, new Set(signed))).toBe(placesOf(needs) - seats.size);
      // Each person signed, is in the need, and no need has more people than places.
      const filled = needs.map(() => 0);
      for (const [who, index] of seats) {
        expect(signed).toContain(who);
        expect(needs[index]?.of).toContain(who);
        filled[index] = (filled[index] ?? 0) + 1;
      }
      expect(needs.every(({ count }, index) => (filled[index] ?? 0) <= count)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});
