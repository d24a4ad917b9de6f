import { describe, expect, it } from "vitest";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  canStillBeMet,
  everyoneIn,
  isMet,
  mayOverride,
  openStage,
  parsePolicy,
  policyHash,
  progressOf,
  reachedEscalations,
  seatsIn,
  singleApproverPolicy,
  whoMayVote,
  type Approvals,
  type Policy,
} from "../../../src/core/policy/policy.ts";
import type { Need } from "../../../src/core/policy/seats.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { anyOf, later, needing, person, policy, stages } from "../../support/confirmation-state.ts";

const people = (text: string) => new Set(text.split(" ").filter(Boolean));
/** `ana dan:2`: ana approved in stage 1, and dan in stage 2. */
const approvals = (text: string): Approvals =>
  new Map(
    [...people(text)].map((each) => {
      const [who = "", stage = "1"] = each.split(":");
      return [who, Number(stage)];
    }),
  );
const named = (name: string, need: Need): Need => ({ ...need, name });

describe("parsePolicy", () => {
  const rows: [string, Policy, string | undefined][] = [
    ["the plain policy of one person", singleApproverPolicy("ana"), undefined],
    ["two of three", needing([anyOf(2, "ana", "bo", "cy")]), undefined],
    ["two stages", policy({ stages: stages([person("ana")], [person("bo")]) }), undefined],
    ["the same person twice in a need", needing([anyOf(2, "ana", "ana")]), "policy_invalid"],
    ["the same person twice, once needed", needing([anyOf(1, "ana", "ana")]), "policy_invalid"],
    ["the same person twice for emergencies", policy({ breakGlass: ["bo", "bo"] }), "policy_invalid"],
    ["an empty group", needing([anyOf(1)]), "shape_mismatch"],
    ["two needs for one person", needing([person("ana"), person("ana")]), "policy_invalid"],
    [
      "two stages for one person",
      policy({ stages: stages([person("ana")], [person("ana")]) }),
      "policy_invalid",
    ],
    [
      "three stages for two people",
      policy({ stages: stages([person("ana")], [anyOf(1, "ana", "bo")], [person("bo")]) }),
      "policy_invalid",
    ],
    [
      "an escalation that cannot be met",
      policy({ escalations: [later(60, [anyOf(2, "bo")])] }),
      "policy_invalid",
    ],
    [
      "an escalation that needs one person twice",
      policy({ escalations: [later(60, [person("bo"), person("bo")])] }),
      "policy_invalid",
    ],
    ["an escalation of no stage", policy({ escalations: [later(60, [person("bo")], 2)] }), "policy_invalid"],
    [
      "an escalation to fewer people than the minimum",
      needing([anyOf(2, "ana", "bo")], { minimum: 2, escalations: [later(60, [person("bo")])] }),
      "policy_invalid",
    ],
    [
      "an escalation to fewer people that leaves the minimum",
      policy({
        stages: stages([anyOf(2, "ana", "bo")], [person("cy")]),
        minimum: 2,
        escalations: [later(60, [person("bo")])],
      }),
      undefined,
    ],
  ];
  it.each(rows)("%s", (_name, some, code) => {
    const parsed = parsePolicy(some);
    expect(parsed.ok ? undefined : parsed.refusal.code).toBe(code);
    if (parsed.ok) expect(canonicalText(parsed.value)).toBe(canonicalText(some));
  });

  it("refuses an unknown field, and names it", () => {
    const parsed = parsePolicy({ ...singleApproverPolicy("ana"), quorum: 2 });
    expect(parsed).toMatchObject({ ok: false, refusal: { code: "shape_mismatch", at: "/quorum" } });
  });

  it.each([
    [
      "a stage that is not there",
      { escalations: [later(60, [person("bo")], 2)] },
      "a stage that is not there",
    ],
    [
      "nobody who could",
      { stages: stages([anyOf(2, "ana")]) },
      "cannot be met even if everyone it names signs",
    ],
    ["a high minimum", { minimum: 2 }, "fewer people than its minimum of 2 could approve"],
  ])("says what is wrong with %s", (_name, more, detail) => {
    expect(parsePolicy(policy(more))).toMatchObject({ refusal: { detail: expect.stringContaining(detail) } });
  });
});

