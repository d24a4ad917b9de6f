import { describe, expect, it } from "vitest";
import { groupHash } from "../../../src/core/policy/group-document.ts";
import {
  parsePolicyDocument,
  policyDocumentHash,
  type PolicyDocument,
} from "../../../src/core/policy/policy-document.ts";
import { parsePolicy, policyHash } from "../../../src/core/policy/policy.ts";
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

const FINANCE = groupOf("finance", "dee", "ana", "bo", "gone", "eye", "nobody");
const SECURITY = groupOf("security", "cy", "ana");
const MEMBERS = [
  member("olga", "owner"),
  member("alex", "admin"),
  member("dee"),
  member("ana", "developer"),
  member("bo"),
  member("cy"),
  { ...member("ria"), username: null },
  member("gone", "approver", true),
  member("eye", "auditor"),
];
const ORGANISATION = organisation(
  MEMBERS,
  FINANCE,
  SECURITY,
  groupOf("solo", "bo"),
  groupOf("empty", "gone", "eye"),
);
const CHOICE = { seq: 7, rules: null, rule: "" };

const resolve = (more: Partial<PolicyDocument>, requester: string | null = null) =>
  resolvePolicy(expectOk(parsePolicyDocument(policyDocument(more))), ORGANISATION, requester, CHOICE);
const resolved = (more: Partial<PolicyDocument>, requester: string | null = null) =>
  expectOk(resolve(more, requester));
const ids = (...names: readonly string[]) => names.map((name) => `id-${name}`);

