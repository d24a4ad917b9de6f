import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { NAMED_PERSON } from "../../../src/core/policy/document-name.ts";
import {
  EXPRESSION_MAX_CHARACTERS,
  parseRules,
  policiesOfRules,
  RULES_MAX,
  RULES_MAX_BYTES,
} from "../../../src/core/rules/rules-document.ts";

const rule = (changed: JsonObject = {}): JsonObject => ({
  name: "large",
  when: "number(payload.amount) > 10000.0",
  policies: ["finance"],
  ...changed,
});
const rules = (changed: JsonObject = {}): JsonObject => ({
  v: 1,
  kind: "countersign/rules",
  rules: [rule()],
  otherwise: [NAMED_PERSON],
  ...changed,
});
const many = (count: number, changed: (index: number) => JsonObject = () => ({})): JsonValue =>
  Array.from({ length: count }, (_, index) => rule({ name: `rule ${index}`, ...changed(index) }));

describe("rules", () => {
  const good: readonly [what: string, value: JsonValue][] = [
    ["one rule", rules()],
    ["no rule, so that one policy is for everything", rules({ rules: [], otherwise: ["four-eyes"] })],
    ["a person or a policy", rules({ rules: [rule({ policies: ["finance", NAMED_PERSON] })] })],
    ["as many rules as possible", rules({ rules: many(RULES_MAX) })],
    ["the longest expression", rules({ rules: [rule({ when: "true".padEnd(EXPRESSION_MAX_CHARACTERS) })] })],
    [
      "an expression that nobody can use, which is checked elsewhere",
      rules({ rules: [rule({ when: "(" })] }),
    ],
  ];
  it.each(good)("can be %s", (_, value) => expect(parseRules(value)).toEqual({ ok: true, value }));

  const bad: readonly [what: string, value: JsonValue, code: string, at: string][] = [
    ["another version", rules({ v: 2 }), "shape_mismatch", "/v"],
    ["another kind", rules({ kind: "countersign/policy" }), "shape_mismatch", "/kind"],
    ["no policy otherwise", rules({ otherwise: [] }), "shape_mismatch", "/otherwise"],
    [
      "no policy in a rule",
      rules({ rules: [rule({ policies: [] })] }),
      "shape_mismatch",
      "/rules/0/policies",
    ],
    ["a rule without a name", rules({ rules: [rule({ name: "" })] }), "shape_mismatch", "/rules/0/name"],
    ["an empty expression", rules({ rules: [rule({ when: "" })] }), "shape_mismatch", "/rules/0/when"],
    [
      "an expression of 1 MB",
      rules({ rules: [rule({ when: "x".repeat(1_000_000) })] }),
      "shape_mismatch",
      "/rules/0/when",
    ],
    ["a name in capitals", rules({ otherwise: ["Finance"] }), "rules_invalid", "/otherwise/0"],
    ["one rule too many", rules({ rules: many(RULES_MAX + 1) }), "shape_mismatch", "/rules"],
    ["an unknown field", rules({ rules: [rule({ unless: "x" })] }), "shape_mismatch", "/rules/0/unless"],
    ["two rules of one name", rules({ rules: [rule(), rule()] }), "rules_invalid", "/rules/1/name"],
    ["a policy twice", rules({ otherwise: ["a", "b", "a"] }), "rules_invalid", "/otherwise/2"],
    [
      "a policy twice in a rule",
      rules({ rules: [rule({ policies: ["a", "a"] })] }),
      "rules_invalid",
      "/rules/0/policies/1",
    ],
    [
      "more than a person can sign",
      rules({ rules: many(RULES_MAX, () => ({ when: "true".padEnd(RULES_MAX_BYTES / RULES_MAX) })) }),
      "rules_invalid",
      "",
    ],
  ];
  it.each(bad)("can't be or have %s", (_, value, code, at) =>
    expect(parseRules(value)).toMatchObject({ ok: false, refusal: { code, at } }),
  );

  it("say which policies they name", () => {
    const parsed = parseRules(
      rules({ rules: [rule({ policies: ["b", NAMED_PERSON] })], otherwise: ["a", "b"] }),
    );
    expect(parsed.ok && [...policiesOfRules(parsed.value)].toSorted()).toEqual(["a", "b"]);
  });
});
