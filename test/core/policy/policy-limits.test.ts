import { describe, expect, it } from "vitest";
import {
  canStillBeMet,
  ESCALATION_MAX_SECONDS,
  isMet,
  openStage,
  parsePolicy,
  POLICY_MAX_ESCALATIONS,
  POLICY_MAX_NEEDS,
  POLICY_MAX_PEOPLE,
  POLICY_MAX_SEATS,
  POLICY_MAX_STAGES,
  progressOf,
  type Policy,
} from "../../../src/core/policy/policy.ts";
import {
  EXECUTE_WITHIN_MAX_SECONDS,
  EXPIRES_MAX_SECONDS,
  EXPIRES_MIN_SECONDS,
  NAME_MAX_CHARACTERS,
} from "../../../src/core/confirmation/statement.ts";
import { anyOf, later, needing, person, policy, stages } from "../../support/confirmation-state.ts";

// Every limit of a policy at its value, and one beyond.

const people = (count: number, first = 0) =>
  Array.from({ length: count }, (_none, place) => `p${first + place}`);
const each = (count: number, first = 0) => people(count, first).map(person);
const escalations = (...seconds: readonly number[]) => seconds.map((after) => later(after, [person("bo")]));
const inStages = (count: number, ofEscalation?: number) =>
  policy({
    stages: stages(...people(count).map((name) => [person(name)])),
    escalations: ofEscalation === undefined ? [] : [later(60, [person("bo")], ofEscalation)],
  });
const fiveWithEverybody = [1, 1, 1, 1, 1].map((count) => anyOf(count, ...people(64)));
const tenWithEverybody = (breakGlass: readonly string[]) =>
  needing(fiveWithEverybody, { escalations: [later(60, fiveWithEverybody)], breakGlass });
const name = (characters: number) => "n".repeat(characters);
const HASH = "ab".repeat(32);
const chosen = (more: Partial<NonNullable<Policy["chosen"]>>): Policy =>
  policy({ chosen: { seq: 7, rules: HASH, rule: "", document: HASH, groups: [], ...more } });

