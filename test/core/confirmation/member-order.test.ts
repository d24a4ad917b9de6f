import { describe, expect, it } from "vitest";
import {
  namesInOrder,
  ORDER_MAX_POSITIONS,
  writtenOrder,
} from "../../../src/core/confirmation/member-order.ts";
import { parseJsonText, type JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const parsed = (text: string) => expectOk(parseJsonText(text)) as JsonObject;
const written = (names: readonly string[]) => parsed(`{${names.map((name) => `"${name}":0`).join()}}`);
/** m00, m01, … */
const numbered = (count: number) =>
  Array.from({ length: count }, (_, place) => `m${String(place).padStart(2, "0")}`);

describe("the order of a payload's members", () => {
  it.each<[name: string, text: string, order: readonly number[], names: readonly string[]]>([
    ["that are sorted", '{"a":1,"b":2,"c":3}', [], ["a", "b", "c"]],
    ["of which the last comes first", '{"to":1,"amount":2,"memo":3}', [2, 0, 1], ["to", "amount", "memo"]],
    ["that are named like numbers", '{"10":1,"9":2,"1":3}', [1, 2, 0], ["10", "9", "1"]],
    [
      "that are named like numbers, after others",
      '{"b":1,"2":2,"a":3,"1":4}',
      [3, 1, 2, 0],
      ["b", "2", "a", "1"],
    ],
    ["that are named with a zero before it", '{"02":1,"1":2,"01":3}', [1, 2, 0], ["02", "1", "01"]],
    ["that are named by escapes", String.raw`{"\u0062":1,"\u0031":2}`, [1, 0], ["b", "1"]],
    ["that are sorted by their UTF-16 units", '{"\ufb33":1,"\u{1f600}":2}', [1, 0], ["\ufb33", "\u{1f600}"]],
    ["of which there is one", '{"a":{"z":1,"b":2}}', [], ["a"]],
    ["of which there are none", "{}", [], []],
  ])("is as it was written: %s", (_name, text, order, names) => {
    expect(writtenOrder(parsed(text))).toEqual(order);
    expect(namesInOrder(parsed(text), order)).toEqual(names);
  });

  it("holds for the first 64; those after them are sorted", () => {
    const names = numbered(70).toReversed();
    const order = writtenOrder(written(names));
    expect(order).toEqual(Array.from({ length: ORDER_MAX_POSITIONS }, (_, place) => 69 - place));
    expect(namesInOrder(written(names), order)?.slice(62).join(" ")).toBe("m07 m06 m00 m01 m02 m03 m04 m05");
    const late = [...numbered(68), "m69", "m68"];
    expect(writtenOrder(written(late))).toEqual([]);
  });

  it.each<[name: string, order: readonly number[]]>([
    ["a position twice", [1, 1]],
    ["a position that no member has", [3]],
    ["more than 64 positions", numbered(65).map((_, place) => place)],
  ])("does not exist with %s", (_name, order) => {
    expect(namesInOrder(parsed('{"a":1,"b":2,"c":3}'), [2, 0])).toEqual(["c", "a", "b"]);
    expect(namesInOrder(parsed('{"a":1,"b":2,"c":3}'), order)).toBe(undefined);
  });
});
