import { auditExport, type AuditReport } from "../../../src/core/evidence/audit.ts";
import { openExport } from "../../../src/core/evidence/export.ts";
import { entriesPath, tilePath } from "../../../src/core/tlog/tile.ts";
import { fetchWorker, ORIGIN, type Company } from "./worker-fixture.ts";
import { bytesAt, textAt, trust } from "./log-audit.ts";

// A tenant's whole history, exported over HTTP and audited against the log by what is public of it.

export async function asExported(auditKey: string): Promise<Response> {
  return fetchWorker(`${ORIGIN}/api/audit/export`, { headers: { "x-api-key": auditKey } });
}

export async function audited(file: Uint8Array, tenant: string, lookahead = 1_000): Promise<AuditReport> {
  return auditExport(await openExport([file]), {
    tenant,
    trust: await trust(),
    checkpoint: await textAt("checkpoint"),
    log: {
      fetchTile: async (tile) => bytesAt(tilePath(tile)),
      fetchEntries: async ({ index, width }) => bytesAt(entriesPath(index, width)),
    },
    lookahead,
  });
}

/** The names of the checks that fail. */
export function failing({ checks }: AuditReport): string {
  return checks.flatMap(({ name, status }) => (status === "failed" ? [name] : [])).join(" ");
}

export async function auditOf(company: Company): Promise<string> {
  const response = await asExported(company.auditKey);
  const file = new Uint8Array(await response.arrayBuffer());
  return failing(await audited(file, (await company.store.own()).stream ?? ""));
}
