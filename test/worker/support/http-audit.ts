import { auditExport, type AuditReport } from "../../../src/core/evidence/audit.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { openExport } from "../../../src/core/evidence/export.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { entriesPath, tilePath } from "../../../src/core/tlog/tile.ts";
import { parseTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
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

/** The failed checks of this decision's receipt, and whether the receipt verifies. */
export async function receiptVerdict(
  company: Company,
  id: string,
): Promise<readonly [failing: string, verified: boolean]> {
  const headers = { "x-api-key": company.apiKey };
  const response = await fetchWorker(`${ORIGIN}/api/confirmations/${id}/receipt`, { headers });
  const trust = expectOk(parseTrustPolicy(await (await fetchWorker(`${ORIGIN}/log/policy.txt`)).text()));
  const file = new Uint8Array(await response.arrayBuffer());
  const { checks, verified } = await verifyReceipt(file, { tenant: ANY_TENANT, trust });
  const failing = checks.filter(({ status }) => status === "failed").map(({ name }) => name);
  return [failing.join(" "), verified];
}
