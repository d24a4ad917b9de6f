import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  canBeMetWithout,
  isMet,
  isSatisfied,
  parsePolicy,
  peopleOf,
  policyHash,
  requirementsAfter,
  singleApproverPolicy,
  whoMayVote,
  type Policy,
  type Requirement,
} from "../../../src/core/policy/policy.ts";
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
  const rows: [string, Policy, string | undefined][] = [
    ["the plain policy of one person", singleApproverPolicy("ana"), undefined],
    ["a quorum", policyOf(quorum(2, "ana", "bo", "cy")), undefined],
    ["the same person twice", policyOf(quorum(2, "ana", "ana")), "policy_invalid"],
    ["an empty group", policyOf(quorum(1)), "shape_mismatch"],
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

describe("a policy with two escalations", () => {
  // Ana and bo; after a minute also cy alone; after two also dan alone.
  const policy = expectOk(
    parsePolicy(
      policyOf(quorum(2, "ana", "bo"), {
        excludeRequester: true,
        escalations: [
          { afterSeconds: 60, require: one("cy") },
          { afterSeconds: 120, require: one("dan") },
        ],
      }),
    ),
  );
  const people = (text: string) => new Set(text.split(" ").filter(Boolean));

  it.each([
    [-1, "ana bo"],
    [0, "ana bo"],
    [59_999, "ana bo"],
    [60_000, "ana bo cy"],
    [119_999, "ana bo cy"],
    [120_000, "ana bo cy dan"],
    [Number.POSITIVE_INFINITY, "ana bo cy dan"],
  ])("asks these people after %d milliseconds: %s", (elapsed, asked) => {
    expect([...whoMayVote(policy, elapsed, null)].join(" ")).toBe(asked);
    expect([...peopleOf(requirementsAfter(policy, elapsed))].join(" ")).toBe(asked);
  });

  it.each([
    ["another asks", "eve", "ana bo cy dan"],
    ["nobody is known to ask", null, "ana bo cy dan"],
    ["one of them asks", "cy", "ana bo dan"],
  ])("asks everybody but the requester: %s", (_name, requester, asked) => {
    expect([...whoMayVote(policy, 120_000, requester)].join(" ")).toBe(asked);
    const open = { ...policy, excludeRequester: false };
    expect([...whoMayVote(open, 120_000, requester)].join(" ")).toBe("ana bo cy dan");
  });

  it.each([
    ["ana bo", 0, true],
    ["ana", 120_000, false],
    ["cy", 59_999, false],
    ["cy", 60_000, true],
    ["dan", 60_000, false],
    ["dan", 119_999, false],
    ["dan", 120_000, true],
    // Each requirement alone, not a part of one and a part of another.
    ["ana eve", 120_000, false],
    ["", 120_000, false],
  ])("is met by %s after %d milliseconds: %s", (approvers, elapsed, met) => {
    expect(isMet(policy, people(approvers), elapsed)).toBe(met);
  });

  it.each([
    ["nobody", "", null, true],
    ["all but the last of the second escalation", "ana bo cy", null, true],
    ["all but one of the two", "ana cy dan", null, false],
    ["all but the two", "cy dan", null, true],
    ["all but the requester and one other", "cy dan", "bo", false],
    ["all but the requester", "ana bo cy", "dan", false],
    ["everybody", "ana bo cy dan", null, false],
  ])("can be met without %s", (_name, rejecters, requester, possible) => {
    expect(canBeMetWithout(policy, people(rejecters), requester)).toBe(possible);
  });
});
