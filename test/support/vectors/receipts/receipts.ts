import { toHex, utf8 } from "../../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../../src/core/encoding/hash.ts";
import type { JsonObject, JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import type { ExportRow } from "../../../../src/core/evidence/export.ts";
import { encodeTimestampFile } from "../../../../src/core/timestamp/ots.ts";
import { parseLogProof } from "../../../../src/core/tlog/log-proof.ts";
import { encodeReceipt, parseReceipt, type Receipt } from "../../../../src/core/evidence/receipt.ts";
import { canonicalBytes } from "../../../../src/core/encoding/jcs.ts";
import { expectOk } from "../../../../src/core/refusal.ts";
import { encodeTrustPolicy } from "../../../../src/core/tlog/trust-policy.ts";
import { toBase64url } from "../../../../src/core/encoding/bytes.ts";
import { editJson } from "../../evidence/edit-json.ts";
import { exportOf, fileOf, headerOf, rowsOf } from "../../evidence/export-file.ts";
import { linksWithoutEvidence, sealHonestHistory } from "../company/honest.ts";
import type { Company } from "../company/staff.ts";
import { stepsOf } from "./receipt-steps.ts";
import { MUTATIONS, type Mutation } from "./mutations.ts";
import { judge, summaryOf, type Knowledge } from "../expected-verdict.ts";
import type { Example } from "../example-tenant.ts";

// Whole receipts with what a verifier knows besides, and the verdict.

export interface ReceiptVectors {
  /** By file name, to the byte. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly index: JsonObject;
  readonly steps: JsonValue;
}

export async function receiptVectors(example: Example, company: Company): Promise<ReceiptVectors> {
  const { tenant } = example;
  const receipts = await exampleReceipts(example);
  const own = await company.tenant();
  const sealed = await sealHonestHistory(own, company);
  const ofCompany = new Map<string, Receipt>();
  for (const [name, seq] of Object.entries(sealed))
    ofCompany.set(name, await own.receipt(seq, { bare: linksWithoutEvidence(own, seq) }));

  const common = { tenant: tenant.stream, trust: "trust-policy.txt", streamKey: toHex(tenant.streamKey) };
  const companyCommon = { tenant: own.stream, trust: "company-trust.txt", streamKey: toHex(own.streamKey) };
  const everything = "all that a verifier can know";
  const rows: readonly (readonly [string, string, Knowledge])[] = [
    ...[...receipts.keys()].map((name) => [name, everything, common] as const),
    ...[...ofCompany.keys()].map((name) => [name, everything, companyCommon] as const),
    ...otherKnowledge(example, common),
    ["record-only", "the tenant's export", { ...companyCommon, history: "company-export.ndjson" }],
    ["revealed", "the tenant's export", { ...companyCommon, history: "company-export.ndjson" }],
    ["cancelled", "the tenant's export", { ...companyCommon, history: "company-export.ndjson" }],
  ];
  const files = new Map<string, Uint8Array>();
  for (const [name, receipt] of [...receipts, ...ofCompany])
    files.set(`${name}.json`, encodeReceipt(receipt));
  files.set("export.ndjson", exportWithErasure(example));
  files.set("company-export.ndjson", exportOf(own));
  files.set("trust-policy.txt", utf8(encodeTrustPolicy(tenant.log.trust(2))));
  files.set("no-witness.txt", utf8(encodeTrustPolicy(tenant.log.trust(0))));
  files.set("company-trust.txt", utf8(encodeTrustPolicy(own.log.trust(2))));
  const cases = [];
  for (const [name, given, knowledge] of rows) {
    const file = files.get(`${name}.json`) ?? new Uint8Array();
    cases.push({ file: `${name}.json`, given, ...knowledge, ...(await judge(file, knowledge, files)) });
  }
  const mutations = [];
  for (const mutation of MUTATIONS)
    mutations.push(await mutated(mutation, ofCompany.has(mutation.of) ? companyCommon : common, files));
  const steps = [...receipts, ...ofCompany].map(([name, receipt]) => ({
    file: `${name}.json`,
    explained: stepsOf(receipt),
  }));
  return {
    files,
    index: { cases, mutations } as unknown as JsonObject,
    steps,
  };
}

async function exampleReceipts({ tenant, decisions }: Example): Promise<ReadonlyMap<string, Receipt>> {
  const receipts = new Map<string, Receipt>();
  for (const [name, seq] of Object.entries(decisions)) receipts.set(name, await tenant.receipt(seq));
  const approved = receipts.get("approved");
  if (approved === undefined) throw new RangeError("the example has no approval");
  receipts.set("withheld", {
    ...approved,
    decision: { ...approved.decision, evidence: { ...approved.decision.evidence, payload: null } },
  });
  receipts.set("anchored", { ...approved, anchor: anchorOf(approved) });
  return receipts;
}

function otherKnowledge(
  example: Example,
  common: Knowledge,
): readonly (readonly [string, string, Knowledge])[] {
  const exported = { ...common, history: "export.ndjson" };
  return [
    ["approved", "nothing but the file", {}],
    ["approved", "any tenant accepted", { tenant: "any" }],
    ["approved", "another tenant pinned", { ...common, tenant: "0".repeat(64) }],
    ["approved", "another stream key", { ...common, streamKey: "0".repeat(64) }],
    ["approved", "a trust policy without witnesses", { ...common, trust: "no-witness.txt" }],
    ["approved", "another log's trust policy", { ...common, trust: "company-trust.txt" }],
    ["approved", "the tenant's export", exported],
    ["rejected", "the tenant's export", exported],
    ["recovered", "the tenant's export", exported],
    ["expired", "the tenant's export, where it is erased", exported],
    ["withheld", "the payload in another spelling", { ...common, payload: spelled(example.payload) }],
    ["withheld", "another payload", { ...common, payload: '{"amount":"1250.00"}' }],
  ];
}

/** Every file with its hash. */
export function hashesOf(files: ReadonlyMap<string, Uint8Array>): JsonValue {
  return [...files].map(([file, bytes]) => ({ file, sha256: toHex(sha256(bytes)) }));
}

async function mutated(mutation: Mutation, knowledge: Knowledge, files: ReadonlyMap<string, Uint8Array>) {
  const { name, of, at, to } = mutation;
  const file = files.get(`${of}.json`) ?? new Uint8Array();
  const receipt = expectOk(parseReceipt(file)) as unknown as JsonValue;
  const bytes = canonicalBytes(editJson(receipt, at, () => to));
  const { verified, failed } = summaryOf(await judge(bytes, knowledge, files));
  if (verified) throw new Error(`the receipt is still accepted with ${name}`);
  return { name, file: `${of}.json`, at, to, failed };
}

/** The expired request is erased by then, and a later record says so. */
function exportWithErasure({ tenant, decisions }: Example): Uint8Array {
  const rows = rowsOf(tenant).map((row, seq): ExportRow => {
    if (seq !== decisions["expired"] || row.kind === "erased") return row;
    return { kind: "erased", erased: true, seq, label: row.sealed.label, commit: tenant.commitAt(seq) };
  });
  return fileOf(headerOf(tenant), rows);
}

function anchorOf({ decision }: Receipt): NonNullable<Receipt["anchor"]> {
  const { checkpoint } = expectOk(parseLogProof(decision.proof));
  const tree = { attestations: [{ kind: "bitcoin", height: 900_000 } as const], branches: [] };
  const file = encodeTimestampFile({ digest: sha256(utf8(checkpoint)), tree });
  return { proof: decision.proof, timestamp: toBase64url(file) };
}

function spelled({ amount, currency, invoice, to }: Example["payload"]): string {
  return JSON.stringify({ to, invoice, currency, amount }, null, 1);
}
