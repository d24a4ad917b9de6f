import { expect } from "vitest";
import { auditExport, type AuditOptions, type AuditReport } from "../../../src/core/evidence/audit.ts";
import { openExport, type ExportHeader, type ExportRow } from "../../../src/core/evidence/export.ts";
import { encodeEntry } from "../../../src/core/stream/record.ts";
import { fileOf, headerOf, readerOf, rowsOf } from "./export-file.ts";
import type { TestLog } from "../log/memory-log.ts";
import type { Staff } from "./sample-company.ts";
import { random, type TestTenant } from "./sample-tenant.ts";

// A tenant with a past, and the audit of its export.

export const LOOKAHEAD = 600;
export const APPROVED = 5;
export const REJECTED = 7;

/** 0-4: the staff, 5: approved, 6: used, 7: rejected, 8: expired, 9: a revocation, 10: a quorum. */
export async function lived({
  tenant: enrolled,
  cy,
  dan,
  bea,
  alex,
  twoOfThree,
}: Staff): Promise<TestTenant> {
  const own = await enrolled();
  const approved = await own.decide({ votes: [{ by: cy }] });
  own.says("consumed", { confirmation: confirmationOf(own, approved), decided: approved });
  // Other tenants' records stand in between.
  own.log.append(encodeEntry({ kind: "sealed", label: random(32), commit: random(32) }));
  await own.decide({ outcome: "rejected", votes: [{ by: dan, decision: "reject", reason: "no" }] });
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

export function knowing(own: TestTenant, more: Partial<AuditOptions> = {}): Promise<AuditOptions> {
  return known(own.stream, own.log, more);
}

export async function known(
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

export async function audited(
  head: ExportHeader,
  some: readonly ExportRow[],
  knowledge: AuditOptions,
): Promise<AuditReport> {
  return auditExport(await openExport([fileOf(head, some)]), knowledge);
}

export async function auditOf(own: TestTenant, more: Partial<AuditOptions> = {}): Promise<AuditReport> {
  return audited(headerOf(own), rowsOf(own), await knowing(own, more));
}

export function failing({ checks, verified }: AuditReport): string {
  const failed = checks.flatMap(({ name, status }) => (status === "failed" ? [name] : [])).join(" ");
  expect(verified).toBe(failed === "");
  return failed;
}

export const detailOf = ({ checks }: AuditReport, wanted: string) =>
  checks.find(({ name }) => name === wanted)?.detail;

export function erase(own: TestTenant, seqs: readonly number[]): readonly ExportRow[] {
  return rowsOf(own).map((row, seq): ExportRow => {
    if (!seqs.includes(seq) || row.kind === "erased") return row;
    return { kind: "erased", erased: true, seq, label: row.sealed.label, commit: own.commitAt(seq) };
  });
}
