import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  isSatisfied,
  parsePolicy,
  peopleOf,
  policyHash,
  requirementsAfter,
  singleApproverPolicy,
  type Policy,
  type Requirement,
} from "../../../src/core/confirmation/policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const one = (person: string): Requirement => ({ kind: "person", person });
const quorum = (threshold: number, ...of: (Requirement | string)[]): Requirement => ({
  kind: "quorum",
  name: "",
  threshold,
  of: of.map((member) => (typeof member === "string" ? one(member) : member)),
});
const policyOf = (require: Requirement, more: Partial<Policy> = {}): Policy => ({
  ...singleApproverPolicy("x"),
  name: "test",
  require,
  ...more,
});

describe("isSatisfied", () => {
  const finance = quorum(1, "ana", "bo");
  const security = quorum(1, "bo", "cy");
  const both = quorum(2, finance, security);
  const rows: [string, Requirement, string, boolean][] = [
    ["one person who signed", one("ana"), "ana", true],
    ["one person, another signed", one("ana"), "bo", false],
    ["nobody signed", one("ana"), "", false],
    ["2 of 3, two signed", quorum(2, "ana", "bo", "cy"), "ana cy", true],
    ["2 of 3, one signed", quorum(2, "ana", "bo", "cy"), "cy", false],
    ["2 of 3, one of two not named", quorum(2, "ana", "bo", "cy"), "cy dan", false],
    ["two groups, one each", both, "ana cy", true],
    ["two groups, one person in both alone", both, "bo", false],
    ["two groups, the person in both takes the free seat", both, "bo cy", true],
    ["two groups, the person in both takes the other free seat", both, "ana bo", true],
    ["two groups, all three", both, "ana bo cy", true],
    ["the same person named twice in one group", quorum(2, "ana", "ana"), "ana", false],
    ["any 2 of 3 groups", quorum(2, finance, security, quorum(1, "dan")), "ana dan", true],
    ["any 2 of 3 groups, one met", quorum(2, finance, security, quorum(1, "dan")), "ana", false],
  ];
  it.each(rows)("%s", (_name, tree, signed, met) => {
    expect(isSatisfied(tree, new Set(signed.split(" ").filter(Boolean)))).toBe(met);
  });

  // The definition: some choice of one seat for each person meets the tree.
  const seatsIn = (tree: Requirement): string[] =>
    tree.kind === "person" ? [tree.person] : tree.of.flatMap(seatsIn);
  const holdsWith = (tree: Requirement, taken: boolean[], next: { seat: number }): boolean => {
    if (tree.kind === "person") return taken[next.seat++] === true;
    return tree.of.map((branch) => holdsWith(branch, taken, next)).filter(Boolean).length >= tree.threshold;
  };
  const bySearch = (tree: Requirement, signed: ReadonlySet<string>): boolean => {
    const seats = seatsIn(tree);
    for (let chosen = 0; chosen < 2 ** seats.length; chosen++) {
      const taken = seats.map((_seat, index) => ((chosen >> index) & 1) === 1);
      const people = seats.filter((_seat, index) => taken[index]);
      if (new Set(people).size === people.length && people.every((person) => signed.has(person))) {
        if (holdsWith(tree, taken, { seat: 0 })) return true;
      }
    }
    return false;
  };

  it("agrees with a search over all choices of seats", () => {
    const people = fc.constantFrom("a", "b", "c", "d");
    const group = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.array(people, { minLength: 1, maxLength: 3 }))
      .map(([threshold, names]) => quorum(threshold, ...names));
    const tree = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.array(group, { minLength: 1, maxLength: 3 }))
      .map(([threshold, groups]) => quorum(threshold, ...groups));
    fc.assert(
      fc.property(tree, fc.uniqueArray(people), (someTree, signed) => {
        expect(isSatisfied(someTree, new Set(signed))).toBe(bySearch(someTree, new Set(signed)));
      }),
      { numRuns: 400 },
    );
  });
});

describe("parsePolicy", () => {
  const deep = (levels: number): Requirement => (levels === 0 ? one("a") : quorum(1, deep(levels - 1)));
  const many = Array.from({ length: 65 }, (_unused, index) => `p${index}`);
  const rows: [string, Policy, string | undefined][] = [
    ["the plain policy of one person", singleApproverPolicy("ana"), undefined],
    ["a quorum", policyOf(quorum(2, "ana", "bo", "cy")), undefined],
    ["four levels", policyOf(deep(4)), undefined],
    ["five levels", policyOf(deep(5)), "policy_invalid"],
    ["more signatures than people", policyOf(quorum(3, "ana", "bo")), "policy_invalid"],
    ["the same person twice", policyOf(quorum(2, "ana", "ana")), "policy_invalid"],
    [
      "too many seats",
      policyOf(quorum(2, quorum(1, ...many.slice(0, 33)), quorum(1, ...many.slice(33)))),
      "policy_invalid",
    ],
    [
      "too many ways of seating",
      policyOf(quorum(2, quorum(1, ...many.slice(0, 13)), quorum(1, ...many.slice(0, 13)))),
      "policy_invalid",
    ],
    ["an empty group", policyOf(quorum(1)), "shape_mismatch"],
    ["a threshold of zero", policyOf(quorum(0, "ana")), "shape_mismatch"],
    [
      "an escalation that cannot be met",
      policyOf(one("ana"), { escalations: [{ afterSeconds: 60, require: quorum(2, "bo") }] }),
      "policy_invalid",
    ],
    [
      "escalations out of order",
      policyOf(one("ana"), {
        escalations: [60, 30].map((afterSeconds) => ({ afterSeconds, require: one("bo") })),
      }),
      "policy_invalid",
    ],
  ];
  it.each(rows)("%s", (_name, policy, code) => {
    const parsed = parsePolicy(policy);
    expect(parsed.ok ? undefined : parsed.refusal.code).toBe(code);
    if (parsed.ok) expect(canonicalText(parsed.value)).toBe(canonicalText(policy));
  });

  it("refuses an unknown field, and names it", () => {
    const parsed = parsePolicy({ ...singleApproverPolicy("ana"), quorum: 2 });
    expect(parsed).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at: "/quorum" } });
  });
});

it("gives different policies different hashes", () => {
  const policies = [
    singleApproverPolicy("ana"),
    singleApproverPolicy("bo"),
    policyOf(one("ana")),
    policyOf(quorum(1, "ana")),
  ];
  expect(new Set(policies.map(policyHash)).size).toBe(policies.length);
});

it("applies an escalation from its second on, not before", () => {
  const policy = expectOk(
    parsePolicy(policyOf(one("ana"), { escalations: [{ afterSeconds: 60, require: one("bo") }] })),
  );
  const people = [0, 59_999, 60_000].map((elapsed) =>
    [...peopleOf(requirementsAfter(policy, elapsed))].join(" "),
  );
  expect(people).toEqual(["ana", "ana", "ana bo"]);
});
