import { beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../../../../src/core/policy/policy.ts";
import type { Statement } from "../../../../src/core/confirmation/statement.ts";
import { canonicalBytes } from "../../../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import {
  createStaff,
  failedChecks,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import { allOf, createPerson, TestTenant, type TestPerson } from "../../../support/evidence/sample-tenant.ts";

// Signed records with the largest contents that the formats allow, and with a little more.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

/** The failed checks of the receipt and of the audit. */
async function verdicts(tenant: TestTenant, seq: number): Promise<readonly [receipt: string, audit: string]> {
  const options = { tenant: tenant.stream, trust: tenant.log.trust(3) };
  const report = await verifiedReport(await tenant.receipt(seq), options);
  expect(report.verified).toBe(failedChecks(report) === "");
  return [failedChecks(report), failedAuditChecks(await auditOf(tenant))];
}

describe("a statement", () => {
  const texts: readonly (readonly [
    what: string,
    maximum: number,
    edit: (text: string) => Partial<Statement>,
  ])[] = [
    ["an action", 200, (action) => ({ action })],
    ["a reason", 1_000, (reason) => ({ reason })],
    ["a project's name", 200, (name) => ({ project: { id: "p_default", name, mode: "live" } })],
    ["a project's id", 128, (id) => ({ project: { id, name: "Default", mode: "live" } })],
    ["a tenant's name", 200, (name) => ({ tenant: { id: "", name } })],
    ["a requester's name", 200, (name) => ({ requester: { kind: "key", id: "k_1", name, person: null } })],
    ["a requester's id", 128, (id) => ({ requester: { kind: "key", id, name: "ci", person: null } })],
    [
      "a requester's person",
      128,
      (person) => ({ requester: { kind: "key", id: "k_1", name: "ci", person } }),
    ],
  ];
  it.each(
    texts.flatMap(([what, maximum, edit]) => [
      { what, count: maximum, edit, expected: ["", ""] },
      { what, count: maximum + 1, edit, expected: ["form", "form"] },
    ]),
  )("with $what of $count characters", async ({ count, edit, expected }) => {
    const tenant = await staff.tenant();
    for (const character of ["x", "\u20ac"]) {
      const { tenant: named, ...statement } = edit(character.repeat(count));
      const seq = await tenant.decide({
        votes: [
          {
            by: staff.cy,
            statement: { ...statement, ...(named && { tenant: { ...named, id: tenant.stream } }) },
          },
        ],
      });
      expect(await verdicts(tenant, seq)).toEqual(expected);
    }
  });

  it("with a user name of 32 characters, and not of 33", async () => {
    const [longest, longer] = await Promise.all([createPerson("y".repeat(32)), createPerson("y".repeat(33))]);
    const tenant = await staff.tenant();
    await tenant.endorse(longest, "approver", staff.bea);
    expect(await verdicts(tenant, await tenant.decide({ votes: [{ by: longest }] }))).toEqual(["", ""]);
    await tenant.endorse(longer, "approver", staff.bea);
    expect(await verdicts(tenant, await tenant.decide({ votes: [{ by: longer }] }))).toEqual([
      "form",
      "form",
    ]);
  });
});

describe("a decision that is as large as possible", () => {
  it("fits in a receipt and in an export, which lack only its rules", { timeout: 60_000 }, async () => {
    const people = await Promise.all(
      Array.from({ length: 64 }, (_none, place) => createPerson(`${"\u20ac".repeat(30)}${place}`.slice(-32))),
    );
    const tenant = new TestTenant(staff.log, staff.alex);
    for (const person of people) await tenant.endorse(person, "approver", staff.alex);
    const statement: Partial<Statement> = {
      action: "\u20ac".repeat(200),
      reason: "\u20ac".repeat(1_000),
      project: { id: "\u20ac".repeat(128), name: "\u20ac".repeat(200), mode: "live" },
      requester: {
        kind: "service",
        id: "\u20ac".repeat(128),
        name: "\u20ac".repeat(200),
        person: "\u20ac".repeat(128),
      },
    };
    const seq = await tenant.decide({
      policy: largestPolicy(people),
      payload: largestPayload(),
      votes: people.map((by, place) => ({ by, stage: 1 + Math.floor(place / 16), statement })),
    });
    expect(await verdicts(tenant, seq)).toEqual(["choice", "decisions"]);
  });
});

/** 64 KiB with 10,000 values. */
function largestPayload(): JsonObject {
  const values = Array.from({ length: 9_997 }, () => 0);
  const without = canonicalBytes({ values, text: "" }).length;
  return { values, text: "x".repeat(65_536 - without) };
}

/** Four stages of eight needs and eight escalations, with as many people, names and seats as possible. */
function largestPolicy(people: readonly TestPerson[]): Policy {
  const ids = people.map(({ id }) => id);
  const name = "\u20ac".repeat(200);
  const needs = (first: number) =>
    Array.from({ length: 8 }, (_none, place) => {
      const from = first + 2 * place;
      return { name, count: 2, of: ids.slice(from, from + 2) };
    });
  const everyone = { name, count: 16, of: ids };
  const escalations = Array.from({ length: 8 }, (_none, place) => ({
    afterSeconds: 3_600 + place,
    stage: 1 + (place % 4),
    needs: place < 7 ? [everyone] : needs(0),
  }));
  return {
    ...allOf(people),
    name,
    stages: [0, 16, 32, 48].map((first) => ({ name, needs: needs(first) })),
    escalations,
    minimum: 64,
    breakGlass: ids,
    chosen: {
      seq: 64,
      rules: "ab".repeat(32),
      rule: name,
      document: "cd".repeat(32),
      groups: people.map((_person, place) => place.toString(16).padStart(64, "0")),
    },
  };
}
