import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { chooseRule } from "../../../src/core/rules/choose-rule.ts";
import { stepsOf } from "../../../src/core/rules/expression-tree.ts";
import { checkExpression } from "../../../src/core/rules/expression.ts";
import { requestFacts, type FactSource } from "../../../src/core/rules/request-facts.ts";
import { parseRules } from "../../../src/core/rules/rules-document.ts";
import vectors from "../../../web/docs/vectors/rules.json" with { type: "json" };

// The same results in Node, in workerd and in a browser.

const statement = vectors.statement as FactSource;
const payloads: Readonly<Record<string, JsonObject>> = vectors.payloads;
const factsOf = (name: string) => requestFacts(statement, payloads[name] ?? {});

describe("the published expressions", () => {
  it.each(vectors.expressions)("$when", ({ when, result, steps }) => {
    const document = {
      v: 1,
      kind: "countersign/rules",
      rules: [{ name: "x", when, policies: ["x"] }],
      otherwise: ["y"],
    };
    const { rule, judged } = chooseRule(expectOk(parseRules(document)), factsOf("all"));
    expect(judged ? rule === "x" : null).toBe(result);
    const checked = checkExpression(when);
    expect(checked.ok ? stepsOf(checked.value.cost, factsOf("all")) : null).toBe(steps);
  });
});

describe("the published choices", () => {
  it.each(vectors.choices)("$name", ({ rules, payload, rule, policies, judged }) => {
    const choice = chooseRule(expectOk(parseRules(rules as JsonValue)), factsOf(payload));
    expect(choice).toMatchObject({ rule, policies, judged });
  });
});
