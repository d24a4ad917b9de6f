import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { checkRules, chooseRule, type Choice } from "../../../src/core/rules/choose-rule.ts";
import { stepsOf } from "../../../src/core/rules/expression-tree.ts";
import { checkExpression } from "../../../src/core/rules/expression.ts";
import { requestFacts, type FactSource } from "../../../src/core/rules/request-facts.ts";
import type { RulesDocument } from "../../../src/core/rules/rules-document.ts";

const SOURCE: FactSource = {
  action: "Wire transfer",
  project: { id: "prj", name: "Payments", mode: "live" },
  requester: { kind: "oauth", id: "cli", name: "Agent", person: "prs" },
  created: "2026-11-27T10:00:00.000Z",
};

const rules = (...when: readonly string[]): RulesDocument => ({
  v: 1,
  kind: "countersign/rules",
  rules: when.map((text, place) => ({ name: `rule ${place}`, when: text, policies: [`policy-${place}`] })),
  otherwise: ["named-person"],
});
const choose = (document: RulesDocument, payload: JsonObject, changed: Partial<FactSource> = {}): Choice =>
  chooseRule(document, requestFacts({ ...SOURCE, ...changed }, payload));
const chosen = (place: number, judged = true) => ({
  rule: `rule ${place}`,
  policies: [`policy-${place}`],
  judged,
});
const OTHERWISE = { rule: "", policies: ["named-person"], judged: true, problem: "" };

describe("the rule for large amounts", () => {
  const large = rules("number(payload.amount) > 10000");
  const rows: readonly [what: string, payload: JsonObject, choice: object][] = [
    ["is not for 9,999", { amount: 9_999 }, OTHERWISE],
    ["is not for the limit itself", { amount: 10_000 }, OTHERWISE],
    ["is for 10,001", { amount: 10_001 }, chosen(0)],
    ["is for a fraction more", { amount: 10_000.01 }, chosen(0)],
    ["is for the amount as a text", { amount: "10001" }, chosen(0)],
    [
      "is for a small fraction that a double can't hold",
      { amount: "10000.00000000000000001" },
      chosen(0, false),
    ],
    ["counts if the amount is left out", {}, chosen(0, false)],
    ["counts if the amount has another name", { Amount: 5 }, chosen(0, false)],
    ["counts if the amount is null", { amount: null }, chosen(0, false)],
    ["counts if the amount is a list", { amount: [5] }, chosen(0, false)],
    ["counts if the amount is an object", { amount: { value: 5 } }, chosen(0, false)],
    ["counts if the amount is true", { amount: true }, chosen(0, false)],
    ["counts if the amount is no number", { amount: "nan" }, chosen(0, false)],
    ["counts if the amount has separators", { amount: "10,001" }, chosen(0, false)],
  ];
  it.each(rows)("%s", (_, payload, choice) => expect(choose(large, payload)).toMatchObject(choice));
});

describe("of several rules", () => {
  const several = rules(
    "action == 'Delete'",
    "tool == 'shell' && payload.command.contains('rm ')",
    "requester.kind == 'oauth' && project.mode == 'live' && time.hour >= 22",
    "payload.amount > 100",
  );
  const rows: readonly [what: string, payload: JsonObject, changed: Partial<FactSource>, choice: object][] = [
    ["the first that matches counts", { amount: 500 }, { action: "Delete" }, chosen(0)],
    ["the tool of a payload counts", { tool: "shell", command: "rm -r /" }, {}, chosen(1)],
    ["a tool that is no text is none", { tool: ["shell"], command: "rm ", amount: 5 }, {}, OTHERWISE],
    ["the command that is left out does not help", { tool: "shell" }, {}, chosen(1, false)],
    ["the time in UTC counts", { amount: 5 }, { created: "2026-11-27T22:00:00.000Z" }, chosen(2)],
    ["a minute earlier is another", { amount: 5 }, { created: "2026-11-27T21:59:59.999Z" }, OTHERWISE],
    ["the last one counts", { amount: 500 }, {}, chosen(3)],
    ["none counts", { amount: 5 }, {}, OTHERWISE],
  ];
  it.each(rows)("%s", (_, payload, changed, choice) =>
    expect(choose(several, payload, changed)).toMatchObject(choice),
  );
});

describe("a rule that can't be judged counts as matched, and says why", () => {
  const rows: readonly [what: string, when: string, problem: string | RegExp][] = [
    ["absent", "payload.missing == 'x'", "No such key: missing"],
    ["of another type", "payload.text > 5", "can't compute string > int"],
    ["not true or false", "payload.text", "is neither true nor false"],
    ["an expression that nobody can read", "payload.amount >", /Unexpected token/],
    ["an expression with a regular expression", "payload.text.matches('x')", /uses matches/],
    ["an expression of 1 MB", "x".repeat(1_000_000), /more than 1000 characters/],
  ];
  it.each(rows)("%s", (_, when, problem) => {
    const choice = choose(rules(when, "true"), { text: "x" });
    expect(choice).toMatchObject({ ...chosen(0, false), problem: expect.stringMatching(problem) });
  });
});