describe("a policy is accepted at a limit and refused beyond it", () => {
  const rows: [string, Policy, Policy, string][] = [
    ["stages", inStages(POLICY_MAX_STAGES), inStages(POLICY_MAX_STAGES + 1), "shape_mismatch"],
    ["the stage of an escalation", inStages(2, 2), inStages(2, 3), "policy_invalid"],
    ["the last stage of an escalation", inStages(4, 4), inStages(4, 5), "shape_mismatch"],
    ["the first stage of an escalation", inStages(4, 1), inStages(4, 0), "shape_mismatch"],
    [
      "needs of a stage",
      needing(each(POLICY_MAX_NEEDS)),
      needing(each(POLICY_MAX_NEEDS + 1)),
      "shape_mismatch",
    ],
    [
      "needs of an escalation",
      policy({ escalations: [later(1, each(POLICY_MAX_NEEDS))] }),
      policy({ escalations: [later(1, each(POLICY_MAX_NEEDS + 1))] }),
      "shape_mismatch",
    ],
    [
      "people of a need",
      needing([anyOf(64, ...people(64))]),
      needing([anyOf(1, ...people(65))]),
      "shape_mismatch",
    ],
    ["the least people of a need", needing([anyOf(1, "p0")]), needing([anyOf(1)]), "shape_mismatch"],
    ["the least signatures", needing([anyOf(1, "p0")]), needing([anyOf(0, "p0")]), "shape_mismatch"],
    [
      "the most signatures of a need",
      needing([anyOf(2, ...people(2))]),
      needing([anyOf(3, ...people(2))]),
      "policy_invalid",
    ],
    [
      "the most signatures of any need",
      needing([anyOf(64, ...people(64))]),
      needing([anyOf(65, ...people(64))]),
      "shape_mismatch",
    ],
    [
      "seats in two needs",
      needing([anyOf(32, ...people(64)), anyOf(32, ...people(64))]),
      needing([anyOf(33, ...people(64)), anyOf(32, ...people(64))]),
      "policy_invalid",
    ],
    [
      "seats in two stages",
      policy({ stages: stages([anyOf(32, ...people(64))], [anyOf(32, ...people(64))]) }),
      policy({ stages: stages([anyOf(33, ...people(64))], [anyOf(32, ...people(64))]) }),
      "policy_invalid",
    ],
    [
      "seats in a stage and an escalation of another",
      policy({
        stages: stages([person("p0")], [person("p1")]),
        escalations: [later(1, [anyOf(63, ...people(64))])],
      }),
      policy({
        stages: stages([person("p0")], [person("p1")]),
        escalations: [later(1, [anyOf(64, ...people(64))])],
      }),
      "policy_invalid",
    ],
    [
      "people in all, each named once or more",
      needing([anyOf(1, ...people(40))], {
        escalations: [later(1, [anyOf(1, ...people(40, 20))])],
        breakGlass: people(8, 56),
      }),
      needing([anyOf(1, ...people(40))], {
        escalations: [later(1, [anyOf(1, ...people(40, 20))])],
        breakGlass: people(9, 56),
      }),
      "policy_invalid",
    ],
    ["names in all lists", tenWithEverybody([]), tenWithEverybody(["p0"]), "policy_invalid"],
    [
      "the most signatures of a second escalation",
      policy({ escalations: [...escalations(1), later(2, [anyOf(2, ...people(2))])] }),
      policy({ escalations: [...escalations(1), later(2, [anyOf(3, ...people(2))])] }),
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
      policy({ escalations: escalations(ESCALATION_MAX_SECONDS) }),
      policy({ escalations: escalations(ESCALATION_MAX_SECONDS + 1) }),
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
      "the stages of escalations at one time",
      { ...inStages(2), escalations: [later(60, [person("bo")]), later(60, [person("bo")], 2)] },
      { ...inStages(2), escalations: [later(60, [person("bo")], 2), later(60, [person("bo")])] },
      "policy_invalid",
    ],
    [
      "the least people who can approve",
      needing([anyOf(2, ...people(3))], { minimum: 2 }),
      needing([anyOf(2, ...people(3))], { minimum: 3 }),
      "policy_invalid",
    ],
    [
      "the least people who can approve after an escalation",
      needing([anyOf(2, ...people(3))], { minimum: 1, escalations: escalations(60) }),
      needing([anyOf(2, ...people(3))], { minimum: 2, escalations: escalations(60) }),
      "policy_invalid",
    ],
    [
      "the least people who can approve in two stages",
      { ...inStages(2), minimum: 2 },
      { ...inStages(2), minimum: 3 },
      "policy_invalid",
    ],
    ["the least minimum", policy({ minimum: 1 }), policy({ minimum: 0 }), "shape_mismatch"],
    [
      "the largest minimum",
      needing([anyOf(64, ...people(64))], { minimum: POLICY_MAX_SEATS }),
      needing([anyOf(64, ...people(64))], { minimum: POLICY_MAX_SEATS + 1 }),
      "shape_mismatch",
    ],
    [
      "people for emergencies",
      needing([person("p0")], { breakGlass: people(POLICY_MAX_PEOPLE) }),
      policy({ breakGlass: people(POLICY_MAX_PEOPLE + 1) }),
      "shape_mismatch",
    ],
    [
      "characters of the name",
      policy({ name: name(NAME_MAX_CHARACTERS) }),
      policy({ name: name(NAME_MAX_CHARACTERS + 1) }),
      "shape_mismatch",
    ],
    [
      "characters of a need's name",
      needing([{ ...person("p0"), name: name(NAME_MAX_CHARACTERS) }]),
      needing([{ ...person("p0"), name: name(NAME_MAX_CHARACTERS + 1) }]),
      "shape_mismatch",
    ],
    [
      "characters of a stage's name",
      policy({ stages: [{ name: name(NAME_MAX_CHARACTERS), needs: [person("p0")] }] }),
      policy({ stages: [{ name: name(NAME_MAX_CHARACTERS + 1), needs: [person("p0")] }] }),
      "shape_mismatch",
    ],
    [
      "the longest time of a request",
      policy({ expiresInSeconds: EXPIRES_MAX_SECONDS }),
      policy({ expiresInSeconds: EXPIRES_MAX_SECONDS + 1 }),
      "shape_mismatch",
    ],
    [
      "the shortest time of a request",
      policy({ expiresInSeconds: EXPIRES_MIN_SECONDS }),
      policy({ expiresInSeconds: EXPIRES_MIN_SECONDS - 1 }),
      "shape_mismatch",
    ],
    [
      "the longest time of a use",
      policy({ executeWithinSeconds: EXECUTE_WITHIN_MAX_SECONDS }),
      policy({ executeWithinSeconds: EXECUTE_WITHIN_MAX_SECONDS + 1 }),
      "shape_mismatch",
    ],
    [
      "the shortest time of a use",
      policy({ executeWithinSeconds: 1 }),
      policy({ executeWithinSeconds: 0 }),
      "shape_mismatch",
    ],
    [
      "groups that it was resolved with",
      chosen({ groups: people(64).map(() => HASH) }),
      chosen({ groups: people(65).map(() => HASH) }),
      "shape_mismatch",
    ],
    ["bytes of a hash", chosen({ document: HASH }), chosen({ document: `${HASH}ab` }), "shape_mismatch"],
    [
      "characters of the rule's name",
      chosen({ rule: name(NAME_MAX_CHARACTERS) }),
      chosen({ rule: name(NAME_MAX_CHARACTERS + 1) }),
      "shape_mismatch",
    ],
  ];
  it.each(rows)("%s", (_name, within, beyond, code) => {
    expect(parsePolicy(within)).toEqual({ ok: true, value: within });
    expect(parsePolicy(beyond)).toMatchObject({ ok: false, refusal: { code } });
  });
});

