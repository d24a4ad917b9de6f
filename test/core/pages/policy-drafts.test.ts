import { describe, expect, it } from "vitest";
import { drillParts } from "../../../src/core/pages/policies/drill-parts.ts";
import { stepIn } from "../../../src/core/pages/policies/form-values.ts";
import {
  draftOfPolicy,
  draftOfStarter,
  policyOfDraft,
  type PolicyDraft,
} from "../../../src/core/pages/policies/policy-draft.ts";
import { changePolicyDraft, readPolicyForm } from "../../../src/core/pages/policies/policy-form.ts";
import { changeRulesDraft, readRulesForm } from "../../../src/core/pages/policies/rules-draft.ts";
import { readSpan } from "../../../src/core/pages/policies/span-field.ts";
import { policyFromStarter, STARTERS, type StarterName } from "../../../src/core/policy/policy-starters.ts";
import { spanText } from "../../../src/core/policy/policy-sentence.ts";
import type { Party, PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import { resolvePolicy } from "../../../src/core/policy/resolve-policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";

// Policies and rules while somebody edits them in a form.

const ALEX: Party = { kind: "person", id: "p_alex", username: "alex" };
const USERNAMES = new Map([["p_alex", "alex"]]);
const group = (name: string): Party => ({ kind: "group", name });
const PARTIES: Readonly<Record<StarterName, readonly Party[]>> = {
  "one-person": [ALEX],
  "four-eyes": [],
  "two-of-a-group": [group("finance")],
  "two-groups": [group("finance"), group("security")],
  staged: [group("finance"), group("security")],
};
const starters = Object.keys(STARTERS) as StarterName[];
const PAIR = expectOk(policyFromStarter("two-of-a-group", "pay", PARTIES["two-of-a-group"]));
const FULL: PolicyDocument = {
  ...PAIR,
  escalations: [{ afterSeconds: 5_400, stage: 1, needs: [{ count: 2, from: [group("board"), ALEX] }] }],
  minimum: 1,
  rejection: "impossible",
  breakGlass: [{ kind: "role", role: "owner" }],
  authenticator: "device-bound",
  expiresInSeconds: 90_061,
  executeWithinSeconds: 90,
  quietHours: "overridden",
};

describe("the draft of a policy", () => {
  it.each(starters)("gives the same policy again: %s", (starter) => {
    const policy = expectOk(policyFromStarter(starter, "pay", PARTIES[starter]));
    expect(expectOk(policyOfDraft(draftOfPolicy(policy), USERNAMES))).toEqual(policy);
  });

  it("gives the same policy again with everything that one can say", () => {
    expect(expectOk(policyOfDraft(draftOfPolicy(FULL), USERNAMES))).toEqual(FULL);
  });

  it.each(starters)("has the stages of its template before anybody is chosen: %s", (starter) => {
    const draft = draftOfStarter(starter);
    const policy = expectOk(policyFromStarter(starter, "pay", PARTIES[starter]));
    expect(draft.stages.map(({ needs }) => needs.length)).toEqual(
      policy.stages.map(({ needs }) => needs.length),
    );
    expect(draft.excludeRequester).toBe(policy.excludeRequester);
  });

  it.each<readonly [what: string, at: string, wrong: Partial<PolicyDraft>]>([
    ["no name", "/name", { name: " " }],
    [
      "nobody to sign",
      "/stages/0/needs/0/from",
      { stages: [{ name: "", needs: [{ count: "1", from: [] }] }] },
    ],
    [
      "a number that is none",
      "/stages/0/needs/0/count",
      { stages: [{ name: "", needs: [{ count: "two", from: ["group:finance"] }] }] },
    ],
    ["a time that is none", "/expiresInSeconds", { expires: "soon" }],
    [
      "a step after no time",
      "/escalations/0/afterSeconds",
      { escalations: [{ after: "", stage: "1", needs: [{ count: "1", from: ["role:admin"] }] }] },
    ],
    [
      "a step in no stage",
      "/escalations/0/stage",
      { escalations: [{ after: "5", stage: "x", needs: [{ count: "1", from: ["role:admin"] }] }] },
    ],
    ["more people than it asks for", "/minimum", { minimum: "9" }],
  ])("says at which field it is wrong: %s", (_what, at, wrong) => {
    const read = policyOfDraft({ ...draftOfPolicy(PAIR), ...wrong }, USERNAMES);
    expect(read).toMatchObject({ ok: false, refusal: { at } });
  });

  it("leaves out what is no party", () => {
    const stages = [
      { name: "", needs: [{ count: "1", from: ["group:finance", "role:auditor", "nonsense", "group:"] }] },
    ];
    const policy = expectOk(policyOfDraft({ ...draftOfPolicy(PAIR), stages, minimum: "" }, USERNAMES));
    expect(policy.stages[0]?.needs[0]?.from).toEqual([group("finance")]);
  });

  it("without a stage takes its steps along, and moves those of later stages up", () => {
    const staged = draftOfPolicy(expectOk(policyFromStarter("staged", "pay", PARTIES.staged)));
    const step = (stage: string) => ({ after: "5", stage, needs: [] });
    const draft = { ...staged, escalations: [step("1"), step("2")] };
    const left = changePolicyDraft(draft, stepIn({ do: "remove-stage 0" }));
    expect(left.stages).toHaveLength(1);
    expect(left.escalations).toEqual([step("1")]);
  });

  it("is read from its fields, as they were typed", () => {
    const draft = readPolicyForm({
      "/name": "pay",
      "/stages/0/name": "",
      "/stages/0/needs/0/count": "2",
      "/stages/0/needs/0/from": ["group:finance", "person:p_alex"],
      "/stages/0/needs/1/count": "",
      "/stages/2/name": "not the next one",
      "/excludeRequester": "yes",
      constructor: "nothing",
    });
    expect(draft.stages).toEqual([
      {
        name: "",
        needs: [
          { count: "2", from: ["group:finance", "person:p_alex"] },
          { count: "", from: [] },
        ],
      },
    ]);
    expect(draft).toMatchObject({ name: "pay", excludeRequester: true, rejection: "first", minimum: "" });
  });
});

describe("the draft of rules", () => {
  const fields = {
    "/rules/0/name": "a",
    "/rules/0/when": "true",
    "/rules/0/policies": ["pay", ""],
    "/rules/1/name": "b",
    "/rules/1/when": "false",
    "/rules/1/policies": "",
    "/otherwise": ["named-person", ""],
  };
  const draft = readRulesForm(fields);
  const names = (step: string) => changeRulesDraft(draft, stepIn({ do: step })).rules.map(({ name }) => name);

  it("has the policies that were chosen, in order", () => {
    expect(draft.rules.map(({ policies }) => policies)).toEqual([["pay"], []]);
    expect(draft.otherwise).toEqual(["named-person"]);
  });

  it.each([
    ["rule-up 1", ["b", "a"]],
    ["rule-down 0", ["b", "a"]],
    ["rule-up 0", ["a", "b"]],
    ["rule-down 1", ["a", "b"]],
    ["remove-rule 0", ["b"]],
    ["add-rule", ["a", "b", ""]],
    ["show", ["a", "b"]],
  ])("after %s", (step, expected) => {
    expect(names(step)).toEqual(expected);
  });
});

describe("a span of time", () => {
  it.each([
    ["30 min", 1_800],
    ["30", 1_800],
    ["90s", 90],
    ["1 day 2 hours 3 min 4 s", 93_784],
    ["2h", 7_200],
    [" 1 Hour ", 3_600],
  ])("%j", (text, seconds) => {
    expect(readSpan(text)).toBe(seconds);
  });

  it.each(["", "soon", "-5 min", "5 weeks", "1.5 hours", "9".repeat(50)])("%j is none", (text) => {
    expect(readSpan(text)).toBeUndefined();
  });

  it.each([1, 59, 60, 3_601, 86_400, 90_061, 2_592_000])("is read as it is said: %d s", (seconds) => {
    expect(readSpan(spanText(seconds))).toBe(seconds);
  });
});

describe("the parts of a policy, need by need", () => {
  const members = new Map(
    ["alex", "bo", "cy"].map((username) => {
      const id = `p_${username}`;
      return [id, { id, username, role: "approver" as const }];
    }),
  );
  const finance = {
    v: 1,
    kind: "countersign/group",
    name: "finance",
    members: [...members.values()].map(({ id, username }) => ({ id, username })),
  } as const;
  const organisation = { groups: new Map([["finance", finance]]), members };
  const policy = expectOk(resolvePolicy(PAIR, organisation, null, { seq: 1, rules: null, rule: "" }));
  const person = (username: string, passkeys: number, channels: number, quietUntil: string | null = null) =>
    [`p_${username}`, { id: `p_${username}`, username, passkeys, channels, quietUntil }] as const;
  const missing = (...people: readonly ReturnType<typeof person>[]) =>
    drillParts(PAIR, policy, new Map(people))[0]?.needs[0]?.missing;

  it("say that nothing is missing if enough people can be reached", () => {
    expect(missing(person("alex", 1, 1), person("bo", 2, 1), person("cy", 0, 0))).toBeNull();
  });

  it("say how many can be reached now", () => {
    const asleep = person("bo", 1, 1, "2026-01-31T07:00:00.000Z");
    expect(missing(person("alex", 1, 1), asleep, person("cy", 1, 0))).toBe(
      "Two of finance must sign; only one can be reached now",
    );
  });

  it("say how many can sign at all", () => {
    expect(missing(person("alex", 0, 1), person("bo", 0, 1), person("cy", 0, 0))).toBe(
      "Two of finance must sign; nobody can, for want of passkeys",
    );
  });
});
