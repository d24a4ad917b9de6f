import { beforeAll, describe, expect, it } from "vitest";
import { historyRow, type HistoryRow } from "../../../../src/core/evidence/history.ts";
import type { Receipt } from "../../../../src/core/evidence/receipt.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { headerOf } from "../../../support/evidence/export-file.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import {
  APPROVED,
  auditOf,
  auditOptions,
  auditRows,
  confirmationOf,
  erase,
  failedChecks as failedAuditChecks,
  sampleHistory,
} from "../../../support/evidence/sample-history.ts";
import type { TestTenant } from "../../../support/evidence/sample-tenant.ts";

// Histories in which exactly one thing is wrong, as the receipt's check `history` and the audit see them. Each test
// accepts the honest history as well.

let staff: Staff;
let own: TestTenant;
let receipt: Receipt;
/** The seq of the last record of the sample: a decision by two people, after a revocation. */
const LAST = 10;
const REVOCATION = 9;
const USE = 6;
const EXPIRED = 8;

beforeAll(async () => {
  staff = await createStaff();
  own = await sampleHistory(staff);
  receipt = await own.receipt(LAST);
});

async function verdict(of: Receipt, history: readonly HistoryRow[], tenant = own) {
  const report = await verifiedReport(of, { ...fullOptions(tenant), history });
  return [failedChecks(report), statusOf(report, "history"), report.verified];
}

const without = (tenant: TestTenant, seqs: readonly number[]): readonly HistoryRow[] =>
  erase(tenant, seqs).map((row) => historyRow(row));

const body = (change: JsonObject) => (record: JsonObject & { body: JsonObject }) => ({
  ...record,
  body: { ...record.body, ...change },
});

describe("a history that is compared with a receipt", () => {
  it("passes if it is whole", async () => {
    expect(await verdict(receipt, own.history())).toEqual(["", "passed", true]);
  });

  it.each([
    ["a use that is another one", USE, { body: { confirmation: "c_other", decided: APPROVED } }],
    ["a decision that is another one", EXPIRED, { at: "2026-11-01T12:59:00.000Z" }],
    ["a decision of another stream", EXPIRED, { stream: "ab".repeat(32) }],
  ])("fails with %s", async (_name, seq, change) => {
    const rows = own.history().map((row) => {
      if (row.kind === "erased" || row.sealed.record.seq !== seq) return row;
      return { ...row, sealed: { ...row.sealed, record: { ...row.sealed.record, ...change } } } as HistoryRow;
    });
    expect(await verdict(receipt, rows)).toEqual(["history", "failed", false]);
  });

  it("fails with an erased record that has a false commitment", async () => {
    const rows = without(own, [USE]).map((row) =>
      row.kind === "erased" ? { ...row, commit: "ab".repeat(32) } : row,
    );
    expect(await verdict(receipt, rows)).toEqual(["history", "failed", false]);
    expect(await verdict(receipt, without(own, [USE]))).toEqual(["", "absent", true]);
  });

  it("fails if a change is another one than in the receipt", async () => {
    const [first, second] = await Promise.all([staff.tenant(), staff.tenant()]);
    const decided = await first.receipt(await first.decide({ votes: [{ by: staff.alex }] }));
    const other = await second.receipt(await second.decide({ votes: [{ by: staff.alex }] }));
    const directory = [...other.directory.slice(0, 1), ...decided.directory.slice(1)];
    const mixed = { ...decided, directory };
    const report = await verifiedReport(mixed, fullOptions(first));
    expect([statusOf(report, "history"), report.verified]).toEqual(["failed", false]);
  });

  it("fails if its last record does not follow the one before it", async () => {
    const tenant = await sampleHistory(staff);
    await tenant.decide({ outcome: "cancelled", votes: [] });
    const honest = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.dan }] }));
    expect(await verdict(honest, tenant.history(), tenant)).toEqual(["", "passed", true]);
    await tenant.decide({ outcome: "cancelled", votes: [] });
    const alter = (record: JsonObject) => ({ ...record, prev: tenant.commitAt(3) });
    const broken = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.dan }], alter }));
    expect(await verdict(broken, tenant.history(), tenant)).toEqual(["history", "failed", false]);
  });

  it("fails if a change names an earlier change than the one before it", async () => {
    const tenant = await sampleHistory(staff);
    const alter = body({ directory: { seq: 4, commit: tenant.commitAt(4) } });
    await tenant.endorse(staff.zoe, "approver", staff.bea, { alter });
    const decided = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.dan }] }));
    // The receipt shows a gap where the change names another one.
    expect(await verdict(decided, tenant.history(), tenant)).toEqual(["revocation history", "failed", false]);
    expect(failedAuditChecks(await auditOf(tenant))).toBe("directory");
  });
});

