import { expect } from "vitest";
import { auditExport, type AuditReport } from "../../../../src/core/evidence/audit.ts";
import type { Bytes } from "../../../../src/core/encoding/bytes.ts";
import type { LogReader } from "../../../../src/core/tlog/log-entries.ts";
import { openExport } from "../../../../src/core/evidence/export.ts";
import { historyRow, type HistoryRow } from "../../../../src/core/evidence/history.ts";
import { monitorLog, type LogState } from "../../../../src/core/evidence/monitor.ts";
import { entriesPath, tilePath } from "../../../../src/core/tlog/tile.ts";
import { verifyReceipt, type VerifyOptions } from "../../../../src/core/evidence/verify.ts";
import { fetchWorker, ORIGIN, type Company } from "../../support/worker-fixture.ts";
import { bytesAt, textAt } from "../../support/log-audit.ts";
import type { AttackedTenant } from "./attack-fixture.ts";

// What verifiers find in the evidence after an attack. They have what is public, and what they got before the attack.

/** A case takes at least two audits, on a machine that may be busy. */
export const CASE_MAX_MILLISECONDS = 30_000;

/** The names of the failed checks. A result is verified exactly if there are none. */
function failedChecks(result: {
  readonly verified: boolean;
  readonly checks: readonly { readonly name: string; readonly status: string }[];
}): string {
  const names = result.checks.filter(({ status }) => status === "failed").map(({ name }) => name);
  expect(result.verified).toBe(names.length === 0);
  return names.join(" ");
}

/** An export whose rows do not form records any more. */
export const EXPORT_ABORTED = "the service aborts the export";

async function download(path: string, key: string): Promise<Bytes | string> {
  const response = await fetchWorker(ORIGIN + path, { headers: { "x-api-key": key } });
  try {
    const body = new Uint8Array(await response.arrayBuffer());
    return response.status === 200 ? body : `the service answers ${response.status}`;
  } catch {
    return EXPORT_ABORTED;
  }
}

export async function downloadReceipt({ apiKey }: Company, id: string): Promise<Bytes | string> {
  return download(`/api/confirmations/${id}/receipt`, apiKey);
}

export async function downloadExport({ auditKey }: Company): Promise<Bytes | string> {
  return download("/api/audit/export", auditKey);
}

/** The failed checks for a verifier who knows the tenant's id and trusts the log's key. */
export async function receiptFindings(
  tenant: AttackedTenant,
  file: Bytes | string,
  more: Partial<VerifyOptions> = {},
): Promise<string> {
  if (typeof file === "string") return file;
  return failedChecks(await verifyReceipt(file, { tenant: tenant.stream, trust: tenant.trust, ...more }));
}

export const logReader: LogReader = {
  fetchTile: async (tile) => bytesAt(tilePath(tile)),
  fetchEntries: async ({ index, width }) => bytesAt(entriesPath(index, width)),
};

export async function auditReport(
  tenant: AttackedTenant,
  file: Bytes,
  stream = tenant.stream,
): Promise<AuditReport> {
  const knowledge = {
    tenant: stream,
    trust: tenant.trust,
    checkpoint: await textAt("checkpoint"),
    log: logReader,
  };
  return auditExport(await openExport([file]), { ...knowledge, lookahead: 100 });
}

export async function exportFindings(
  tenant: AttackedTenant,
  file: Bytes | string,
  stream = tenant.stream,
): Promise<string> {
  return typeof file === "string" ? file : failedChecks(await auditReport(tenant, file, stream));
}

/** The history in an export, as far as it can be read. */
export async function historyFrom(file: Bytes | string): Promise<readonly HistoryRow[]> {
  const opened = typeof file === "string" ? undefined : await openExport([file]);
  const history: HistoryRow[] = [];
  if (opened?.ok !== true) return history;
  for await (const row of opened.value.rows) if (row.ok) history.push(historyRow(row.value));
  return history;
}

export interface MonitorMemory extends LogState {
  readonly labels: ReadonlySet<string>;
}

/** One run of a monitor. Returns its new memory, or the name of the alarm. */
export async function runMonitor(
  tenant: AttackedTenant,
  before?: MonitorMemory,
): Promise<MonitorMemory | string> {
  const labels = before?.labels ?? new Set<string>();
  const options = { trust: tenant.trust, log: logReader, now: Date.now(), labels };
  const result = await monitorLog(await textAt("checkpoint"), before, options);
  if (!result.ok) return result.alarm.name;
  const { checkpoint, grownAt, newLabels } = result.state;
  return { checkpoint, grownAt, labels: new Set([...labels, ...newLabels]) };
}

/** The failed checks of each piece of evidence; "" if nothing fails. */
export interface Findings {
  /** The receipt after the attack, by itself. */
  readonly receipt?: string;
  /** The audit of the export after the attack. */
  readonly audit?: string;
  /** A monitor that has run before the attack. */
  readonly monitor?: string;
  /** A receipt from before the attack, checked against the export after it. */
  readonly oldReceipt?: string;
}

/** The evidence from before the attack. */
export interface Baseline {
  readonly memory: MonitorMemory;
  readonly receipt: Bytes | string;
}

export async function takeBaseline(tenant: AttackedTenant): Promise<Baseline> {
  const memory = await runMonitor(tenant);
  if (typeof memory === "string") throw new Error(`the honest log raised an alarm: ${memory}`);
  return { memory, receipt: await downloadReceipt(tenant, tenant.approved) };
}

export async function collectFindings(
  tenant: AttackedTenant,
  { memory, receipt }: Baseline,
  id: string,
): Promise<Findings> {
  const file = await downloadExport(tenant);
  const seen = await runMonitor(tenant, memory);
  return {
    receipt: await receiptFindings(tenant, await downloadReceipt(tenant, id)),
    audit: await exportFindings(tenant, file),
    monitor: typeof seen === "string" ? seen : "",
    oldReceipt: await receiptFindings(tenant, receipt, { history: await historyFrom(file) }),
  };
}

export interface AttackResult {
  readonly before: Findings;
  readonly after: Findings;
}

/** Collects the findings before and after the attack. The attack returns the request whose receipt is checked. */
export async function runAttack(
  tenant: AttackedTenant,
  attack: () => Promise<string>,
): Promise<AttackResult> {
  const baseline = await takeBaseline(tenant);
  const before = await collectFindings(tenant, baseline, tenant.approved);
  const id = await attack();
  return { before, after: await collectFindings(tenant, baseline, id) };
}

export const NO_FINDINGS: Required<Findings> = { receipt: "", audit: "", monitor: "", oldReceipt: "" };
