import { expect, it } from "vitest";
import { toHex } from "../../src/core/bytes.ts";
it("runs", () => {
  expect(toHex(new Uint8Array([1, 255]))).toBe("01ff");
});
