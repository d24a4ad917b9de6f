import { fromHex, toHex } from "../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { auditExport } from "../../../src/core/evidence/audit.ts";
import { openExport } from "../../../src/core/evidence/export.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { encodeEntry, recordLabel } from "../../../src/core/stream/record.ts";
import { parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { readerOf } from "../evidence/export-file.ts";
import type { TestLog } from "../log/memory-log.ts";
import { fixedLog, type Example } from "./example-tenant.ts";
import { fixedDraw } from "./keys.ts";
import type { Verdict } from "./expected-verdict.ts";

// The example's export against the log as it is, and against logs that have grown in ways that must show.

/** How many further labels are looked for; an auditor looks for more. */
const LOOKAHEAD = 100;

export interface AuditCase {
  readonly tenant: string;
  /** Text of a trust policy file. */
  readonly trust: string;
  readonly checkpoint: string;
  readonly lookahead: number;
}

/** `entries` are all of the log, in hexadecimal. */
export async function audit(
  file: Uint8Array,
  auditCase: AuditCase,
  entries: readonly string[],
): Promise<Omit<Verdict, "outcome" | "mode">> {
  const log = await fixedLog();
  for (const entry of entries) log.append(expectOk(fromHex(entry)));
  return auditAgainst(log, file, auditCase);
}

export async function auditAgainst(
  log: TestLog,
  file: Uint8Array,
  auditCase: AuditCase,
): Promise<Omit<Verdict, "outcome" | "mode">> {
  const { verified, checks } = await auditExport(await openExport([file]), {
    tenant: auditCase.tenant,
    trust: expectOk(parseTrustPolicy(auditCase.trust)),
    checkpoint: auditCase.checkpoint,
    log: readerOf(log),
    lookahead: auditCase.lookahead,
  });
  return { verified, checks: Object.fromEntries(checks.map(({ name, status }) => [name, status])) };
}

export async function auditVectors(
  { tenant }: Example,
  files: ReadonlyMap<string, Uint8Array>,
  trust: string,
): Promise<JsonObject> {
  const draw = fixedDraw("entries after the export");
  const count = tenant.records.length;
  const sealed = (label: Uint8Array) =>
    encodeEntry({ kind: "sealed", label: Uint8Array.from(label), commit: draw(32) });
  const of = (seq: number) => sealed(recordLabel(tenant.streamKey, seq));
  const rows: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ["the log as it was at the export", []],
    ["a log with more entries of other tenants", [sealed(draw(32)), sealed(draw(32))]],
    ["a log with two newer records of the tenant", [of(count), sealed(draw(32)), of(count + 1)]],
    ["a log with a record after a gap", [of(count + 1)]],
    ["a log with a second entry for record 3", [of(3)]],
    ["a log with bytes that are no entry", [Uint8Array.of(1, 2, 3)]],
  ];
  const cases = [];
  for (const [name, appended] of rows) {
    const log = await fixedLog();
    for (const entry of [...tenant.log.entries, ...appended]) log.append(entry);
    const common = { tenant: tenant.stream, trust, lookahead: LOOKAHEAD };
    const auditCase = { ...common, checkpoint: await log.checkpoint() };
    const file = files.get("export.ndjson") ?? new Uint8Array();
    const { verified, checks } = await auditAgainst(log, file, auditCase);
    cases.push({ name, ...auditCase, appended: appended.map(toHex), verified, checks });
  }
  return { file: "export.ndjson", cases };
}
