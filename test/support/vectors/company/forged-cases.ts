import { toHex, utf8 } from "../../../../src/core/encoding/bytes.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { encodeReceipt, type Receipt } from "../../../../src/core/evidence/receipt.ts";
import { fileOf, headerOf, rowsOf } from "../../evidence/export-file.ts";
import { erase } from "../../evidence/sample-history.ts";
import { auditAgainst } from "../audits.ts";
import { judge, summaryOf } from "../expected-verdict.ts";
import { FORGED_CHANGES } from "./forged-changes.ts";
import { FORGED_CHOICES } from "./forged-choices.ts";
import { forgedDecisions } from "./forged-decisions.ts";
import { sealHonestHistory } from "./honest.ts";
import { LEFT_OUT, type Attack } from "./left-out.ts";
import { STAFF_RECORDS, type Company } from "./staff.ts";

// Each forged history as a receipt, as the same receipt with the export as its history, and as an audit of that
// export. All begin with the company's first five records.

/** How many further labels an audit looks for. */
const LOOKAHEAD = 50;
const TRUST = "company-trust.txt";

export interface ForgedVectors {
  /** The honest receipt that the edits start from, and the export of the first five records. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly document: JsonObject;
}

export async function forgedVectors(company: Company, trust: string): Promise<ForgedVectors> {
  const base = await company.tenant();
  const entries = base.log.entries.map(toHex);
  const start = fileOf(headerOf(base), rowsOf(base));
  const honest = await base.receipt(await base.decide({ votes: [{ by: company.cy }] }));
  const common = { tenant: base.stream, trust: TRUST, streamKey: toHex(base.streamKey) };
  const cases = [];
  for (const [name, attack] of allAttacks(company)) {
    const tenant = await company.tenant();
    const { seq, erased = [], ...shown } = await attack(tenant, company);
    const receipt = await tenant.receipt(seq, shown);
    const all = erase(tenant, erased);
    const file = fileOf(headerOf(tenant), all);
    const checkpoint = await tenant.log.checkpoint();
    const auditCase = { tenant: tenant.stream, trust, checkpoint, lookahead: LOOKAHEAD };
    const history = new Map([
      [TRUST, utf8(trust)],
      ["history", file],
    ]);
    const verdict = (more: object) => judge(encodeReceipt(receipt), { ...common, ...more }, history);
    cases.push({
      name,
      edits: editsFrom(honest, receipt),
      rows: all.slice(STAFF_RECORDS),
      entries: tenant.log.entries.slice(entries.length).map(toHex),
      checkpoint,
      receipt: summaryOf(await verdict({})),
      withHistory: summaryOf(await verdict({ history: "history" })),
      audit: summaryOf(await auditAgainst(tenant.log, file, auditCase)),
    });
  }
  const inputs = { ...common, file: "company.json", start: "company-start.ndjson" };
  const files = new Map([
    [inputs.file, encodeReceipt(honest)],
    [inputs.start, start],
  ]);
  return { files, document: { ...inputs, entries, lookahead: LOOKAHEAD, cases } as unknown as JsonObject };
}

function allAttacks(company: Company): readonly (readonly [name: string, attack: Attack])[] {
  const decisions = forgedDecisions(company).map(([name, request]): readonly [string, Attack] => [
    name,
    async (tenant) => ({ seq: await tenant.decide(request) }),
  ]);
  const changes = [...FORGED_CHANGES, ...FORGED_CHOICES].map(([name, sealing]): readonly [string, Attack] => [
    name,
    async (tenant) => ({ seq: await sealing(tenant, company) }),
  ]);
  const honest: Attack = async (tenant) => {
    const sealed = await sealHonestHistory(tenant, company);
    return { seq: Math.max(...Object.values(sealed)) };
  };
  return [...decisions, ...changes, ...LEFT_OUT, ["honest: changes and decisions of every kind", honest]];
}

/** What to change in the honest receipt. Links that the forged one has as well stay. */
function editsFrom(
  honest: Receipt,
  { directory, decision }: Receipt,
): readonly { readonly at: string; readonly to: unknown }[] {
  const same = (link: unknown, place: number) =>
    JSON.stringify(link) === JSON.stringify(honest.directory[place]);
  const kept = directory.findIndex((link, place) => !same(link, place));
  const begin = kept === -1 ? directory.length : kept;
  const links =
    begin === honest.directory.length
      ? directory.slice(begin).map((to) => ({ at: "/directory/-", to }))
      : [{ at: "/directory", to: directory }];
  return [...links, { at: "/decision", to: decision }];
}
