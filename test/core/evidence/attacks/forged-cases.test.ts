import { beforeAll, describe, expect, it } from "vitest";
import type { Statement } from "../../../../src/core/confirmation/statement.ts";
import { historyRow } from "../../../../src/core/evidence/history.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import {
  auditOf,
  auditOptions,
  auditRows,
  erase,
  failedChecks as failedAuditChecks,
} from "../../../support/evidence/sample-history.ts";
import { headerOf } from "../../../support/evidence/export-file.ts";
import { OPEN_SECONDS, type SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// Records that no honest service makes, sealed by an operator with the log's key. Every signature in them is genuine
// and the log holds what the receipt shows. Each row names the check that refuses it, in a receipt and in an audit.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

/** The failed checks of the decision's receipt without the history, and of the audit of the tenant. */
async function verdicts(tenant: TestTenant, seq: number) {
  const { history: _history, ...fileAlone } = fullOptions(tenant);
  const receipt = await verifiedReport(await tenant.receipt(seq), fileAlone);
  const audit = failedAuditChecks(await auditOf(tenant));
  expect(receipt.verified).toBe(failedChecks(receipt) === "");
  return { receipt: failedChecks(receipt), audit };
}

type Row = readonly [name: string, request: () => SampleRequest, receipt: string];

/** In a new tenant. An audit names a bad decision under one check, whichever rule it breaks. */
async function verdictsOf(request: SampleRequest) {
  const tenant = await staff.tenant();
  return verdicts(tenant, await tenant.decide(request));
}
const failing = (receipt: string) => ({ receipt, audit: receipt === "" ? "" : "decisions" });

const by = (who: "alex" | "bea" | "cy" | "dan", vote: Statement["vote"] = "approve") => ({
  by: staff[who],
  vote,
  reason: vote === "break-glass" ? "site is down" : "",
});
/** Two of bea, cy and dan; alex may decide alone in an emergency. */
const emergencyPolicy = (more = {}) => staff.twoOfThree({ breakGlass: [staff.alex.id], ...more });
const oneOf = (more = {}) =>
  staff.twoOfThree({
    stages: [{ name: "", needs: [{ name: "Staff", count: 1, of: [staff.cy.id, staff.dan.id] }] }],
    ...more,
  });
/** After ten minutes, alex suffices. */
const escalating = () =>
  staff.twoOfThree({
    escalations: [{ afterSeconds: 600, stage: 1, needs: [{ name: "alex", count: 1, of: [staff.alex.id] }] }],
  });

describe("an outcome that contradicts the votes", () => {
  const rows: readonly Row[] = [
    [
      "a rejection beside an emergency approval, sealed as approved",
      () => ({ policy: emergencyPolicy(), votes: [by("cy", "reject"), by("alex", "break-glass")] }),
      "outcome",
    ],
    [
      "a rejection beside an emergency approval, sealed as break-glass",
      () => ({
        policy: emergencyPolicy(),
        outcome: "break-glass",
        votes: [by("cy", "reject"), by("alex", "break-glass")],
      }),
      "outcome",
    ],
    [
      "a rejection sealed as expired",
      () => ({ policy: oneOf(), outcome: "expired", votes: [by("cy", "reject")] }),
      "outcome",
    ],
    [
      "a rejection sealed as cancelled",
      () => ({ policy: oneOf(), outcome: "cancelled", votes: [by("cy", "reject")] }),
      "outcome",
    ],
    [
      "a rejection by the one person asked, sealed as cancelled",
      () => ({ outcome: "cancelled", votes: [by("cy", "reject")] }),
      "outcome",
    ],
    [
      "an emergency approval sealed as expired",
      () => ({ policy: emergencyPolicy(), outcome: "expired", votes: [by("alex", "break-glass")] }),
      "outcome",
    ],
    [
      "an emergency approval sealed as cancelled",
      () => ({ policy: emergencyPolicy(), outcome: "cancelled", votes: [by("alex", "break-glass")] }),
      "outcome",
    ],
    [
      "a rejection by somebody whom the policy does not name",
      () => ({ policy: oneOf(), outcome: "rejected", votes: [by("bea", "reject")] }),
      "policy",
    ],
    [
      "a rejection by somebody who is asked only in a later escalation",
      () => ({ policy: escalating(), outcome: "rejected", votes: [by("alex", "reject")], sealedAfter: 599 }),
      "policy",
    ],
    [
      "the same rejection, once the escalation is reached",
      () => ({ policy: escalating(), outcome: "rejected", votes: [by("alex", "reject")], sealedAfter: 600 }),
      "",
    ],
    [
      "one rejection of two people of whom one suffices, sealed as rejected",
      () => ({
        policy: oneOf({ rejection: "impossible" }),
        outcome: "rejected",
        votes: [by("cy", "reject")],
      }),
      "outcome",
    ],
    [
      "both rejections of the same two people",
      () => ({
        policy: oneOf({ rejection: "impossible" }),
        outcome: "rejected",
        votes: [by("cy", "reject"), by("dan", "reject")],
      }),
      "",
    ],
  ];
  it.each(rows)("%s", async (_name, request, receipt) => {
    expect(await verdictsOf(request())).toEqual(failing(receipt));
  });
});

describe("one of two required approvals", () => {
  it.each([
    ["just before it expires is not an expiry", -0.001, "outcome"],
    ["exactly when it expires is an expiry", 0, ""],
    ["just after it expires is an expiry", 0.001, ""],
    ["long after it expires is an expiry", 86_400, ""],
  ])("that is sealed %s", async (_name, later, receipt) => {
    const sealedAfter = OPEN_SECONDS + later;
    expect(
      await verdictsOf({ policy: staff.twoOfThree(), outcome: "expired", votes: [by("cy")], sealedAfter }),
    ).toEqual(failing(receipt));
  });
});

describe("a decision dated before a record that it relies on", () => {
  /** Everything of it is dated consistently, so that only its place in the stream shows the lie. */
  const backdated = (at: string, statement: Partial<Statement> = {}): SampleRequest => {
    const created = new Date(Date.parse(at) - 2_000).toISOString();
    const issued = new Date(Date.parse(at) - 1_000).toISOString();
    const expires = new Date(Date.parse(at) + 1_000).toISOString();
    return {
      votes: [{ by: staff.cy, statement: { created, issued, expires, ...statement } }],
      alter: (record) => ({ ...record, at, body: { ...record.body, expires } }),
    };
  };

  it.each([
    ["more than 300 seconds before record 0", -300_001, { receipt: "order", audit: "time decisions" }],
    ["300 seconds before record 0, as clocks may differ", -300_000, { receipt: "", audit: "" }],
  ])("%s", async (_name, offset, expected) => {
    const tenant = new TestTenant(staff.log, staff.cy);
    const first = Date.parse(tenant.records[0]?.sealed.record.at ?? "");
    const at = new Date(first + offset).toISOString();
    expect(await verdicts(tenant, await tenant.decide(backdated(at)))).toEqual(expected);
  });

  it.each([
    ["more than 300 seconds before the last change", -300_001, { receipt: "order", audit: "time decisions" }],
    ["300 seconds before the last change, as clocks may differ", -300_000, { receipt: "", audit: "" }],
  ])("%s", async (_name, offset, expected) => {
    const tenant = await staff.tenant();
    await tenant.decide({ outcome: "expired", votes: [] });
    const change = await tenant.endorse(staff.zoe, "approver", staff.bea);
    const at = Date.parse(tenant.records[change]?.sealed.record.at ?? "") + offset;
    const request = backdated(new Date(at).toISOString());
    expect(await verdicts(tenant, await tenant.decide(request))).toEqual(expected);
  });

  it("and which nobody signed", async () => {
    const tenant = await staff.tenant();
    const at = "2026-10-01T12:00:00.000Z";
    const seq = await tenant.decide({
      outcome: "cancelled",
      votes: [],
      alter: (record) => ({ ...record, at }),
    });
    expect(await verdicts(tenant, seq)).toEqual({ receipt: "order", audit: "time decisions" });
  });
});

describe("a payload", () => {
  /** `levels` objects in one another. */
  const nested = (levels: number): JsonObject => (levels === 1 ? {} : { a: nested(levels - 1) });
  const values = (count: number): JsonObject => ({ a: Array.from({ length: count - 2 }, () => 0) });
  const sized = (bytes: number): JsonObject => ({ a: "x".repeat(bytes - '{"a":""}'.length) });

  it.each([
    ["of 64 KiB", sized(65_536), ""],
    ["of a byte more", sized(65_537), "payload"],
    ["of 32 levels", nested(32), ""],
    ["of 33 levels", nested(33), "payload"],
    ["of 10,000 values", values(10_000), ""],
    ["of 10,001 values", values(10_001), "payload"],
  ])("%s", async (_name, payload, receipt) => {
    expect(await verdictsOf({ payload, votes: [by("cy")] })).toEqual(failing(receipt));
  });
});

describe("a revocation whose row is erased", () => {
  const naming = (tenant: TestTenant, seq: number): NonNullable<SampleRequest["alter"]> => {
    const directory = { seq, commit: tenant.commitAt(seq) };
    return (record) => ({ ...record, body: { ...record.body, directory } });
  };
  const LAST = 4;

  it.each([
    // Honest records and a dishonest erasure: the decision names the erased record.
    ["and which the decision names", LAST + 1, "revocation", "decisions"],
    // Dishonest records, too: only the erased row is left of it.
    ["and which the decision ignores", LAST, "", ""],
  ])("%s does not read as no revocation", async (_name, named, failed, audited) => {
    const { cy, alex } = staff;
    const tenant = await staff.tenant();
    const revoked = await tenant.revoke(cy, alex);
    const seq = await tenant.decide({ votes: [{ by: cy }], alter: naming(tenant, named) });
    tenant.sealUnsigned("erased", { rule: "x", spans: [{ from: revoked, to: revoked }] });
    const rows = erase(tenant, [revoked]);
    const receipt = await tenant.receipt(seq, { changes: [1, 2, 3, LAST] });
    const history = rows.map(historyRow);
    const report = await verifiedReport(receipt, { ...fullOptions(tenant), history });
    expect([failedChecks(report), statusOf(report, "history")]).toEqual([failed, "absent"]);
    const audit = await auditRows(headerOf(tenant), rows, await auditOptions(tenant));
    expect([failedAuditChecks(audit), statusOf(audit, "revocation")]).toEqual([audited, "absent"]);
  });
});

describe("an outcome that nobody signed", () => {
  it.each(["expired", "cancelled"] as const)(
    "%s: no check says that something was signed",
    async (outcome) => {
      const tenant = await staff.tenant();
      const receipt = await tenant.receipt(await tenant.decide({ outcome, votes: [] }));
      const report = await verifiedReport(receipt, fullOptions(tenant));
      const absent = report.checks.flatMap(({ name, status }) => (status === "absent" ? [name] : []));
      expect([report.verified, absent]).toEqual([
        true,
        ["payload", "statement", "signature", "credential", "revocation", "policy", "choice", "anchor"],
      ]);
    },
  );
});