describe("a policy that is hard to judge", () => {
  // Every stage and every escalation asks for a quarter of the same 50 people. There are 81 ways to choose among them.
  const many = people(50);
  const few = people(14, 50);
  const [twelve, thirteen] = [anyOf(12, ...many), anyOf(13, ...many)];
  const crowded = policy({
    stages: stages([thirteen], [thirteen], [twelve], [twelve, anyOf(1, ...few)]),
    escalations: Array.from({ length: POLICY_MAX_ESCALATIONS }, (_none, place) =>
      later(1 + place, [place % 4 < 2 ? thirteen : twelve], 1 + (place % 4)),
    ),
    rejection: "impossible",
  });
  const signed = new Map(many.map((who, place) => [who, 1 + (place % 4)]));
  // So many people are left that only a search shows that two are missing.
  const rejecters = new Set(people(2));

  /** The fastest of three, so that a busy machine does not fail the test. */
  function milliseconds(judge: () => unknown): number {
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      judge();
      return performance.now() - start;
    });
    return Math.min(...times);
  }

  // A receipt may hold hundreds of them, and a verifier judges each several times.
  it.each([
    ["whether it is valid", () => parsePolicy(crowded).ok, true],
    ["whether it is met", () => isMet(crowded, signed, 9_000), true],
    ["which stage is open", () => openStage(crowded, signed, 9_000), 5],
    ["how many have signed", () => progressOf(crowded, signed, 9_000), { have: 50, need: 50 }],
    ["whether everybody could meet it", () => canStillBeMet(crowded, new Map(), new Set(), null), true],
    ["whether the others could", () => canStillBeMet(crowded, new Map(), rejecters, null), false],
  ] as const)("says in milliseconds %s", (_name, judge, expected) => {
    expect(judge()).toEqual(expected);
    expect(milliseconds(judge)).toBeLessThan(50);
  });
});
