import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import { draw, hostilePayload, linesOf, readDrawn, readLines } from "../support/display-reader.ts";

it("100,000 hostile payloads can be read back from what is shown", { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(hostilePayload, (payload) => {
      const exact = canonicalText(payload);
      expect(canonicalText(readDrawn(draw(payload)))).toBe(exact);
      expect(canonicalText(readLines(linesOf(payload)))).toBe(exact);
    }),
    { numRuns: 100_000 },
  );
});