it("gives different policies different hashes", () => {
  const policies = [
    singleApproverPolicy("ana"),
    singleApproverPolicy("bo"),
    policy({ name: "test" }),
    needing([named("Staff", anyOf(1, "ana"))]),
    policy({ quietHours: "overridden" }),
    policy({ chosen: { seq: 1, rules: null, rule: "", document: null, groups: [] } }),
    policy({ chosen: { seq: 2, rules: null, rule: "", document: null, groups: [] } }),
  ];
  expect(new Set(policies.map(policyHash)).size).toBe(policies.length);
});

describe("a policy with two escalations", () => {
  // Ana and bo; after a minute also cy alone; after two also dan alone.
  const rules = expectOk(
    parsePolicy(
      needing([anyOf(2, "ana", "bo")], {
        excludeRequester: true,
        escalations: [later(60, [person("cy")]), later(120, [person("dan")])],
        breakGlass: ["eve"],
      }),
    ),
  );

  it.each([
    [-1, "ana bo", 0],
    [0, "ana bo", 0],
    [59_999, "ana bo", 0],
    [60_000, "ana bo cy", 1],
    [119_999, "ana bo cy", 1],
    [120_000, "ana bo cy dan", 2],
    [Number.POSITIVE_INFINITY, "ana bo cy dan", 2],
  ])("asks these people after %d milliseconds: %s", (elapsed, asked, reached) => {
    expect([...whoMayVote(rules, 1, elapsed, null)].join(" ")).toBe(asked);
    expect(reachedEscalations(rules, elapsed)).toBe(reached);
  });

  it.each([
    ["another asks", "eve", "ana bo cy dan"],
    ["nobody is known to ask", null, "ana bo cy dan"],
    ["one of them asks", "cy", "ana bo dan"],
  ])("asks everybody but the requester: %s", (_name, requester, asked) => {
    expect([...whoMayVote(rules, 1, 120_000, requester)].join(" ")).toBe(asked);
    const open = { ...rules, excludeRequester: false };
    expect([...whoMayVote(open, 1, 120_000, requester)].join(" ")).toBe("ana bo cy dan");
  });

  it("names everybody who may ever sign, emergencies apart", () => {
    expect([...everyoneIn(rules)]).toEqual(["ana", "bo", "cy", "dan"]);
  });

  it("lets the people for emergencies override, and not the requester", () => {
    expect(["eve", "ana"].map((who) => mayOverride(rules, who, null))).toEqual([true, false]);
    expect(mayOverride(rules, "eve", "eve")).toBe(false);
    expect(mayOverride({ ...rules, excludeRequester: false }, "eve", "eve")).toBe(true);
  });

  it.each([
    ["ana bo", 0, true],
    ["ana", 120_000, false],
    ["cy", 59_999, false],
    ["cy", 60_000, true],
    ["dan", 60_000, false],
    ["dan", 119_999, false],
    ["dan", 120_000, true],
    // The needs of each way alone, not a part of one and a part of another.
    ["ana eve", 120_000, false],
    ["", 120_000, false],
  ])("is met by %s after %d milliseconds: %s", (signed, elapsed, met) => {
    expect(isMet(rules, approvals(signed), elapsed)).toBe(met);
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
    expect(canStillBeMet(rules, approvals(""), people(rejecters), requester)).toBe(possible);
  });
});

/** Two of ana, bo and cy and one of cy and dan; then eve or fay; after a minute gus instead, after two ana alone. */
const STAGED = policy({
  stages: stages(
    [named("Finance", anyOf(2, "ana", "bo", "cy")), named("Security", anyOf(1, "cy", "dan"))],
    [named("Managers", anyOf(1, "eve", "fay"))],
  ),
  escalations: [later(60, [named("gus", person("gus"))], 2), later(120, [named("ana", person("ana"))])],
  minimum: 2,
});

