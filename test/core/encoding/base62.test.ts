import { describe, expect, it } from "vitest";
import { BASE62, randomBase62, toBase62 } from "../../../src/core/encoding/base62.ts";

describe("random characters", () => {
  it("come from as many bytes each, so none is more likely", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = randomBase62(bytes, 248);
    expect([...new Set(text)].toSorted().join("")).toBe(BASE62);
    for (const character of BASE62) expect(text.split(character)).toHaveLength(5);
  });

  it.each([
    ["none", 0, ""],
    ["one", 1, "1"],
    ["as many as are usable", 3, "1z2"],
  ])("%s", (_name, count, text) => {
    expect(randomBase62(Uint8Array.of(1, 255, 61, 248, 2), count)).toBe(text);
  });

  it("are not made from too few usable bytes", () => {
    expect(() => randomBase62(Uint8Array.of(1, 255, 61, 248, 2), 4)).toThrow(RangeError);
  });
});

describe("a number in base 62", () => {
  it.each([
    [0, 1, "0"],
    [0, 6, "000000"],
    [61, 1, "z"],
    [62, 2, "10"],
    [2 ** 32 - 1, 6, "4gfFC3"],
  ])("%d with %d digits", (value, digits, text) => {
    expect(toBase62(value, digits)).toBe(text);
  });
});
