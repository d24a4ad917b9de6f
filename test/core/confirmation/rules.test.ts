import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import { ruleFor, ruleShape, type Condition, type Rule } from "../../../src/core/confirmation/rules.ts";

const rule = (name: string, ...when: Condition[]): Rule => ({ name, when, policy: `policy-${name}` });
const asked = (action: string, payload: JsonObject = {}, project = "shop") => ({ project, action, payload });

describe("one condition", () => {
  const rows: [string, Condition, ReturnType<typeof asked>, boolean][] = [
    ["project", { if: "project", is: "shop" }, asked("Pay"), true],
    ["another project", { if: "project", is: "blog" }, asked("Pay"), false],
    ["action, whatever the case", { if: "action", like: "wire TRANSFER" }, asked("Wire transfer"), true],
    ["action must be whole", { if: "action", like: "wire" }, asked("Wire transfer"), false],
    ["action by its start", { if: "action", like: "wire*" }, asked("Wire transfer"), true],
    ["action by its end", { if: "action", like: "*transfer" }, asked("Wire transfer"), true],
    ["action by its middle", { if: "action", like: "*re tr*" }, asked("Wire transfer"), true],
    ["parts in their order", { if: "action", like: "*transfer*wire*" }, asked("Wire transfer"), false],
    ["parts may not overlap", { if: "action", like: "aba*ba" }, asked("aba"), false],
    ["a star alone", { if: "action", like: "*" }, asked("anything"), true],
    ["text equal", { if: "text", at: "/to/bank", is: "DE" }, asked("Pay", { to: { bank: "DE" } }), true],
    ["text other", { if: "text", at: "/to/bank", is: "DE" }, asked("Pay", { to: { bank: "FR" } }), false],
    ["text absent counts as met", { if: "text", at: "/to/bank", is: "DE" }, asked("Pay"), true],
    ["amount at the limit", { if: "at-least", at: "/usd", value: 1_000 }, asked("Pay", { usd: 1_000 }), true],
    ["amount below", { if: "at-least", at: "/usd", value: 1_000 }, asked("Pay", { usd: 999.99 }), false],
    ["amount absent counts as met", { if: "at-least", at: "/usd", value: 1_000 }, asked("Pay"), true],
    [
      "amount as text counts as met",
      { if: "at-least", at: "/usd", value: 9 },
      asked("Pay", { usd: "1" }),
      true,
    ],
    ["amount in a list", { if: "at-least", at: "/sums/1", value: 5 }, asked("Pay", { sums: [9, 4] }), false],
    [
      "escaped names",
      { if: "at-least", at: "/a~1b/c~0d", value: 5 },
      asked("Pay", { "a/b": { "c~d": 4 } }),
      false,
    ],
    ["an inherited name is no field", { if: "text", at: "/toString", is: "x" }, asked("Pay"), true],
  ];
  it.each(rows)("%s", (_name, condition, request, met) => {
    expect(ruleFor([rule("only", condition)], request) !== undefined).toBe(met);
  });
});

it("takes the first rule that matches, and none where none does", () => {
  const rules = [
    rule("large", { if: "action", like: "pay*" }, { if: "at-least", at: "/usd", value: 1_000 }),
    rule("small", { if: "action", like: "pay*" }),
  ];
  const chosen = [
    asked("Pay vendor", { usd: 5_000 }),
    asked("Pay vendor", { usd: 5 }),
    asked("Pay vendor", { amount: 5 }),
    asked("Deploy", { usd: 5_000 }),
  ].map((request) => ruleFor(rules, request)?.name);
  expect(chosen).toEqual(["large", "small", "large", undefined]);
});

it("is not slowed down by a pattern full of stars", () => {
  const pattern = "*a".repeat(99);
  expect(
    ruleFor([rule("slow", { if: "action", like: `${pattern}b` })], asked("a".repeat(200))),
  ).toBeUndefined();
});

it("reads rules strictly", () => {
  expect(matchShape(ruleShape, { name: "r", when: [{ if: "project", is: "x" }], policy: "p" }).ok).toBe(true);
  expect(matchShape(ruleShape, { name: "r", when: [{ if: "moon", is: "x" }], policy: "p" })).toMatchObject({
    ok: false,
    refusal: { at: "/when/0/if" },
  });
});
