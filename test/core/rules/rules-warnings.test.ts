import { describe, expect, it } from "vitest";
import type { PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import type { RulesDocument } from "../../../src/core/rules/rules-document.ts";
import { rulesWarnings } from "../../../src/core/rules/rules-warnings.ts";
import { SMALL } from "../../support/rules/ruled-documents.ts";

// Rules whose condition may be impossible to judge, and which then lead to fewer people than a later rule.

const policy = (name: string, count: number, escalated = count): PolicyDocument => ({
  ...SMALL,
  name,
  stages: [{ name: "", needs: [{ count, from: [{ kind: "role", role: "approver" }] }] }],
  escalations: [
    { afterSeconds: 60, stage: 1, needs: [{ count: escalated, from: [{ kind: "role", role: "owner" }] }] },
  ],
});
const POLICIES = new Map(
  [policy("one", 1), policy("two", 2), policy("three", 3), policy("sinks", 3, 1)].map((each) => [
    each.name,
    each,
  ]),
);

type Row = readonly [when: string, ...policies: string[]];
const rulesOf = (rows: readonly Row[], ...otherwise: readonly string[]): RulesDocument => ({
  v: 1,
  kind: "countersign/rules",
  rules: rows.map(([when, ...policies], place) => ({ name: `rule ${place}`, when, policies })),
  otherwise,
});
const warned = (rows: readonly Row[], ...otherwise: readonly string[]): readonly string[] =>
  rulesWarnings(rulesOf(rows, ...otherwise), POLICIES).map(({ rule }) => rule);

const SMALL_AMOUNT = "number(payload.amount) <= 100.0";
const LARGE_AMOUNT = "number(payload.amount) > 100.0";

describe("a rule that leaving something out leads to", () => {
  it.each<[what: string, rows: readonly Row[], otherwise: readonly string[], warned: readonly string[]]>([
    ["is laxer than every other request", [[SMALL_AMOUNT, "named-person"]], ["two"], ["rule 0"]],
    [
      "is laxer than a later rule",
      [
        [SMALL_AMOUNT, "one"],
        ["true", "two"],
      ],
      ["one"],
      ["rule 0"],
    ],
    ["has a laxer policy among others", [[SMALL_AMOUNT, "three", "one"]], ["two"], ["rule 0"]],
    ["has a policy that escalates to fewer", [[SMALL_AMOUNT, "sinks"]], ["two"], ["rule 0"]],
    ["is the strict one", [[LARGE_AMOUNT, "two"]], ["named-person"], []],
    ["is as strict", [[SMALL_AMOUNT, "two"]], ["two"], []],
    ["is followed by a list with a lax policy", [[SMALL_AMOUNT, "one"]], ["three", "named-person"], []],
    ["does not look at the content", [["action == 'Read'", "one"]], ["two"], []],
    ["asks only whether something is there", [["has(payload.amount)", "one"]], ["two"], []],
    ["asks for something deeper", [["has(payload.order.amount)", "one"]], ["two"], ["rule 0"]],
    ["has a policy that nobody knows", [[SMALL_AMOUNT, "none"]], ["two"], []],
    ["comes before one that nobody knows", [[SMALL_AMOUNT, "one"]], ["none"], []],
    [
      "goes through a list",
      [
        ["payload.items.all(i, number(i.price) < 100)", "one"],
        ["action == 'Pay'", "three"],
      ],
      ["one"],
      ["rule 0"],
    ],
  ])("%s", (_what, rows, otherwise, expected) => expect(warned(rows, ...otherwise)).toEqual(expected));

  it("says how many people it leads to, and what to do", () => {
    const [warning] = rulesWarnings(rulesOf([[SMALL_AMOUNT, "named-person"]], "two"), POLICIES);
    expect(warning?.detail).toBe(
      "A request also falls under the rule “rule 0” if its condition can't be judged, such as when the content leaves out what it looks at. Then 1 person is enough, where every other request takes 2. Write the condition of the strict case, and put that rule first.",
    );
  });
});
