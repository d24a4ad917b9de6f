import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { chooseRule } from "../../../src/core/rules/choose-rule.ts";
import { stepsOf } from "../../../src/core/rules/expression-tree.ts";
import { checkExpression } from "../../../src/core/rules/expression.ts";
import { requestFacts, type FactSource } from "../../../src/core/rules/request-facts.ts";
import type { RulesDocument } from "../../../src/core/rules/rules-document.ts";

// web/docs/vectors/rules.json: expressions and what they give on one request, and the choice among rules.

const STATEMENT: FactSource = {
  action: "Wire transfer",
  project: { id: "prj_example", name: "Payments", mode: "live" },
  requester: { kind: "key", id: "key_example", name: "Bookkeeping", person: null },
  created: "2026-11-29T22:05:00.000Z",
};
const PAYLOAD: JsonObject = {
  amount: 42,
  total: "10000.01",
  rounded: "10000.00000000000000000001",
  memo: "Rechnung für Büro",
  tool: ["shell"],
  tags: ["b", "a"],
  items: [{ price: 1 }, { price: "2.50" }],
  nested: { b: null, a: true, 10: {} },
  none: [],
};

const EXPRESSIONS: readonly string[] = [
  "payload.amount > 10",
  "payload.amount == 42",
  "payload.amount == '42'",
  "payload.amount in [1, 42]",
  "payload.amount + 1.0 > 42.5",
  "payload.amount + 1 > 42",
  "payload.missing > 10",
  "payload.missing > 10 || true",
  "payload.total > 10000",
  "number(payload.total) > 10000",
  "number(payload.rounded) > 10000",
  "number(payload.memo) > 10000",
  "has(payload.missing)",
  "has(payload.missing.deeper)",
  "payload.toString == payload.valueOf",
  "size(payload.memo) == 17",
  "lower(payload.memo) == 'rechnung für büro'",
  "payload.memo.contains('Büro')",
  "payload.tags == ['a', 'b']",
  "'a' in payload.tags && 'a' in payload.nested",
  "payload.items.exists(i, number(i.price) > 2)",
  "payload.items.all(i, i.price > 0)",
  "payload.none.all(i, false) && !payload.none.exists(i, true)",
  "payload.nested.filter(name, true) == ['10', 'a', 'b']",
  "payload.nested.b == null",
  "payload.tags.exists(a, payload.tags.exists(b, a == b))",
  "payload.memo.matches('.*')",
  "payload.amount",
  "tool == ''",
  "action == 'Wire transfer' && project.mode == 'live' && requester.person == ''",
  "time.year == 2026 && time.month == 11 && time.day == 29 && time.hour == 22 && time.minute == 5",
  "time.weekday == 7",
];

const PAYLOADS: Readonly<Record<string, JsonObject>> = {
  all: PAYLOAD,
  empty: {},
  small: { amount: 50 },
  large: { list: Array.from({ length: 1_200 }, (_unused, index) => index), limit: [3_000] },
};

const CHOICES: readonly (readonly [name: string, when: readonly string[], payload: string])[] = [
  ["the first rule that is true", ["payload.amount > 100", "payload.amount > 10", "true"], "small"],
  ["a rule that can't be judged", ["payload.amount > 100", "true"], "empty"],
  ["none", ["payload.amount > 100"], "small"],
  ["as many loops as may be judged", loops(4), "large"],
  ["one more", loops(5), "large"],
  ["a loop that compares lists", ["payload.list.exists(i, i in payload.limit)"], "large"],
];

function loops(count: number): readonly string[] {
  return Array.from({ length: count }, (_unused, index) => `payload.list.exists(i, i < -${index})`);
}

export function ruleVectors(): JsonObject {
  return {
    statement: STATEMENT,
    payloads: PAYLOADS,
    expressions: EXPRESSIONS.map((when) => {
      const { rule, judged } = choiceOf([when], PAYLOAD);
      const checked = checkExpression(when);
      const steps = checked.ok ? stepsOf(checked.value.cost, requestFacts(STATEMENT, PAYLOAD)) : null;
      return { when, result: judged ? rule !== "" : null, steps };
    }),
    choices: CHOICES.map(([name, when, payload]) => {
      const { rule, policies, judged } = choiceOf(when, PAYLOADS[payload] ?? {});
      return { name, rules: rulesOf(when), payload, rule, policies, judged };
    }),
  };
}

function choiceOf(when: readonly string[], payload: JsonObject) {
  return chooseRule(rulesOf(when), requestFacts(STATEMENT, payload));
}

function rulesOf(when: readonly string[]): RulesDocument {
  const rules = when.map((text, place) => ({
    name: `rule ${place + 1}`,
    when: text,
    policies: [`policy-${place + 1}`],
  }));
  return { v: 1, kind: "countersign/rules", rules, otherwise: ["named-person"] };
}
