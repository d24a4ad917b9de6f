import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { accept } from "../../../src/core/refusal.ts";
import * as shape from "../../../src/core/encoding/shape.ts";

type Row = readonly [what: string, shape: shape.Shape<unknown>, good: JsonValue, bad: JsonValue | undefined];

const point = shape.object({ x: shape.integer(), y: shape.integer() });
const figure = shape.variant("kind", {
  dot: shape.object({ kind: shape.literal("dot"), at: point }),
  line: shape.object({ kind: shape.literal("line"), points: shape.list(point, 3, 2) }),
});
interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
const tree: shape.Shape<Tree> = shape.object({
  name: shape.text(9),
  children: shape.list(
    shape.lazy(() => tree),
    9,
  ),
});

describe("one value", () => {
  const rows: readonly Row[] = [
    ["text: a number", shape.text(3), "abc", 1],
    ["text: too long", shape.text(3), "abc", "abcd"],
    ["text: UTF-16 units count", shape.text(3), "a😀", "ab😀"],
    ["text: too short", shape.text(3, 1), "a", ""],
    ["text: half of a pair", shape.text(3), "😀", "\ud83d"],
    ["text: nothing", shape.text(3), "", undefined],
    ["literal: another", shape.literal("a"), "a", "b"],
    ["literal: another type", shape.literal(1), 1, "1"],
    ["literal: true for 1", shape.literal(1), 1, true],
    ["literal: null for nothing", shape.literal(null), null, undefined],
    ["oneOf: none", shape.oneOf("a", "b"), "b", "c"],
    ["oneOf: null", shape.oneOf("a", "b"), "a", null],
    ["integer: a fraction", shape.integer(), 1, 1.5],
    ["integer: negative", shape.integer(), 0, -1],
    ["integer: below", shape.integer(-5, 5), -5, -6],
    ["integer: above", shape.integer(-5, 5), 5, 6],
    ["integer: beyond exact numbers", shape.integer(), 2 ** 53 - 1, 2 ** 53],
    ["integer: as text", shape.integer(), 1, "1"],
    ["integer: infinite", shape.integer(), 1, Infinity],
    ["boolean: a number", shape.boolean, true, 1],
    ["boolean: null", shape.boolean, false, null],
    ["time: no milliseconds", shape.time, "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00Z"],
    ["time: microseconds", shape.time, "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000000Z"],
    ["time: another zone", shape.time, "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000+00:00"],
    ["time: no leap year", shape.time, "2028-02-29T12:00:00.000Z", "2026-02-29T12:00:00.000Z"],
    ["time: month 13", shape.time, "2026-12-01T12:00:00.000Z", "2026-13-01T12:00:00.000Z"],
    ["time: hour 24", shape.time, "2026-01-31T23:59:59.999Z", "2026-01-31T24:00:00.000Z"],
    ["time: second 60", shape.time, "2026-06-30T23:59:59.000Z", "2026-06-30T23:59:60.000Z"],
    ["time: small letters", shape.time, "2026-01-31T12:00:00.000Z", "2026-01-31t12:00:00.000z"],
    ["time: a line end", shape.time, "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000Z\n"],
    ["time: a number", shape.time, "2026-01-31T12:00:00.000Z", 1769860800000],
    ["hex: a byte too few", shape.hex(2), "00ff", "00"],
    ["hex: a byte too many", shape.hex(2), "00ff", "00ff00"],
    ["hex: capitals", shape.hex(2), "00ff", "00FF"],
    ["hex: a number", shape.hex(2), "1234", 1234],
    ["base64url: too few", shape.base64url(2), "AAA", "AA"],
    ["base64url: too many", shape.base64url(2), "AAA", "AAAA"],
    ["base64url: below the range", shape.base64url(1, 2), "AA", ""],
    ["base64url: above the range", shape.base64url(1, 2), "AAA", "AAAA"],
    ["base64url: non-zero padding bits", shape.base64url(1), "AA", "AB"],
    ["base64url: padding", shape.base64url(1), "AA", "AA=="],
    ["nullable: another", shape.nullable(shape.text(3)), null, 0],
    ["nullable: nothing", shape.nullable(shape.text(3)), "a", undefined],
    ["anyObject: a list", shape.anyObject, { a: 1 }, [1]],
    ["anyObject: null", shape.anyObject, {}, null],
  ];
  it.each(rows)("%s", (_, testShape, good, bad) => {
    expect(shape.matchShape(testShape, good)).toEqual(accept(good));
    expect(shape.matchShape(testShape, bad)).toMatchObject({
      ok: false,
      refusal: { code: "shape_mismatch", at: "" },
    });
  });
});

