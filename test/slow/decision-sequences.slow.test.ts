import { expect, it } from "vitest";
import { checkSequences } from "../support/decisions/checked-sequences.ts";

it("100,000 random sequences of inputs do what a naive model does", () => {
  const seen = checkSequences(100_000);
  expect(seen.get("tick: asks people of a later stage")).toBeGreaterThan(100);
});