describe("the work is bounded", () => {
  const numbers = Array.from({ length: 4_900 }, (_, index) => index);
  const TOO_LARGE = "the content is too large for the organisation's rules";
  const nothing = (place: number) => ({ ...chosen(place, false), policies: [], problem: TOO_LARGE });
  const rows: readonly [what: string, when: string, payload: JsonObject, problem: string][] = [
    [
      "a loop over 1,000 numbers is judged",
      "payload.list.exists(x, x > 9000)",
      { list: numbers.slice(0, 1_000) },
      "",
    ],
    [
      "an error in each of 4,900 items is not",
      "payload.list.exists(x, x.a || x.b || x.c)",
      { list: numbers },
      TOO_LARGE,
    ],
    [
      "a loop that compares lists is not",
      "payload.list.exists(x, x in payload.other)",
      { list: numbers, other: numbers.map((one) => one + 10_000) },
      TOO_LARGE,
    ],
    [
      "a search for most of a text in it is not",
      "payload.a.contains(payload.b)",
      { a: "a".repeat(40_000), b: `${"a".repeat(10_000)}b${"a".repeat(10_000)}` },
      TOO_LARGE,
    ],
    [
      "sums of long texts in a loop are not",
      "payload.list.exists(x, (payload.a + payload.a + payload.a).contains('b'))",
      { list: numbers.slice(0, 2_000), a: "a".repeat(20_000) },
      TOO_LARGE,
    ],
    [
      "a search for a word in a long text is judged",
      "payload.a.contains('b')",
      { a: "a".repeat(60_000) },
      "",
    ],
    [
      "a comparison of two large lists is judged",
      "payload.a != payload.b",
      { a: numbers.map(String), b: numbers.map(String) },
      "",
    ],
  ];
  it.each(rows)("%s", (_, when, payload, problem) => {
    const started = performance.now();
    expect(choose(rules(when), payload)).toMatchObject(problem === "" ? OTHERWISE : nothing(0));
    // Much more than it takes, since other tests run at the same time.
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("for all rules together: whatever else they say, nothing is allowed when it ends", () => {
    const document = rules(
      ...Array.from({ length: 100 }, (_, index) => `payload.list.exists(x, x == -${index + 1})`),
    );
    const choice = choose(document, { list: numbers.slice(0, 500) });
    expect(choice).toMatchObject({ judged: false, policies: [], problem: TOO_LARGE });
    expect(choose(document, { list: numbers.slice(0, 500) })).toEqual(choice);
    expect(choose(document, { list: numbers.slice(0, 20) })).toEqual(OTHERWISE);
  });
});

it("a content that is padded leads to no laxer rule", () => {
  const document = rules("payload.items.all(i, i.price < 100.0)", "true");
  const items = Array.from({ length: 4_900 }, () => ({ price: 5_000 }));
  expect(choose(document, { items: items.slice(0, 10) })).toMatchObject(chosen(1));
  expect(choose(document, { items })).toMatchObject({ policies: [], judged: false });
});

describe("the steps of an expression", () => {
  const payload = { text: "x".repeat(100), list: [1, 2, 3], amount: 5 };
  const { weight: W, text: T, longest: M, ...facts } = requestFacts(SOURCE, payload);
  const rows: readonly [when: string, steps: number][] = [
    ["true", 201],
    ["payload.amount > 10", 204],
    ["payload.amount == payload.text", 205 + W],
    ["payload.amount < payload.text", 205 + T],
    ["payload.amount in [1, 2]", 206],
    ["2 in payload.list", 204 + W],
    ["payload.text + payload.text == 'x'", 207 + 2 * W],
    ["number(payload.text) > 1 || true", 447],
    ["size(payload.text) > 1", 205 + 4 * T],
    ["lower(payload.text) == 'x'", 205 + 4 * T],
    ["payload.text.contains('x')", 204 + T],
    ["payload.text.contains('123456789 123456')", 204 + 2 * T],
    ["payload.text.contains(payload.text)", 205 + T ** 2],
    ["payload.text.startsWith('x')", 204],
    ["payload.text.startsWith(payload.text)", 205 + T],
    ["payload.list.exists(i, i > 1)", 203 + 203 * M],
    ["payload.list.exists(i, i == payload.text)", 203 + (204 + W) * M],
    ["payload.list.filter(i, i > 1).exists(i, i > 1)", 204 + 406 * M],
    ["(true ? payload.list : [1, 2, 3, 4, 5, 6]).all(i, i > 1)", 212 + 203 * 6],
    ["(payload.list + payload.list).all(i, i > 1)", 206 + 2 * W + 203 * 2 * M],
  ];
  it.each(rows)("%s", (when, steps) => {
    const { cost } = expectOk(checkExpression(when));
    expect(stepsOf(cost, { ...facts, weight: W, text: T, longest: M })).toBe(steps);
  });
  it("depend on what the formats say", () => {
    // Values: 1 + 8 + 1 + 3 + 1. Names: 4 * 2. Texts of 13, 3, 8, 3 and 5 characters: 5 * 2.
    expect([W, T, M]).toEqual([14 + 6 + 10, 8, 3]);
  });
});

it("judges 100 rules", () => {
  const document = rules(
    ...Array.from({ length: 100 }, (_, index) => `payload.amount > 100.0 && payload.kind == 'kind ${index}'`),
  );
  expect(choose(document, { amount: 200, kind: "kind 99" })).toMatchObject(chosen(99));
  expect(choose(document, { amount: 200, kind: "kind 100" })).toEqual(OTHERWISE);
});

describe("rules", () => {
  it("are saved with expressions that can be used", () => {
    const document = rules("payload.amount > 1", "time.hour < 6");
    expect(checkRules(document)).toEqual({ ok: true, value: document });
  });
  it("are refused with another, and say where it is", () =>
    expect(checkRules(rules("true", "payload.a.matches('x')"))).toMatchObject({
      ok: false,
      refusal: { code: "rules_invalid", at: "/rules/1/when" },
    }));
  it("are refused if they are none", () =>
    expect(checkRules({ v: 1 })).toMatchObject({ ok: false, refusal: { code: "shape_mismatch" } }));
});