describe("a policy in two stages", () => {
  it("is valid", () => expect(parsePolicy(STAGED).ok).toBe(true));

  const rows: readonly [signed: string, elapsed: number, open: number, have: number, need: number][] = [
    ["", 0, 1, 0, 4],
    ["ana", 0, 1, 1, 4],
    // cy takes one place, not two.
    ["ana cy", 0, 1, 2, 4],
    ["ana bo", 0, 1, 2, 4],
    ["ana bo cy", 0, 2, 3, 4],
    ["ana cy dan", 0, 2, 3, 4],
    ["bo dan ana cy", 0, 2, 3, 4],
    // eve has not signed for stage 2.
    ["ana bo cy eve", 0, 2, 3, 4],
    ["ana bo cy eve:2", 0, 3, 4, 4],
    ["eve:2", 0, 1, 1, 4],
    ["ana bo cy gus:2", 59_999, 2, 3, 4],
    ["ana bo cy gus:2", 60_000, 3, 4, 4],
    ["ana", 119_999, 1, 1, 4],
    // From now on one more is missing, not three.
    ["", 120_000, 1, 0, 2],
    ["ana", 120_000, 2, 1, 2],
    ["bo", 120_000, 1, 0, 2],
    ["bo cy", 120_000, 1, 2, 4],
    ["ana eve:2", 120_000, 3, 2, 2],
  ];
  it.each(rows)("signed by '%s' after %d ms: stage %d, %d of %d", (signed, elapsed, open, have, need) => {
    expect(openStage(STAGED, approvals(signed), elapsed)).toBe(open);
    expect(isMet(STAGED, approvals(signed), elapsed)).toBe(open === 3);
    expect(progressOf(STAGED, approvals(signed), elapsed)).toEqual({ have, need });
  });

  it.each([
    [1, 0, "ana bo cy dan"],
    [2, 0, "eve fay"],
    [2, 60_000, "eve fay gus"],
    [1, 120_000, "ana bo cy dan"],
    [3, 0, ""],
  ])("asks in stage %d after %d ms: %s", (stage, elapsed, asked) => {
    expect([...whoMayVote(STAGED, stage, elapsed, null)].join(" ")).toBe(asked);
  });

  const seats = (signed: string, stage: number, elapsed: number) => {
    const found = seatsIn(STAGED, stage, approvals(signed), elapsed);
    return found && Object.fromEntries([...found].map(([who, need]) => [who, need.name]));
  };
  it("says which need each person counts for", () => {
    expect(seats("ana bo", 1, 0)).toBeUndefined();
    expect(seats("cy bo ana", 1, 0)).toEqual({ ana: "Finance", bo: "Finance", cy: "Security" });
    expect(seats("ana cy dan", 1, 0)).toEqual({ ana: "Finance", cy: "Finance", dan: "Security" });
    // Of more people than places, those who fill none are left out.
    expect(Object.values(seats("ana bo cy dan", 1, 0) ?? {}).toSorted()).toEqual([
      "Finance",
      "Finance",
      "Security",
    ]);
    expect(seats("ana bo cy eve:2", 2, 0)).toEqual({ eve: "Managers" });
    expect(seats("ana bo cy eve", 2, 0)).toBeUndefined();
    expect(seats("ana", 1, 120_000)).toEqual({ ana: "ana" });
    expect(seats("gus:2", 2, 60_000)).toEqual({ gus: "gus" });
  });

  it.each([
    ["nobody has rejected", "", "", null, true],
    ["ana can still decide after two minutes", "", "bo cy dan", null, true],
    ["ana has rejected, too", "", "ana cy dan", null, false],
    ["bo, cy and dan are enough", "", "ana", null, true],
    ["both managers have rejected, and gus has not", "", "eve fay", null, true],
    ["nobody is left for stage 2", "", "eve fay gus", null, false],
    ["gus is left for stage 2, but asked", "", "eve fay", "gus", false],
  ])("%s: %s", (_name, signed, rejecters, requester, possible) => {
    const rules = { ...STAGED, excludeRequester: true };
    expect(canStillBeMet(rules, approvals(signed), people(rejecters), requester)).toBe(possible);
  });

  it("nobody counts in two stages, in the end as at the start", () => {
    const rules = policy({ stages: stages([anyOf(1, "ana", "bo")], [anyOf(1, "bo", "cy")]) });
    expect(canStillBeMet(rules, approvals(""), people("cy"), null)).toBe(true);
    expect(canStillBeMet(rules, approvals("bo"), people("cy"), null)).toBe(false);
    expect(canStillBeMet(rules, approvals("ana bo"), people("cy"), null)).toBe(false);
    expect(canStillBeMet(rules, approvals("ana"), people("cy"), null)).toBe(true);
    expect(canStillBeMet(rules, approvals("bo:2"), people("ana"), null)).toBe(false);
    expect(isMet(rules, approvals("bo"), 0)).toBe(false);
  });
});
