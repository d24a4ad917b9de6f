import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import {
  leastPeople,
  parsePolicyDocument,
  type Party,
  type PolicyDocument,
} from "../../../src/core/policy/policy-document.ts";
import { groupFromWritten, writtenGroup } from "../../../src/core/policy/written-group.ts";
import { policyFromWritten, writtenPolicy } from "../../../src/core/policy/written-policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { rulesFromWritten, writtenRules } from "../../../src/core/rules/written-rules.ts";
import {
  after,
  group,
  groupOf,
  need,
  person,
  policyDocument,
  role,
  stage,
  times,
} from "./support/documents.ts";

// Groups, policies and rules as people write them by hand: short, and the same document again.

const PEOPLE = ["alex", "bo", "cy", "dana"];
const idOf = (username: string) => (PEOPLE.includes(username) ? `id-${username}` : undefined);
const policy = (written: JsonValue) => policyFromWritten("payments", written, idOf);

describe("a written policy", () => {
  it.each<[written: JsonValue, document: Partial<PolicyDocument>]>([
    [{ needs: ["alex"] }, { stages: [stage(need(1, person("alex")))] }],
    [{ needs: [{ person: "alex" }] }, { stages: [stage(need(1, person("alex")))] }],
    [
      { needs: [{ count: 2, from: { group: "finance" } }, { group: "security" }], excludeRequester: true },
      {
        stages: [stage(need(2, group("finance")), need(1, group("security")))],
        excludeRequester: true,
        minimum: 3,
      },
    ],
    [
      { needs: [{ from: ["alex", { role: "owner" }] }], rejection: "impossible", breakGlass: ["bo"] },
      {
        stages: [stage(need(1, person("alex"), role("owner")))],
        rejection: "impossible",
        breakGlass: [person("bo")],
      },
    ],
    [
      { stages: [{ name: "Check", needs: ["alex"] }, { needs: [{ role: "admin" }] }] },
      {
        stages: [{ name: "Check", needs: [need(1, person("alex"))] }, stage(need(1, role("admin")))],
        minimum: 2,
      },
    ],
    [
      {
        needs: [{ count: 2, from: { group: "finance" } }],
        escalations: [{ afterSeconds: 1_800, needs: ["alex"] }],
        expiresInSeconds: 7_200,
        quietHours: "overridden",
      },
      {
        stages: [stage(need(2, group("finance")))],
        escalations: [after(1_800, 1, need(1, person("alex")))],
        expiresInSeconds: 7_200,
        quietHours: "overridden",
      },
    ],
  ])("%j is the whole document, and comes back", (written, document) => {
    const read = expectOk(policy(written));
    expect(read).toEqual(policyDocument(document));
    expect(expectOk(policy(writtenPolicy(read)))).toEqual(read);
  });

  it("says its minimum only where it is not all who are enough at some time", () => {
    const written = {
      needs: [{ count: 3, from: { group: "finance" } }],
      escalations: [{ afterSeconds: 60, needs: [{ count: 2, from: { role: "owner" } }] }],
    };
    expect(expectOk(policy(written)).minimum).toBe(2);
    expect(writtenPolicy(expectOk(policy(written)))).toEqual(written);
    expect(writtenPolicy(expectOk(policy({ ...written, minimum: 1 })))).toEqual({ ...written, minimum: 1 });
  });

  it.each<[what: string, written: JsonValue, at: string, detail: RegExp]>([
    ["no object", "alex", "", /must be an object/],
    ["no needs", {}, "/needs", /is required/],
    ["needs and stages", { needs: ["alex"], stages: [{ needs: ["bo"] }] }, "/needs", /goes with stages only/],
    ["a field of the whole document", { needs: ["alex"], kind: "x" }, "", /has no field “kind”/],
    ["a list for a need's text", { needs: [["alex"]] }, "/needs/0", /must be a user name, or an object/],
    ["an unknown person", { needs: ["eve"] }, "/needs/0", /nobody “eve” with a passkey/],
    [
      "an unknown person further in",
      { stages: [{ needs: [{ count: 2, from: ["alex", "eve"] }] }] },
      "/stages/0/needs/0/from/1",
      /“eve”/,
    ],
    ["a role that only reads", { needs: [{ role: "auditor" }] }, "/needs/0/from/0/role", /expected one of/],
    ["two parties in one", { needs: [{ group: "a", role: "owner" }] }, "/needs/0", /one of person, group/],
    ["a count of none", { needs: [{ count: 0, from: "alex" }] }, "/needs/0/count", /./],
    ["more than there are", { needs: [{ count: 2, from: "alex" }] }, "/needs/0/count", /2 of only 1/],
    ["the same party twice", { needs: [{ from: ["alex", "alex"] }] }, "/needs/0/from/1", /twice/],
    ["a higher minimum than needs", { needs: ["alex"], minimum: 2 }, "/minimum", /more than the 1/],
    [
      "an escalation of no stage",
      { needs: ["alex"], escalations: [{ afterSeconds: 9, stage: 2, needs: ["bo"] }] },
      "/escalations/0/stage",
      /there is no stage 2/,
    ],
    ["an unknown field of a stage", { stages: [{ needs: ["alex"], of: 1 }] }, "/stages/0", /no field “of”/],
    ["null for a list", { needs: ["alex"], breakGlass: null }, "/breakGlass", /must be a list/],
  ])("with %s is refused at its place", (_what, written, at, detail) => {
    const read = policy(written);
    expect(read.ok ? "accepted" : read.refusal.at).toBe(at);
    expect(read.ok ? "" : read.refusal.detail).toMatch(detail);
  });

  it("comes back whatever the document says", () => {
    const party: fc.Arbitrary<Party> = fc.constantFrom(
      ...PEOPLE.map((name) => person(name)),
      group("finance"),
      group("security"),
      role("owner"),
      role("admin"),
    );
    const someNeed = fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      from: fc.uniqueArray(party, { minLength: 1, maxLength: 4, selector: (one) => JSON.stringify(one) }),
    });
    const needs = fc.array(someNeed, { minLength: 1, maxLength: 3 });
    const document = fc.record({
      stages: fc.array(fc.record({ name: fc.constantFrom("", "Check"), needs }), {
        minLength: 1,
        maxLength: 4,
      }),
      escalations: fc.array(
        fc.record({
          afterSeconds: fc.integer({ min: 1, max: 900 }),
          stage: fc.integer({ min: 1, max: 2 }),
          needs,
        }),
        { maxLength: 1 },
      ),
      minimum: fc.integer({ min: 1, max: 4 }),
      excludeRequester: fc.boolean(),
      rejection: fc.constantFrom("first" as const, "impossible" as const),
      breakGlass: fc.constantFrom([], [person("dana")]),
      authenticator: fc.constantFrom("any" as const, "device-bound" as const),
      expiresInSeconds: fc.constantFrom(null, 3_600),
      executeWithinSeconds: fc.constantFrom(null, 60),
      quietHours: fc.constantFrom("kept" as const, "overridden" as const),
    });
    let read = 0;
    fc.assert(
      fc.property(document, (parts) => {
        const parsed = parsePolicyDocument(policyDocument(parts));
        if (!parsed.ok) return;
        read++;
        expect(expectOk(policy(writtenPolicy(parsed.value)))).toEqual(parsed.value);
        expect(parsed.value.minimum).toBeLessThanOrEqual(leastPeople(parsed.value));
      }),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe("a written group", () => {
  it("is a list of user names, and comes back", () => {
    const read = expectOk(groupFromWritten("finance", { members: ["alex", { person: "bo" }] }, idOf));
    expect(read).toEqual(groupOf("finance", "alex", "bo"));
    expect(writtenGroup(read)).toEqual({ members: ["alex", "bo"] });
  });

  it.each<[what: string, name: string, written: JsonValue, at: string]>([
    ["another form of name", "Finance", { members: ["alex"] }, "/name"],
    ["nobody", "finance", { members: [] }, "/members"],
    ["no members", "finance", {}, "/members"],
    ["an unknown person", "finance", { members: ["alex", "eve"] }, "/members/1"],
    ["a group in it", "finance", { members: [{ group: "security" }] }, "/members/0"],
    ["somebody twice", "finance", { members: ["alex", "alex"] }, "/members/1"],
    ["65 people", "finance", { members: times(65, () => "alex") }, "/members"],
    ["a further field", "finance", { members: ["alex"], name: "finance" }, ""],
  ])("with %s is refused at its place", (_what, name, written, at) => {
    const read = groupFromWritten(name, written, idOf);
    expect(read.ok ? "accepted" : read.refusal.at).toBe(at);
  });
});

describe("written rules", () => {
  it("have one policy without a list, and the named person where no rule is for", () => {
    const when = "number(payload.amount) > 10000";
    const written = { rules: [{ name: "Large", when, policies: "two-of-finance" }] };
    const read = expectOk(rulesFromWritten(written));
    expect(read).toEqual({
      v: 1,
      kind: "countersign/rules",
      rules: [{ name: "Large", when, policies: ["two-of-finance"] }],
      otherwise: ["named-person"],
    });
    expect(writtenRules(read)).toEqual({ ...written, otherwise: "named-person" });
    expect(expectOk(rulesFromWritten(writtenRules(read)))).toEqual(read);
    const several = { rules: [], otherwise: ["one-person", "named-person"] };
    expect(writtenRules(expectOk(rulesFromWritten(several)))).toEqual(several);
  });

  it.each<[what: string, written: JsonValue, at: string]>([
    ["a rule without policies", { rules: [{ name: "a", when: "true" }] }, "/rules/0/policies"],
    ["a rule without a name", { rules: [{ when: "true", policies: "a" }] }, "/rules/0/name"],
    ["a number for a policy", { rules: [], otherwise: 7 }, "/otherwise/0"],
    ["a further field", { rules: [], rest: "a" }, ""],
    ["101 rules", { rules: times(101, (n) => ({ name: `${n}`, when: "true", policies: "a" })) }, "/rules"],
  ])("with %s are refused at its place", (_what, written, at) => {
    const read = rulesFromWritten(written);
    expect(read.ok ? "accepted" : read.refusal.at).toBe(at);
  });
});