describe("a revocation", () => {
  /** An operator seals a decision with a revoked passkey as if there had been no revocation. */
  async function ignored(): Promise<TestTenant> {
    const tenant = await staff.tenant();
    await tenant.revoke(staff.cy, staff.alex);
    const alter = body({ directory: { seq: 4, commit: tenant.commitAt(4) } });
    await tenant.decide({ votes: [{ by: staff.cy }], alter });
    return tenant;
  }

  it("that a decision does not name: the receipt can't show it, the history does", async () => {
    const tenant = await ignored();
    const decided = await tenant.receipt(6, { changes: [1, 2, 3, 4] });
    const { history: _history, ...fileOnly } = fullOptions(tenant);
    const alone = await verifiedReport(decided, fileOnly);
    expect([failedChecks(alone), statusOf(alone, "revocation"), alone.verified]).toEqual([
      "",
      "passed",
      true,
    ]);
    expect(await verdict(decided, tenant.history(), tenant)).toEqual(["history", "failed", false]);
  });

  it("that a decision does not name, and whose row is erased: nothing says that there was none", async () => {
    const tenant = await ignored();
    const decided = await tenant.receipt(6, { changes: [1, 2, 3, 4] });
    expect(await verdict(decided, without(tenant, [5]), tenant)).toEqual(["", "absent", true]);
    tenant.sealUnsigned("erased", { rule: "x", spans: [{ from: 5, to: 5 }] });
    const report = await auditRows(headerOf(tenant), erase(tenant, [5]), await auditOptions(tenant));
    expect(failedAuditChecks(report)).toBe("");
    expect(report.checks.find(({ name }) => name === "revocation")?.status).toBe("absent");
  });

  it("that a decision names, and whose row is erased: the receipt holds it", async () => {
    expect(await verdict(receipt, without(own, [REVOCATION]))).toEqual(["", "absent", true]);
    const tenant = await staff.tenant();
    await tenant.revoke(staff.cy, staff.alex);
    const decided = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
    expect(await verdict(decided, without(tenant, [5]), tenant)).toEqual(["revocation", "absent", false]);
  });
});

describe("an audit", () => {
  it("fails with one signed change that is sealed twice, and so does a receipt", async () => {
    const tenant = await staff.tenant();
    const promoted = await tenant.changeRole(staff.dan, "developer", staff.alex);
    await tenant.changeRole(staff.dan, "approver", staff.alex);
    expect(failedAuditChecks(await auditOf(tenant))).toBe("");
    tenant.sealAgain(promoted);
    expect(failedAuditChecks(await auditOf(tenant))).toBe("directory");
    const decided = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.bea }] }));
    expect(await verdict(decided, tenant.history(), tenant)).toEqual([
      "endorsement history",
      "failed",
      false,
    ]);
  });

  it("fails with a change that hides another one before it", async () => {
    const tenant = await sampleHistory(staff);
    const alter = body({ directory: { seq: 4, commit: tenant.commitAt(4) } });
    await tenant.revoke(staff.dan, staff.alex);
    await tenant.endorse(staff.zoe, "approver", staff.bea);
    expect(failedAuditChecks(await auditOf(tenant))).toBe("");
    await tenant.changeRole(staff.zoe, "developer", staff.bea, { alter });
    expect(failedAuditChecks(await auditOf(tenant))).toBe("directory");
  });

  it("fails if the only record that announces an erasure is older than the erased record", async () => {
    const tenant = await sampleHistory(staff);
    const announcing = tenant.sealUnsigned("erased", { rule: "x", spans: [{ from: 0, to: 99 }] });
    const later = await tenant.decide({ outcome: "cancelled", votes: [] });
    const options = await auditOptions(tenant);
    const erasedBefore = await auditRows(headerOf(tenant), erase(tenant, [EXPIRED]), options);
    expect([announcing < later, failedAuditChecks(erasedBefore)]).toEqual([true, ""]);
    const erasedAfter = await auditRows(headerOf(tenant), erase(tenant, [later]), options);
    expect(failedAuditChecks(erasedAfter)).toBe("erased");
  });

  it("fails with two uses of an approval that is erased", async () => {
    const tenant = await sampleHistory(staff);
    const use = { confirmation: confirmationOf(tenant, APPROVED), decided: APPROVED };
    tenant.sealUnsigned("erased", { rule: "x", spans: [{ from: APPROVED, to: APPROVED }] });
    const once = await auditRows(headerOf(tenant), erase(tenant, [APPROVED]), await auditOptions(tenant));
    expect(failedAuditChecks(once)).toBe("");
    tenant.sealUnsigned("consumed", use);
    const twice = await auditRows(headerOf(tenant), erase(tenant, [APPROVED]), await auditOptions(tenant));
    expect(failedAuditChecks(twice)).toBe("uses");
  });

  it("fails with an erased record that has a false commitment", async () => {
    const tenant = await sampleHistory(staff);
    tenant.sealUnsigned("erased", { rule: "x", spans: [{ from: USE, to: USE }] });
    const options = await auditOptions(tenant);
    const rows = erase(tenant, [USE]);
    expect(failedAuditChecks(await auditRows(headerOf(tenant), rows, options))).toBe("");
    const lie = rows.map((row) => (row.kind === "erased" ? { ...row, commit: "ab".repeat(32) } : row));
    expect(failedAuditChecks(await auditRows(headerOf(tenant), lie, options))).toBe("chain places");
  });

  it("accepts several erased spans, and uses after an emergency approval and of an erased one", async () => {
    const tenant = await sampleHistory(staff);
    const emergency = await tenant.decide({
      policy: staff.twoOfThree({ breakGlass: [staff.alex.id] }),
      outcome: "break-glass",
      votes: [{ by: staff.alex, vote: "break-glass", reason: "the site is down" }],
    });
    const approved = await tenant.decide({ votes: [{ by: staff.dan }] });
    for (const seq of [emergency, approved])
      tenant.sealUnsigned("consumed", { confirmation: confirmationOf(tenant, seq), decided: seq });
    tenant.sealUnsigned("erased", {
      rule: "x",
      spans: [
        { from: 7, to: 8 },
        { from: approved, to: approved },
      ],
    });
    // What was announced before is not counted again.
    tenant.sealUnsigned("erased", { rule: "y", spans: [{ from: 0, to: approved }] });
    const rows = erase(tenant, [7, 8, approved]);
    const report = await auditRows(headerOf(tenant), rows, await auditOptions(tenant));
    expect([failedAuditChecks(report), report.summary?.erasures.map(({ seqs }) => seqs)]).toEqual([
      "",
      [3, 0],
    ]);
  });
});