describe("a policy that a request keeps", () => {
  it("has people in place of names, and says where they come from", () => {
    const document = policyDocument({
      stages: [
        { name: "Check", needs: [need(1, group("finance"), person("cy"))] },
        stage(need(1, role("owner"), role("admin"))),
      ],
      escalations: [after(1_800, 2, need(1, person("cy")))],
      minimum: 2,
      excludeRequester: true,
      breakGlass: [person("alex"), group("security")],
      authenticator: "device-bound",
      expiresInSeconds: 3_600,
      executeWithinSeconds: 60,
      quietHours: "overridden",
      rejection: "impossible",
    });
    const choice = { seq: 12, rules: "ab".repeat(32), rule: "Large payments" };
    const policy = expectOk(resolvePolicy(document, ORGANISATION, "id-dee", choice));
    expect(policy).toEqual({
      v: 2,
      kind: "countersign/policy",
      name: "payments",
      stages: [
        { name: "Check", needs: [{ name: "finance or cy", count: 1, of: ids("ana", "bo", "cy", "dee") }] },
        { name: "", needs: [{ name: "the owners or the admins", count: 1, of: ids("alex", "olga") }] },
      ],
      escalations: [{ afterSeconds: 1_800, stage: 2, needs: [{ name: "cy", count: 1, of: ids("cy") }] }],
      minimum: 2,
      excludeRequester: true,
      rejection: "impossible",
      breakGlass: ids("alex", "ana", "cy"),
      authenticator: "device-bound",
      expiresInSeconds: 3_600,
      executeWithinSeconds: 60,
      quietHours: "overridden",
      chosen: {
        ...choice,
        document: policyDocumentHash(document),
        groups: [groupHash(FINANCE), groupHash(SECURITY)].toSorted(),
      },
    });
    expect(parsePolicy(policy)).toEqual({ ok: true, value: policy });
  });

  it("is the same in whatever order the organisation was read", () => {
    const more = { stages: [stage(need(2, role("approver"), group("security"), group("finance")))] };
    const backwards = organisation(MEMBERS.toReversed(), SECURITY, FINANCE);
    const again = expectOk(resolvePolicy(policyDocument(more), backwards, null, CHOICE));
    expect(policyHash(again)).toBe(policyHash(resolved(more)));
  });

  it("leaves the people of unnamed groups out of its origin", () => {
    expect(resolved({ stages: [stage(need(1, person("ana")))] }).chosen?.groups).toEqual([]);
  });

  it.each<[name: string, more: Partial<PolicyDocument>, requester: string | null]>([
    [
      "two groups that share a person",
      { stages: [stage(need(1, group("security")), need(1, group("solo")))] },
      null,
    ],
    ["a person who is known by records only", { stages: [stage(need(1, person("ria")))] }, null],
    [
      "the requester's own escalation",
      { excludeRequester: true, escalations: [after(60, 1, need(1, person("alex")))] },
      "id-alex",
    ],
    ["a requester who is not excluded", { stages: [stage(need(1, person("alex")))] }, "id-alex"],
    ["an emergency for which nobody is left", { breakGlass: [group("empty")] }, null],
    ["a removed person beside others", { stages: [stage(need(1, person("gone"), person("ana")))] }, null],
  ])("can be made of %s", (_name, more, requester) => {
    expect(resolve(more, requester)).toMatchObject({ ok: true });
  });

  it.each<[detail: string, more: Partial<PolicyDocument>, requester: string | null, at: string]>([
    [
      "there is no group ops",
      { stages: [stage(need(1, group("finance"), group("ops")))] },
      null,
      "/stages/0/needs/0/from/1",
    ],
    ["there is no group ops", { breakGlass: [group("ops")] }, null, "/breakGlass/0"],
    [
      "zoe is not in the organisation",
      { escalations: [after(60, 1, need(1, person("zoe")))] },
      null,
      "/escalations/0/needs/0/from/0",
    ],
    [
      "the user name of an is ana",
      { stages: [stage(need(1, { kind: "person", id: "id-ana", username: "an" }))] },
      null,
      "/stages/0/needs/0/from/0",
    ],
    [
      "needs four of finance, but only 3 of 4 places can be filled",
      { stages: [stage(need(4, group("finance")))] },
      null,
      "/stages/0/needs/0",
    ],
    [
      "needs three of finance, but only 2 of 3 places can be filled; the person who asked may not sign",
      { stages: [stage(need(3, group("finance")))], excludeRequester: true },
      "id-ana",
      "/stages/0/needs/0",
    ],
    [
      "needs bo, but nobody can fill this place; the person who asked may not sign",
      { stages: [stage(need(1, person("bo")))], excludeRequester: true },
      "id-bo",
      "/stages/0/needs/0",
    ],
    [
      "needs gone, but nobody can fill this place",
      { stages: [stage(need(1, person("gone")))] },
      null,
      "/stages/0/needs/0",
    ],
    [
      "needs eye, but nobody can fill this place",
      { stages: [stage(need(1, person("eye")))] },
      null,
      "/stages/0/needs/0",
    ],
    [
      "needs one of empty, but nobody can fill this place",
      { stages: [stage(need(1, group("empty")))] },
      null,
      "/stages/0/needs/0",
    ],
    [
      "needs one of the developers, but these people fill other places, and nobody signs twice",
      { stages: [stage(need(1, person("ana")), need(1, role("developer")))] },
      null,
      "/stages/0/needs/1",
    ],
    [
      "needs bo in stage two, but these people fill other places, and nobody signs twice",
      { stages: [stage(need(1, group("solo"))), stage(need(1, person("bo")))] },
      null,
      "/stages/1/needs/0",
    ],
    [
      "needs three of security after 1 hour, but only 2 of 3 places can be filled",
      { escalations: [after(3_600, 1, need(3, group("security")))] },
      null,
      "/escalations/0/needs/0",
    ],
    [
      "needs one of empty after 1 min 30 s in stage two, but nobody can fill this place",
      {
        stages: times(2, () => stage(need(1, group("finance")))),
        escalations: [after(90, 2, need(1, group("empty")))],
      },
      null,
      "/escalations/0/needs/0",
    ],
  ])("is refused: %s", (detail, more, requester, at) => {
    expect(resolve(more, requester)).toEqual({
      ok: false,
      refusal: { code: "policy_unmeetable", detail, at },
    });
  });

  it("asks at most 64 people", () => {
    const names = times(65, (place) => `user${place}`);
    const among = (count: number) =>
      resolvePolicy(
        policyDocument({ stages: [stage(need(1, role("approver")))], breakGlass: [role("owner")] }),
        organisation([member("olga", "owner"), ...names.slice(0, count).map((name) => member(name))]),
        null,
        CHOICE,
      );
    expect(among(63)).toMatchObject({ ok: true });
    expect(among(64)).toMatchObject({
      ok: false,
      refusal: { code: "policy_unmeetable", detail: "names 65 people; at most 64 can be asked" },
    });
  });

  it("names a need of many parties as far as its name has room", () => {
    const many = times(16, (place) => `${"x".repeat(28)}-${place}`);
    const policy = resolvePolicy(
      policyDocument({ stages: [stage(need(1, ...many.map(person)))] }),
      organisation(many.map((name) => member(name))),
      null,
      CHOICE,
    );
    const [first] = expectOk(policy).stages[0]?.needs ?? [];
    expect(first?.of).toHaveLength(16);
    expect(first?.name).toBe(`${many.slice(0, 5).join(" or ")} or 11 more`);
  });

  it("can be met where a person is needed in one of two places", () => {
    // Only cy and ana are of security, and ana alone develops.
    const stages = [stage(need(1, group("security"))), stage(need(1, role("developer")))];
    expect(resolve({ stages })).toMatchObject({ ok: true });
    expect(resolve({ stages: [stage(need(2, group("security"))), ...stages.slice(1)] })).toMatchObject({
      ok: false,
    });
  });
});

describe("a group with somebody under another user name", () => {
  // People who sign a group read the names, and the ids decide.
  const swapped = { ...groupOf("swapped", "bo"), members: [{ id: "id-cy", username: "bo" }] };

  it("is resolved to nobody", () => {
    const policy = expectOk(
      parsePolicyDocument(policyDocument({ stages: [stage(need(1, group("swapped")))] })),
    );
    const result = resolvePolicy(policy, organisation(MEMBERS, swapped), null, CHOICE);
    expect(result).toMatchObject({
      ok: false,
      refusal: { code: "policy_unmeetable", detail: "the user name of bo is cy" },
    });
  });
});
