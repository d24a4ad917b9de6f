import type { JsonObject, JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import {
  isEndedByRejections,
  openStage,
  parsePolicy,
  policyHash,
  progressOf,
  singleApproverPolicy,
  whoMayVote,
  type Policy,
} from "../../../../src/core/policy/policy.ts";
import type { Need } from "../../../../src/core/policy/seats.ts";

// Who must sign: policies with the people who signed, and whether that is enough.

const need = (name: string, count: number, ...of: readonly string[]): Need => ({ name, count, of });
const one = (person: string): Need => need(person, 1, person);
const policy = (stages: readonly (readonly Need[])[], more: Partial<Policy> = {}): Policy => ({
  ...singleApproverPolicy("unused"),
  name: "Example",
  stages: stages.map((needs, index) => ({ name: stages.length > 1 ? `Stage ${index + 1}` : "", needs })),
  ...more,
});
const later = (afterSeconds: number, stage: number, ...needs: readonly Need[]) => ({
  afterSeconds,
  stage,
  needs,
});

export const twoOfThree = policy([[need("Staff", 2, "ana", "bo", "cy")]]);
const groups = policy([[need("Finance", 1, "ana", "bo"), need("Security", 1, "bo", "cy")]]);
const large = policy([[need("Finance", 2, "ana", "bo", "cy"), need("Security", 1, "bo", "cy", "dan")]], {
  rejection: "impossible",
});
const escalating = policy([[one("ana")]], { escalations: [later(60, 1, one("bo"))] });
const twice = policy([[need("Both", 2, "ana", "bo")]], {
  escalations: [later(60, 1, one("cy")), later(120, 1, one("dan"))],
});
const staged = policy([[need("Team", 2, "ana", "bo", "cy")], [need("Managers", 1, "cy", "dan")]], {
  escalations: [later(60, 2, one("eve")), later(120, 1, need("Team", 1, "ana", "bo", "cy"))],
  minimum: 2,
  rejection: "impossible",
  excludeRequester: true,
});
const full: Policy = {
  ...staged,
  name: "Payments",
  breakGlass: ["fay"],
  authenticator: "device-bound",
  expiresInSeconds: 3_600,
  executeWithinSeconds: 600,
  quietHours: "overridden",
  chosen: {
    seq: 7,
    rules: "ab".repeat(32),
    rule: "Above 10,000",
    document: "cd".repeat(32),
    groups: ["12".repeat(32), "34".repeat(32)],
  },
};

/** `ana bo dan:2`: the first two approved in stage 1, and dan in stage 2. */
function approvalsOf(text: string): ReadonlyMap<string, number> {
  const signed = text.split(" ").filter(Boolean);
  return new Map(
    signed.map((each) => {
      const [person = "", stage = "1"] = each.split(":");
      return [person, Number(stage)];
    }),
  );
}
const listOf = (approvals: ReadonlyMap<string, number>) =>
  [...approvals].map(([person, stage]) => ({ person, stage }));

const MET: readonly (readonly [Policy, number, string])[] = [
  [singleApproverPolicy("ana"), 0, "ana"],
  [singleApproverPolicy("ana"), 0, "bo"],
  [twoOfThree, 0, "ana"],
  [twoOfThree, 0, "ana cy"],
  [twoOfThree, 0, "ana dan"],
  [groups, 0, "bo"],
  [groups, 0, "bo cy"],
  [groups, 0, "ana bo"],
  [groups, 0, "ana cy"],
  [large, 0, "bo cy"],
  [large, 0, "ana bo cy"],
  [large, 0, "bo cy dan"],
  [large, 0, "ana dan"],
  [escalating, 59_999, "bo"],
  [escalating, 60_000, "bo"],
  [escalating, 60_000, "ana"],
  [twice, 119_999, "dan"],
  [twice, 120_000, "dan"],
  [twice, 120_000, "cy"],
  [twice, 120_000, "ana"],
  [twice, 120_000, "ana bo"],
  [staged, 0, ""],
  [staged, 0, "ana"],
  [staged, 0, "ana bo"],
  [staged, 0, "ana bo dan"],
  [staged, 0, "ana bo dan:2"],
  // cy's signature counts in the stage that cy signed for.
  [staged, 0, "ana cy"],
  [staged, 0, "ana cy:2"],
  [staged, 0, "ana bo cy:2"],
  [staged, 59_999, "ana bo eve:2"],
  [staged, 60_000, "ana bo eve:2"],
  [staged, 60_000, "eve:2"],
  [staged, 119_999, "ana eve:2"],
  [staged, 120_000, "ana eve:2"],
  [full, 120_000, "ana dan:2"],
];

const ENDED: readonly (readonly [Policy, approvals: string, rejecters: string, requester: string | null])[] =
  [
    [twoOfThree, "", "ana", null],
    [large, "", "ana", null],
    [large, "", "ana cy", null],
    [large, "", "bo", null],
    [large, "ana dan", "bo", null],
    [staged, "", "ana", null],
    [staged, "", "ana bo", null],
    [staged, "", "ana bo cy", null],
    [staged, "", "ana bo", "cy"],
    [staged, "ana", "bo", "cy"],
    // Without an approval of cy, cy can still sign for the second stage.
    [staged, "ana bo", "dan eve", null],
    [staged, "ana cy", "dan eve", null],
  ];

const people = (count: number, first = 0) =>
  Array.from({ length: count }, (_none, place) => `p${first + place}`);
const everyone = (count: number) => need("", count, ...people(64));

const REFUSED: readonly (readonly [string, JsonValue])[] = [
  ["more signatures than people", policy([[need("", 3, "ana", "bo")]])],
  ["a person twice in one need", policy([[need("", 2, "ana", "ana")]])],
  ["two needs that the same person would have to fill", policy([[one("ana"), one("ana")]])],
  ["two stages that the same person would have to fill", policy([[one("ana")], [one("ana")]])],
  ["a count of zero", policy([[need("", 0, "ana")]])],
  ["nobody", policy([[need("", 1)]])],
  ["no need", policy([[]])],
  ["no stage", policy([])],
  ["five stages", policy(["ana", "bo", "cy", "dan", "eve"].map((each) => [one(each)]))],
  ["nine needs", policy([people(9).map(one)])],
  ["65 seats", policy([[need("", 33, ...people(64))], [need("", 32, ...people(64))]])],
  [
    "65 seats after an escalation",
    policy([[one("p0")], [one("p1")]], { escalations: [later(60, 1, everyone(64))] }),
  ],
  [
    "65 people in all",
    policy([[need("", 1, ...people(40))]], {
      escalations: [later(60, 1, need("", 1, ...people(40, 20)))],
      breakGlass: people(5, 60),
    }),
  ],
  [
    "641 places of people in lists",
    policy([[everyone(1), everyone(1), everyone(1), everyone(1), everyone(1)]], {
      escalations: [later(60, 1, everyone(5), everyone(1), everyone(1), everyone(1), everyone(1))],
      breakGlass: ["p0"],
    }),
  ],
  ["a minimum that the stages do not reach", policy([[need("", 2, "ana", "bo")]], { minimum: 3 })],
  ["a minimum that an escalation does not reach", { ...escalating, minimum: 2 }],
  ["an escalation of a third stage of two", { ...staged, escalations: [later(60, 3, one("eve"))] }],
  [
    "an escalation that nobody could meet",
    policy([[one("ana")]], { escalations: [later(60, 1, need("", 2, "bo"))] }),
  ],
  [
    "escalations out of order",
    policy([[one("ana")]], { escalations: [later(60, 1, one("bo")), later(60, 1, one("bo"))] }),
  ],
  ["an unknown field", { ...twoOfThree, quorum: 2 }],
  ["the policy of an older version", { ...twoOfThree, v: 1 }],
];

export function policyVectors(): JsonObject {
  const met = MET.map(([each, elapsedMilliseconds, signed]) => {
    const approvals = approvalsOf(signed);
    const openStageNow = openStage(each, approvals, elapsedMilliseconds);
    const isMet = openStageNow > each.stages.length;
    return {
      policy: each,
      hash: policyHash(each),
      elapsedMilliseconds,
      approvals: listOf(approvals),
      openStage: isMet ? null : openStageNow,
      asked: isMet ? [] : [...whoMayVote(each, openStageNow, elapsedMilliseconds, null)],
      progress: { ...progressOf(each, approvals, elapsedMilliseconds) },
      met: isMet,
    };
  });
  const ended = ENDED.map(([each, signed, rejected, requester]) => {
    const approvals = approvalsOf(signed);
    const rejecters = rejected.split(" ");
    const isEnded = isEndedByRejections(each, approvals, new Set(rejecters), requester);
    return { policy: each, approvals: listOf(approvals), rejecters, requester, ended: isEnded };
  });
  const refused = REFUSED.map(([name, each]) => {
    const parsed = parsePolicy(each);
    if (parsed.ok) throw new Error(`${name} is accepted`);
    return { name, policy: each, code: parsed.refusal.code };
  });
  return { accepted: [full], met, ended, refused };
}
