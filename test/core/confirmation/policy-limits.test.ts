import { describe, expect, it } from "vitest";
import {
  isSatisfied,
  parsePolicy,
  POLICY_MAX_SEATS,
  singleApproverPolicy,
  type Policy,
  type Requirement,
} from "../../../src/core/policy/policy.ts";
import { NAME_MAX_CHARACTERS } from "../../../src/core/confirmation/statement.ts";

// Every limit of a policy at its value, and one beyond.

const person = (name: string): Requirement => ({ kind: "person", person: name });
const of = (threshold: number, members: readonly Requirement[], name = ""): Requirement => ({
  kind: "quorum",
  name,
  threshold,
  of: members,
});
const people = (count: number, first = 0) =>
  Array.from({ length: count }, (_none, place) => person(`p${first + place}`));
const policy = (more: Partial<Policy>): Policy => ({ ...singleApproverPolicy("ana"), ...more });
const escalations = (...seconds: readonly number[]) =>
  seconds.map((afterSeconds) => ({ afterSeconds, require: person("bo") }));
const nested = (levels: number): Requirement => (levels === 0 ? person("ana") : of(1, [nested(levels - 1)]));
/** Each person has this number of seats. */
const seated = (...counts: readonly number[]) =>
  of(
    1,
    counts.map((count, place) =>
      of(
        1,
        Array.from({ length: count }, () => person(`p${place}`)),
      ),
    ),
  );
const MONTH = 30 * 24 * 3_600;