describe("values within values", () => {
  const dot = { kind: "dot", at: { x: 1, y: 2 } };
  const rows: readonly [
    what: string,
    shape: shape.Shape<unknown>,
    good: JsonValue,
    bad: JsonValue,
    at: string,
  ][] = [
    ["a wrong member", point, { x: 1, y: 2 }, { x: 1, y: "2" }, "/y"],
    ["a missing member", point, { x: 1, y: 2 }, { x: 1 }, "/y"],
    [
      "a member that is only inherited",
      shape.object({ toString: shape.text(9) }),
      { toString: "" },
      {},
      "/toString",
    ],
    ["an unknown member", point, { x: 1, y: 2 }, { x: 1, y: 2, z: 3 }, "/z"],
    ["two unknown members", point, { x: 1, y: 2 }, { b: 3, x: 1, a: 4, y: 2 }, "/b"],
    ["an unknown member that a pointer escapes", point, { x: 1, y: 2 }, { x: 1, y: 2, "/~": 3 }, "/~1~0"],
    ["a list for an object", point, { x: 1, y: 2 }, [1, 2], ""],
    ["null instead of an object", point, { x: 1, y: 2 }, null, ""],
    ["too many items", shape.list(point, 1), [{ x: 1, y: 2 }], [dot.at, dot.at], ""],
    ["too few items", shape.list(shape.boolean, 2, 1), [true], [], ""],
    ["a wrong item", shape.list(shape.boolean, 2), [true, false], [true, 0], "/1"],
    ["an object for a list", shape.list(shape.boolean, 2), [], {}, ""],
    ["a text for a list", shape.list(shape.text(1), 2), ["a"], "a", ""],
    ["a member of another variant", figure, dot, { kind: "line", at: dot.at }, "/at"],
    ["an unknown variant", figure, dot, { kind: "circle", at: dot.at }, "/kind"],
    ["an unknown variant in a list", shape.list(figure, 2), [dot, dot], [dot, { kind: "circle" }], "/1/kind"],
    ["a variant that objects inherit", figure, dot, { kind: "constructor" }, "/kind"],
    ["no variant", figure, dot, { at: dot.at }, "/kind"],
    ["a variant that is not text", figure, dot, { kind: ["dot"], at: dot.at }, "/kind"],
    [
      "a wrong value deep within",
      figure,
      dot,
      { kind: "line", points: [dot.at, { x: 0, y: -1 }] },
      "/points/1/y",
    ],
    [
      "a wrong value in a tree",
      tree,
      { name: "a", children: [{ name: "b", children: [] }] },
      { name: "a", children: [{ name: "b", children: [{ name: "c" }] }] },
      "/children/0/children/0/children",
    ],
  ];
  it.each(rows)("%s", (_, testShape, good, bad, at) => {
    expect(shape.matchShape(testShape, good)).toEqual(accept(good));
    expect(shape.matchShape(testShape, bad)).toMatchObject({
      ok: false,
      refusal: { code: "shape_mismatch", at },
    });
  });
});

it("an exception in a shape is not reported as a mismatch", () => {
  const broken = shape.lazy<never>(() => {
    throw new TypeError("broken");
  });
  expect(() => shape.matchShape(broken, 1)).toThrow("broken");
});

it("a match is a copy, so later changes of the input do not reach it", () => {
  const value = { x: 1, y: 2 };
  const matched = shape.matchShape(point, value);
  value.x = 7;
  expect(matched).toEqual(accept({ x: 1, y: 2 }));
});
