import { beforeAll, describe, expect, it } from "vitest";
import type { Statement } from "../../../src/core/confirmation/statement.ts";
import { NO_QUORUM } from "../../../src/core/tlog/trust-policy.ts";
import { headerOf } from "../../support/evidence/export-file.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../support/evidence/sample-company.ts";
import {
  auditOf,
  auditOptions,
  auditRows,
  confirmationOf,
  erase,
  failedChecks as failedAuditChecks,
} from "../../support/evidence/sample-history.ts";
import {
  createPerson,
  OPEN_SECONDS,
  type SampleRequest,
  type TestTenant,
} from "../../support/evidence/sample-tenant.ts";

// Histories of an honest service that look unusual. A verifier that refuses one of them is as wrong as one that
// accepts a forged one.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

async function verdictsOf(tenant: TestTenant, request: SampleRequest) {
  const seq = await tenant.decide(request);
  const report = await verifiedReport(await tenant.receipt(seq), fullOptions(tenant));
  const audit = failedAuditChecks(await auditOf(tenant));
  return { receipt: failedChecks(report), verified: report.verified, audit };
}
const ACCEPTED = { receipt: "", verified: true, audit: "" };

describe("a decision is accepted", () => {
  const askedBy = (person: string | null): Statement["requester"] => ({
    kind: "key",
    id: "k_1",
    name: "ci",
    person,
  });

  it.each([
    ["somebody who is not asked", () => staff.alex.id],
    ["somebody who is asked but did not sign", () => staff.bea.id],
    ["a key that belongs to nobody", () => null],
  ])("under a policy that excludes the requester, if the requester is %s", async (_name, person) => {
    const tenant = await staff.tenant();
    const { cy, dan, twoOfThree } = staff;
    const policy = twoOfThree({ excludeRequester: true });
    const votes = [{ by: cy }, { by: dan }];
    expect(await verdictsOf(tenant, { policy, requester: askedBy(person()), votes })).toEqual(ACCEPTED);
  });

  it("by the requester, if the policy allows it", async () => {
    const tenant = await staff.tenant();
    const { cy, dan, twoOfThree } = staff;
    const votes = [{ by: cy }, { by: dan }];
    expect(await verdictsOf(tenant, { policy: twoOfThree(), requester: askedBy(cy.id), votes })).toEqual(
      ACCEPTED,
    );
    expect(await verdictsOf(tenant, { requester: askedBy(cy.id), votes: [{ by: cy }] })).toEqual(ACCEPTED);
  });

  it("with passkeys that cannot be copied, under a policy that requires them", async () => {
    const tenant = await staff.tenant();
    const bound = { backupEligible: false };
    const people = [await createPerson("fay", bound), await createPerson("gil", bound)] as const;
    for (const person of people) await tenant.endorse(person, "approver", staff.bea);
    const of = people.map(({ id }) => id);
    const policy = staff.twoOfThree({
      authenticator: "device-bound",
      stages: [{ name: "", needs: [{ name: "Staff", count: 2, of }] }],
    });
    expect(await verdictsOf(tenant, { policy, votes: people.map((by) => ({ by })) })).toEqual(ACCEPTED);
  });
});

describe("a request is recorded as expired", () => {
  // The one approval would be enough then, but nobody may approve a request that has expired.
  it.each([OPEN_SECONDS, OPEN_SECONDS + 60])(
    "although an escalation would come %i seconds after the request",
    async (afterSeconds) => {
      const tenant = await staff.tenant();
      const needs = [{ name: "cy", count: 1, of: [staff.cy.id] }];
      const policy = staff.twoOfThree({ escalations: [{ afterSeconds, stage: 1, needs }] });
      const request = { policy, outcome: "expired", votes: [{ by: staff.cy }] } as const;
      for (const sealedAfter of [OPEN_SECONDS, OPEN_SECONDS + 3_600])
        expect(await verdictsOf(tenant, { ...request, sealedAfter })).toEqual(ACCEPTED);
      expect(await verdictsOf(tenant, { ...request, sealedAfter: OPEN_SECONDS - 1 })).toMatchObject({
        receipt: "outcome",
      });
    },
  );
});

describe("an approval is used", () => {
  const use = (tenant: TestTenant, seq: number) =>
    tenant.sealUnsigned("consumed", { confirmation: confirmationOf(tenant, seq), decided: seq });

  it("after an emergency approval", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({
      policy: staff.twoOfThree({ breakGlass: [staff.alex.id] }),
      outcome: "break-glass",
      votes: [{ by: staff.alex, vote: "break-glass", reason: "site is down" }],
    });
    use(tenant, seq);
    expect(failedAuditChecks(await auditOf(tenant))).toBe("");
  });

  it("and its decision is erased later", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
    use(tenant, seq);
    tenant.sealUnsigned("erased", { rule: "After a year", spans: [{ from: seq, to: seq }] });
    const options = await auditOptions(tenant);
    const report = await auditRows(headerOf(tenant), erase(tenant, [seq]), options);
    expect(failedAuditChecks(report)).toBe("");
    use(tenant, seq);
    const twice = await auditRows(headerOf(tenant), erase(tenant, [seq]), await auditOptions(tenant));
    expect(failedAuditChecks(twice)).toBe("uses");
  });
});

describe("erased records are announced", () => {
  const span = (from: number, to: number) => ({ from, to });
  it.each([
    ["in several spans of one record", [[span(5, 5), span(7, 8)]], [5, 7, 8]],
    ["in spans that touch", [[span(5, 6), span(7, 8)]], [5, 6, 7, 8]],
    ["by several records", [[span(5, 5)], [span(7, 8)]], [5, 7, 8]],
    ["before all of them are erased", [[span(5, 8)]], [6]],
  ])("%s", async (_name, announcements, erased) => {
    const tenant = await staff.tenant();
    for (let count = 0; count < 4; count++) await tenant.decide({ outcome: "expired", votes: [] });
    for (const spans of announcements) tenant.sealUnsigned("erased", { rule: "After a year", spans });
    const report = await auditRows(headerOf(tenant), erase(tenant, erased), await auditOptions(tenant));
    expect(failedAuditChecks(report)).toBe("");
    const { erasures } = report.summary ?? { erasures: [] };
    expect(erasures.reduce((sum, { seqs }) => sum + seqs, 0)).toBe(erased.length);
  });
});

it("a trust policy that asks for no witness leaves that check absent, in a receipt and an audit", async () => {
  const tenant = await staff.tenant();
  const trust = { ...tenant.log.trust(2), quorum: NO_QUORUM };
  const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
  const report = await verifiedReport(receipt, { ...fullOptions(tenant), trust });
  expect([report.verified, statusOf(report, "log"), statusOf(report, "witnesses")]).toEqual([
    true,
    "passed",
    "absent",
  ]);
  const audit = await auditOf(tenant, { trust });
  expect([audit.verified, statusOf(audit, "log"), statusOf(audit, "witnesses")]).toEqual([
    true,
    "passed",
    "absent",
  ]);
});
