import { describe, expect, it } from "vitest";
import type { GroupDocument } from "../../src/core/policy/group-document.ts";
import type { PolicyDocument } from "../../src/core/policy/policy-document.ts";
import { policyFromStarter } from "../../src/core/policy/policy-starters.ts";
import type { RulesDocument } from "../../src/core/rules/rules-document.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { wordsOf } from "../../web/change/change-words.ts";

// What the page of a change of a group, a policy or the rules says, compared with what it replaces.

const HASH = "ab".repeat(32);
const head = { v: 1, kind: "countersign/change" } as const;

function group(...usernames: string[]): GroupDocument {
  const members = usernames.map((username) => ({ id: `p_${username}`, username }));
  return { v: 1, kind: "countersign/group", name: "finance", members };
}

const finance = [{ kind: "group", name: "finance" }] as const;
const two = expectOk(policyFromStarter("two-of-a-group", "high-value", finance));
const within: PolicyDocument = { ...two, expiresInSeconds: 3_600 };

function rules(list: readonly (readonly [name: string, when: string])[], otherwise: string): RulesDocument {
  const policies = ["high-value", "named-person"];
  return {
    v: 1,
    kind: "countersign/rules",
    rules: list.map(([name, when]) => ({ name, when, policies })),
    otherwise: [otherwise],
  };
}

describe("a change of a group", () => {
  const changed = (after: GroupDocument | null, before: GroupDocument | null) =>
    wordsOf(
      { ...head, change: "group.changed", name: "finance", replaces: before && HASH, group: after },
      "Acme",
      "p_1",
      before,
    );

  it.each<[after: GroupDocument | null, before: GroupDocument | null, yes: string, compared: object]>([
    [group("bo"), null, "Create the group", { added: ["bo"], removed: [], kept: [] }],
    [
      group("bo", "cy"),
      group("alex", "bo"),
      "Change the group",
      { added: ["cy"], removed: ["alex"], kept: ["bo"] },
    ],
    [null, group("bo"), "Remove the group", { added: [], removed: ["bo"], kept: [] }],
  ])("says who comes and who goes: %#", (after, before, yes, compared) => {
    const words = changed(after, before);
    expect([words.yes, words.comparison]).toEqual([yes, { kind: "members", ...compared }]);
    expect(words.question).toEqual([yes, " “", { exact: "finance" }, "”", "?"]);
  });
});

describe("a change of a policy", () => {
  it.each<[after: PolicyDocument | null, before: PolicyDocument | null, said: readonly unknown[]]>([
    [two, null, [null, "Two of finance; not the person who asked"]],
    [
      within,
      two,
      [
        "Two of finance; not the person who asked",
        "Two of finance; not the person who asked; open for at most 1 hour",
      ],
    ],
    [null, two, ["Two of finance; not the person who asked", null]],
  ])("says both versions in a sentence: %#", (policy, before, [was, is]) => {
    const change = { ...head, change: "policy.changed", name: "high-value", policy } as const;
    const { comparison } = wordsOf({ ...change, replaces: before && HASH }, "Acme", "p_1", before);
    expect(comparison).toEqual({ kind: "sentences", before: was, after: is });
  });
});

describe("a change of the rules", () => {
  const compared = (after: RulesDocument | null, before: RulesDocument | null) =>
    wordsOf(
      { ...head, change: "rules.changed", replaces: before && HASH, rules: after },
      "Acme",
      "p_1",
      before,
    ).comparison;

  it.each<[after: string[], before: string[], marks: string[], removed: string[]]>([
    [["a 1", "b 1"], [], ["new", "new"], []],
    [["a 1", "b 2"], ["a 1", "b 1"], ["same", "changed"], []],
    [["b 1", "a 1"], ["a 1", "b 1"], ["moved", "moved"], []],
    // Another rule before it moves nothing.
    [["c 1", "a 1", "b 1"], ["a 1", "b 1"], ["new", "same", "same"], []],
    [["b 1"], ["a 1", "b 1"], ["same"], ["a"]],
    [["b 2", "a 1"], ["a 1", "b 1"], ["changed", "moved"], []],
  ])("marks each rule: %j after %j", (after, before, marks, removed) => {
    const of = (list: string[]) =>
      rules(
        list.map((each) => [each.slice(0, 1), `payload.n > ${each.slice(2)}`]),
        "named-person",
      );
    const comparison = compared(of(after), of(before));
    if (comparison?.kind !== "rules") throw new TypeError("no rules are compared");
    expect(comparison.rules.map(({ mark }) => mark)).toEqual(marks);
    expect(comparison.removed.map(({ name }) => name)).toEqual(removed);
    expect(comparison.rules[0]?.policies).toBe("high-value, or the person whom the request names");
  });

  it("says what happens to every other request, now and before", () => {
    const comparison = compared(rules([], "high-value"), rules([], "named-person"));
    expect(comparison).toMatchObject({
      otherwise: { before: "the person whom the request names", after: "high-value" },
    });
  });

  it("has nothing to compare if there are no rules any more", () => {
    expect(compared(null, rules([], "high-value"))).toBeUndefined();
  });
});
