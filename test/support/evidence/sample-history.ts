import { expect } from "vitest";
import { auditExport, type AuditOptions, type AuditReport } from "../../../src/core/evidence/audit.ts";
import { openExport, type ExportHeader, type ExportRow } from "../../../src/core/evidence/export.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { fileOf, headerOf, readerOf, rowsOf } from "./export-file.ts";
import type { TestLog } from "../log/memory-log.ts";
import type { Staff } from "./sample-company.ts";
import { randomBytes, type TestTenant } from "./sample-tenant.ts";

// A tenant with a history, and the audit of its export.

export const LOOKAHEAD = 600;
export const APPROVED = 5;
export const REJECTED = 7;

/** 0-4: the staff, 5: approved, 6: used, 7: rejected, 8: expired, 9: a revocation, 10: a policy, 11: a quorum under it. */
export async function sampleHistory({
  tenant: enrolled,
  cy,
  dan,
  bea,
  alex,
  twoOfThree,
}: Staff): Promise<TestTenant> {
  const own = await enrolled();
  const approved = await own.decide({ votes: [{ by: cy }] });
  own.sealUnsigned("consumed", { confirmation: confirmationOf(own, approved), decided: approved });
  // A record of another tenant in between.
  own.log.append(encodeEntry({ kind: "sealed", label: randomBytes(32), commit: randomBytes(32) }));
  await own.decide({ outcome: "rejected", votes: [{ by: dan, vote: "reject", reason: "no" }] });
  await own.decide({ outcome: "expired", votes: [] });
  await own.revoke(cy, alex);
  await own.decide({ policy: twoOfThree(), votes: [{ by: bea }, { by: dan }] });
  return own;
}

export function confirmationOf(own: TestTenant, seq: number): string {
  const record = own.records[seq]?.sealed.record;
  if (record === undefined || !("confirmation" in record.body)) throw new RangeError("no request");
  return record.body.confirmation;
}

export function auditOptions(own: TestTenant, more: Partial<AuditOptions> = {}): Promise<AuditOptions> {
  return auditOptionsFor(own.stream, own.log, more);
}

export async function auditOptionsFor(
  tenant: string,
  log: TestLog,
  more: Partial<AuditOptions> = {},
): Promise<AuditOptions> {
  const trust = log.trust(2);
  return {
    tenant,
    trust,
    checkpoint: await log.checkpoint(),
    log: readerOf(log),
    lookahead: LOOKAHEAD,
    ...more,
  };
}

export async function auditRows(
  header: ExportHeader,
  rows: readonly ExportRow[],
  options: AuditOptions,
): Promise<AuditReport> {
  return auditExport(await openExport([fileOf(header, rows)]), options);
}

export async function auditOf(own: TestTenant, more: Partial<AuditOptions> = {}): Promise<AuditReport> {
  return auditRows(headerOf(own), rowsOf(own), await auditOptions(own, more));
}

export function failedChecks({ checks, verified }: AuditReport): string {
  const failed = checks.flatMap(({ name, status }) => (status === "failed" ? [name] : [])).join(" ");
  expect(verified).toBe(failed === "");
  return failed;
}

export const detailOf = ({ checks }: AuditReport, checkName: string) =>
  checks.find(({ name }) => name === checkName)?.detail;

/** The export's rows, with those of these seqs erased. */
export function erase(own: TestTenant, seqs: readonly number[]): readonly ExportRow[] {
  return rowsOf(own).map((row, seq): ExportRow => {
    if (!seqs.includes(seq) || row.kind === "erased") return row;
    return { kind: "erased", erased: true, seq, label: row.sealed.label, commit: own.commitAt(seq) };
  });
}
