import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import {
  DECIDING_ROLES,
  parsePolicyDocument,
  policyDocumentHash,
  type Party,
  type PolicyDocument,
} from "../../../src/core/policy/policy-document.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { after, group, need, person, role, stage, times } from "./support/documents.ts";
import { mayDecide } from "../../../src/core/stream/directory.ts";
import { ROLES } from "../../../src/core/stream/record.ts";

const HOUR = 3_600;
const MONTH = 30 * 24 * HOUR;
const PAYMENTS = {
  v: 1,
  kind: "countersign/policy-document",
  name: "payments",
  stages: [stage(need(2, group("finance")), need(1, group("security")))],
  escalations: [after(1_800, 1, need(1, person("alex")))],
  minimum: 1,
  excludeRequester: true,
  rejection: "first",
  breakGlass: [role("owner")],
  authenticator: "any",
  expiresInSeconds: 2 * HOUR,
  executeWithinSeconds: HOUR,
  quietHours: "kept",
} as const satisfies PolicyDocument;

type Change = Partial<PolicyDocument>;
const changed = (change: Change): JsonObject => ({ ...PAYMENTS, ...change });
const noEscalation = (change: Change): Change => ({ escalations: [], ...change });

describe("a policy document", () => {
  it.each<[name: string, change: Change]>([
    [
      "people, groups and roles in one need",
      { stages: [stage(need(2, person("ana"), group("a"), role("admin")))] },
    ],
    ["one need more people than it has groups", { stages: [stage(need(9, group("finance")))] }],
    [
      "all of three people",
      noEscalation({ stages: [stage(need(3, ...["a", "b", "c"].map(person)))], minimum: 3 }),
    ],
    ["4 stages", { stages: times(4, () => stage(need(1, group("finance")))) }],
    ["8 needs", { stages: [stage(...times(8, () => need(1, group("finance"))))] }],
    ["16 parties", { stages: [stage(need(1, ...times(16, (place) => person(`p${place}`))))] }],
    ["64 seats", { stages: [stage(need(60, group("a"))), stage(need(4, group("b")))] }],
    ["8 escalations", { escalations: times(8, (place) => after(place + 1, 1, need(1, group("a")))) }],
    [
      "escalations of two stages at one time",
      {
        stages: times(2, () => stage(need(1, group("a")))),
        escalations: times(2, (place) => after(60, place + 1, need(1, group("b")))),
      },
    ],
    ["a name for a stage", { stages: [{ ...stage(need(1, group("a"))), name: "Legal review 2" }] }],
    ["no limit of time", { expiresInSeconds: null, executeWithinSeconds: null }],
    ["the shortest times", noEscalation({ expiresInSeconds: 30, executeWithinSeconds: 1 })],
    ["the longest times", { expiresInSeconds: MONTH, executeWithinSeconds: MONTH }],
    ["nobody for emergencies", { breakGlass: [] }],
    ["a name that rules don't reserve", { name: "named-persons" }],
  ])("may have %s", (_name, change) => {
    expect(parsePolicyDocument(changed(change))).toEqual({ ok: true, value: changed(change) });
  });

  it.each<[name: string, change: object, at: string, detail: string]>([
    ["a capital letter in its name", { name: "Payments" }, "/name", "must be 1 to 64 of a-z"],
    ["the name that rules reserve", { name: "named-person" }, "/name", "is the name that rules use"],
    ["no stage", { stages: [] }, "/stages", "fewer than 1 items"],
    ["5 stages", { stages: times(5, () => stage(need(1, group("a")))) }, "/stages", "more than 4 items"],
    ["a stage without needs", { stages: [stage()] }, "/stages/0/needs", "fewer than 1 items"],
    [
      "9 needs",
      { stages: [stage(...times(9, () => need(1, group("a"))))] },
      "/stages/0/needs",
      "more than 8",
    ],
    [
      "a stage name that misleads",
      { stages: [{ ...stage(need(1, group("a"))), name: "Leg\u0430l" }] },
      "/stages/0/name",
      "letters, digits, spaces",
    ],
    [
      "a stage name that ends with a space",
      { stages: [{ ...stage(need(1, group("a"))), name: "Legal " }] },
      "/stages/0/name",
      "letters, digits, spaces",
    ],
    ["a need of nobody", { stages: [stage(need(1))] }, "/stages/0/needs/0/from", "fewer than 1 items"],
    [
      "a need of 0 people",
      { stages: [stage(need(0, group("a")))] },
      "/stages/0/needs/0/count",
      "from 1 to 64",
    ],
    [
      "17 parties",
      { stages: [stage(need(1, ...times(17, (place) => person(`p${place}`))))] },
      "/stages/0/needs/0/from",
      "more than 16",
    ],
    [
      "a group with an odd name",
      { stages: [stage(need(1, group("A")))] },
      "/stages/0/needs/0/from/0/name",
      "must be 1 to 64 of a-z",
    ],
    [
      "a role that only reads",
      { stages: [stage(need(1, { kind: "role", role: "auditor" } as unknown as Party))] },
      "/stages/0/needs/0/from/0/role",
      "expected one of owner",
    ],
    [
      "3 of 2 people",
      { stages: [stage(need(3, person("a"), person("b")))] },
      "/stages/0/needs/0/count",
      "is 3 of only 2 people",
    ],
    [
      "2 of 1 person after a time",
      { escalations: [after(60, 1, need(2, person("a")))] },
      "/escalations/0/needs/0/count",
      "is 2 of only 1 people",
    ],
    [
      "a group twice",
      { stages: [stage(need(1, group("a"), group("a")))] },
      "/stages/0/needs/0/from/1",
      "names a twice",
    ],
    [
      "a role twice",
      { breakGlass: [role("admin"), role("admin")] },
      "/breakGlass/1",
      "names the admins twice",
    ],
    [
      "a person twice",
      { stages: [stage(need(1, person("a"), { ...person("b"), id: "id-a" } as Party))] },
      "/stages/0/needs/0/from/1",
      "names b twice",
    ],
    [
      "a user name twice",
      { stages: [stage(need(1, person("a"), { ...person("a"), id: "id-b" } as Party))] },
      "/stages/0/needs/0/from/1",
      "names a twice",
    ],
    [
      "9 escalations",
      { escalations: times(9, (place) => after(place + 1, 1, need(1, group("a")))) },
      "/escalations",
      "more than 8",
    ],
    [
      "an escalation at once",
      { escalations: [after(0, 1, need(1, group("a")))] },
      "/escalations/0/afterSeconds",
      "from 1 to",
    ],
    [
      "an escalation of a stage that it lacks",
      { escalations: [after(60, 2, need(1, group("a")))] },
      "/escalations/0/stage",
      "there is no stage 2",
    ],
    [
      "escalations in the wrong order",
      { escalations: [after(60, 1, need(1, group("a"))), after(59, 1, need(1, group("b")))] },
      "/escalations/1",
      "must come after",
    ],
    [
      "two escalations of one stage at one time",
      { escalations: times(2, () => after(60, 1, need(1, group("a")))) },
      "/escalations/1",
      "must come after",
    ],
    [
      "an escalation after it has expired",
      { escalations: [after(2 * HOUR, 1, need(1, group("a")))] },
      "/escalations/0/afterSeconds",
      "already expired",
    ],
    [
      "65 seats",
      { stages: [stage(need(60, group("a"))), stage(need(5, group("b")))] },
      "/stages",
      "need 65 people",
    ],
    [
      "65 seats after a time",
      { escalations: [after(60, 1, need(60, group("a")), need(5, group("b")))] },
      "/stages",
      "need 65 people",
    ],
    ["a minimum above its seats", noEscalation({ minimum: 4 }), "/minimum", "is more than the 3"],
    ["a minimum above what an escalation takes", { minimum: 2 }, "/minimum", "is more than the 1"],
    ["no minimum", { minimum: 0 }, "/minimum", "from 1 to 64"],
    ["29 seconds to decide", noEscalation({ expiresInSeconds: 29 }), "/expiresInSeconds", "from 30 to"],
    ["more than a month to decide", { expiresInSeconds: MONTH + 1 }, "/expiresInSeconds", "from 30 to"],
    ["no time to use it", { executeWithinSeconds: 0 }, "/executeWithinSeconds", "from 1 to"],
    [
      "more than a month to use it",
      { executeWithinSeconds: MONTH + 1 },
      "/executeWithinSeconds",
      "from 1 to",
    ],
    ["a field of its own", { note: "" }, "/note", "unknown field"],
  ])("can't have %s", (_name, change, at, detail) => {
    expect(parsePolicyDocument(changed(change))).toMatchObject({
      ok: false,
      refusal: { at, detail: expect.stringContaining(detail) },
    });
  });

  it("adds up the least of every stage for its minimum", () => {
    const stages = [stage(need(2, group("a"))), stage(need(3, group("b")))];
    const escalations = [after(60, 2, need(1, group("c")))];
    expect(parsePolicyDocument(changed({ stages, escalations, minimum: 3 })).ok).toBe(true);
    expect(parsePolicyDocument(changed({ stages, escalations, minimum: 4 })).ok).toBe(false);
  });

  it("names roles whose people may decide, and all of them", () => {
    expect(ROLES.filter((each) => mayDecide({ role: each }))).toEqual(DECIDING_ROLES);
  });

  it("has another hash with another count", () => {
    const hashOf = (change: Change) => policyDocumentHash(expectOk(parsePolicyDocument(changed(change))));
    expect(hashOf({})).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf({ stages: [stage(need(3, group("finance")), need(1, group("security")))] })).not.toBe(
      hashOf({}),
    );
  });
});

it("fits into the request that people sign for it", () => {
  const parties = (which: number): readonly Party[] =>
    times(16, (place) => ({
      kind: "person",
      id: `${which}-${place}-${"x".repeat(100)}`,
      username: `p${place}`,
    }));
  const needs = times(8, (place) => need(1, ...parties(place)));
  const large = changed({ stages: times(4, () => stage(...needs)), escalations: [], minimum: 1 });
  expect(parsePolicyDocument(large)).toMatchObject({
    ok: false,
    refusal: {
      code: "policy_invalid",
      detail: expect.stringContaining("at most 61440 are allowed") as string,
    },
  });
});
