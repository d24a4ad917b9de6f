import { describe, expect, it } from "vitest";
import { parsePolicyDocument, type PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import { documentSentence, policySentence, spanText } from "../../../src/core/policy/policy-sentence.ts";
import { singleApproverPolicy } from "../../../src/core/policy/policy.ts";
import { resolvePolicy } from "../../../src/core/policy/resolve-policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import {
  after,
  group,
  groupOf,
  member,
  need,
  organisation,
  person,
  policyDocument,
  role,
  stage,
  times,
} from "./support/documents.ts";

const CREW = times(12, (place) => `crew${place}`);
const PEOPLE = ["alex", "ana", "bo", "cy", "dee", "one", ...CREW];
const ORGANISATION = organisation(
  [member("olga", "owner"), member("adam", "admin"), ...PEOPLE.map((name) => member(name))],
  groupOf("finance", "ana", "bo", "cy"),
  groupOf("security", "dee", "cy"),
  groupOf("crew", ...CREW),
);
const USERNAMES = new Map([...ORGANISATION.members.values()].map(({ id, username }) => [id, username ?? ""]));
const two = stage(need(2, group("finance")));

describe("the sentence of a policy", () => {
  it.each<[text: string, more: Partial<PolicyDocument>]>([
    ["One of finance", {}],
    ["alex", { stages: [stage(need(1, person("alex")))] }],
    ["one", { stages: [stage(need(1, person("one")))] }],
    ["alex and bo", { stages: [stage(need(2, person("alex"), person("bo")))] }],
    ["One of alex or bo", { stages: [stage(need(1, person("alex"), person("bo")))] }],
    ["Two of alex, bo or cy", { stages: [stage(need(2, ...["alex", "bo", "cy"].map(person)))] }],
    ["One of the owners or the admins", { stages: [stage(need(1, role("owner"), role("admin")))] }],
    ["Three of finance or alex", { stages: [stage(need(3, group("finance"), person("alex")))] }],
    ["Ten of crew", { stages: [stage(need(10, group("crew")))] }],
    ["11 of crew", { stages: [stage(need(11, group("crew")))] }],
    [
      "Two of finance, and one of security",
      { stages: [stage(need(2, group("finance")), need(1, group("security")))] },
    ],
    [
      "One of finance, one of crew, and alex",
      { stages: [stage(need(1, group("finance")), need(1, group("crew")), need(1, person("alex")))] },
    ],
    [
      "Two of finance, and one of security; not the person who asked; after 30 min also alex",
      {
        stages: [stage(need(2, group("finance")), need(1, group("security")))],
        excludeRequester: true,
        escalations: [after(1_800, 1, need(1, person("alex")))],
      },
    ],
    ["First one of crew, then two of finance", { stages: [stage(need(1, group("crew"))), two] }],
    [
      "First one of crew and alex, then two of finance, then one of the owners; after 3 days in stage two also one of finance, and dee; never fewer than five people",
      {
        stages: [stage(need(1, group("crew")), need(1, person("alex"))), two, stage(need(1, role("owner")))],
        escalations: [after(3 * 86_400, 2, need(1, group("finance")), need(1, person("dee")))],
        minimum: 5,
      },
    ],
    ["Two of finance", { stages: [two], minimum: 2 }],
    ["One of finance; rejections end it only when it can no longer be met", { rejection: "impossible" }],
    ["One of finance; in an emergency alex alone", { breakGlass: [person("alex")] }],
    ["One of finance; only with a passkey that can't leave its device", { authenticator: "device-bound" }],
    ["One of finance; open for at most 2 hours", { expiresInSeconds: 7_200 }],
    ["One of finance; an approval must be used within 1 hour", { executeWithinSeconds: 3_600 }],
    ["One of finance; notices come in quiet hours too", { quietHours: "overridden" }],
  ])("%s", (text, more) => {
    const document = expectOk(parsePolicyDocument(policyDocument(more)));
    expect(documentSentence(document)).toBe(text);
    const policy = expectOk(resolvePolicy(document, ORGANISATION, null, { seq: 1, rules: null, rule: "" }));
    expect(policySentence(policy, USERNAMES)).toBe(text);
  });

  it("names the groups of an emergency in a document, and their people in a request", () => {
    const document = policyDocument({ breakGlass: [group("security"), role("owner")] });
    const policy = expectOk(resolvePolicy(document, ORGANISATION, null, { seq: 1, rules: null, rule: "" }));
    expect(documentSentence(document)).toBe("One of finance; in an emergency security or the owners alone");
    expect(policySentence(policy, USERNAMES)).toBe("One of finance; in an emergency cy, dee or olga alone");
  });

  it("names the person whom a request names, by the id if nothing else is known", () => {
    expect(policySentence(singleApproverPolicy("id-ana"), USERNAMES)).toBe("ana");
    expect(policySentence(singleApproverPolicy("id-zoe"), USERNAMES)).toBe("id-zoe");
  });

  it("says how many more people could decide in an emergency", () => {
    const everyone = policyDocument({ breakGlass: [role("approver")] });
    const policy = expectOk(resolvePolicy(everyone, ORGANISATION, null, { seq: 1, rules: null, rule: "" }));
    expect(policySentence(policy, USERNAMES)).toMatch(/, cy or 2 more alone$/);
  });
});

describe("a span of time", () => {
  it.each([
    [1, "1 s"],
    [30, "30 s"],
    [90, "1 min 30 s"],
    [1_800, "30 min"],
    [3_600, "1 hour"],
    [5_400, "1 hour 30 min"],
    [7_200, "2 hours"],
    [86_400, "1 day"],
    [90_000, "1 day 1 hour"],
    [3 * 86_400, "3 days"],
  ])("of %i seconds", (seconds, text) => expect(spanText(seconds)).toBe(text));
});