describe("a policy is accepted at a limit and refused beyond it", () => {
  const rows: [string, Policy, Policy, string][] = [
    [
      "people in a group",
      policy({ require: of(64, people(64)) }),
      policy({ require: of(1, people(65)) }),
      "shape_mismatch",
    ],
    [
      "seats",
      policy({ require: of(2, [of(1, people(32)), of(1, people(32, 32))]) }),
      policy({ require: of(2, [of(1, people(32)), of(1, people(33, 31))]) }),
      "policy_invalid",
    ],
    [
      "seats of an escalation",
      policy({
        require: person("p0"),
        escalations: [{ afterSeconds: 1, require: of(2, [of(1, people(32)), of(1, people(32, 32))]) }],
      }),
      policy({
        require: person("p0"),
        escalations: [{ afterSeconds: 1, require: of(2, [of(1, people(32)), of(1, people(33, 31))]) }],
      }),
      "policy_invalid",
    ],
    // 4,096 ways, and the next possible number.
    [
      "ways to seat them",
      policy({ require: seated(16, 16, 16) }),
      policy({ require: seated(41, 10, 10) }),
      "policy_invalid",
    ],
    [
      "ways to seat them in an escalation",
      policy({ escalations: [{ afterSeconds: 1, require: seated(16, 16, 16) }] }),
      policy({ escalations: [{ afterSeconds: 1, require: seated(41, 10, 10) }] }),
      "policy_invalid",
    ],
    [
      "people in all, each named once or more",
      policy({
        require: of(1, people(40)),
        escalations: [{ afterSeconds: 1, require: of(1, people(40, 20)) }],
        breakGlass: people(8, 56).map(idOf),
      }),
      policy({
        require: of(1, people(40)),
        escalations: [{ afterSeconds: 1, require: of(1, people(40, 20)) }],
        breakGlass: people(9, 56).map(idOf),
      }),
      "policy_invalid",
    ],
    ["levels", policy({ require: nested(4) }), policy({ require: nested(5) }), "policy_invalid"],
    [
      "levels of a second branch",
      policy({ require: of(1, [person("bo"), nested(3)]) }),
      policy({ require: of(1, [person("bo"), nested(4)]) }),
      "policy_invalid",
    ],
    [
      "levels of an escalation",
      policy({ escalations: [{ afterSeconds: 1, require: nested(4) }] }),
      policy({ escalations: [{ afterSeconds: 1, require: nested(5) }] }),
      "policy_invalid",
    ],
    [
      "the least signatures",
      policy({ require: of(1, people(1)) }),
      policy({ require: of(0, people(1)) }),
      "shape_mismatch",
    ],
    [
      "the most signatures of a group",
      policy({ require: of(2, people(2)) }),
      policy({ require: of(3, people(2)) }),
      "policy_invalid",
    ],
    [
      "the most signatures of any group",
      policy({ require: of(64, people(64)) }),
      policy({ require: of(65, people(64)) }),
      "shape_mismatch",
    ],
    [
      "the most signatures of a second escalation",
      policy({ escalations: [...escalations(1), { afterSeconds: 2, require: of(2, people(2)) }] }),
      policy({ escalations: [...escalations(1), { afterSeconds: 2, require: of(3, people(2)) }] }),
      "policy_invalid",
    ],
    [
      "escalations",
      policy({ escalations: escalations(1, 2, 3, 4, 5, 6, 7, 8) }),
      policy({ escalations: escalations(1, 2, 3, 4, 5, 6, 7, 8, 9) }),
      "shape_mismatch",
    ],
    [
      "the latest escalation",
      policy({ escalations: escalations(MONTH) }),
      policy({ escalations: escalations(MONTH + 1) }),
      "shape_mismatch",
    ],
    [
      "the earliest escalation",
      policy({ escalations: escalations(1) }),
      policy({ escalations: escalations(0) }),
      "shape_mismatch",
    ],
    [
      "the time between escalations",
      policy({ escalations: escalations(60, 61) }),
      policy({ escalations: escalations(60, 60) }),
      "policy_invalid",
    ],
    [
      "the time between later escalations",
      policy({ escalations: escalations(1, 60, 61) }),
      policy({ escalations: escalations(1, 60, 59) }),
      "policy_invalid",
    ],
    [
      "people for emergencies",
      policy({ require: person("p0"), breakGlass: people(POLICY_MAX_SEATS).map(idOf) }),
      policy({ breakGlass: people(POLICY_MAX_SEATS + 1).map(idOf) }),
      "shape_mismatch",
    ],
    [
      "characters of the name",
      policy({ name: "n".repeat(NAME_MAX_CHARACTERS) }),
      policy({ name: "n".repeat(NAME_MAX_CHARACTERS + 1) }),
      "shape_mismatch",
    ],
    [
      "characters of a group's name",
      policy({ require: of(1, people(1), "n".repeat(NAME_MAX_CHARACTERS)) }),
      policy({ require: of(1, people(1), "n".repeat(NAME_MAX_CHARACTERS + 1)) }),
      "shape_mismatch",
    ],
  ];
  it.each(rows)("%s", (_name, within, beyond, code) => {
    expect(parsePolicy(within)).toEqual({ ok: true, value: within });
    expect(parsePolicy(beyond)).toMatchObject({ ok: false, refusal: { code } });
  });
});

function idOf(requirement: Requirement): string {
  return requirement.kind === "person" ? requirement.person : "";
}

describe("a policy that is hard to judge", () => {
  // Twelve people with two seats each. Only the last of the 4,096 ways to seat them is enough.
  const twelve = people(12);
  const require = of(1, [of(64, twelve), of(12, twelve), of(64, people(36, 12))]);
  const hard = policy({
    require,
    escalations: [1, 2, 3, 4, 5, 6, 7, 8].map((afterSeconds) => ({ afterSeconds, require })),
  });

  // A receipt may hold hundreds of them, and a verifier judges each several times.
  it("is judged in milliseconds, without trying each way to seat people", () => {
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      expect(parsePolicy(hard).ok).toBe(true);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(150);
  });

  it("is judged like any other", () => {
    const eleven = twelve.slice(1).map(idOf);
    expect(isSatisfied(require, new Set(eleven))).toBe(false);
    expect(isSatisfied(require, new Set([...eleven, "p0"]))).toBe(true);
  });
});
