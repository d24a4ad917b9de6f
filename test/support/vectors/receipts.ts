import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import type { ExportRow } from "../../../src/core/evidence/export.ts";
import { encodeTimestampFile } from "../../../src/core/timestamp/ots.ts";
import { parseLogProof } from "../../../src/core/tlog/log-proof.ts";
import { encodeReceipt, parseReceipt, type Receipt } from "../../../src/core/evidence/receipt.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { encodeTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { toBase64url } from "../../../src/core/encoding/bytes.ts";
import { editJson } from "../evidence/edit-json.ts";
import { fileOf, headerOf, rowsOf } from "../evidence/export-file.ts";
import { MUTATIONS, type Mutation } from "./mutations.ts";
import { judge, type Knowledge } from "./expected-verdict.ts";
import type { Example } from "./example-tenant.ts";

// Whole receipts with what a verifier knows besides, and the verdict.

export interface ReceiptFiles {
  /** By file name, to the byte. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly index: JsonObject;
}

export async function receiptVectors(example: Example): Promise<ReceiptFiles> {
  const { tenant, decisions } = example;
  const receipts = new Map<string, Receipt>();
  for (const [name, seq] of Object.entries(decisions)) receipts.set(name, await tenant.receipt(seq));
  const approved = receipts.get("approved");
  if (approved === undefined) throw new RangeError("the example has no approval");
  receipts.set("withheld", {
    ...approved,
    decision: { ...approved.decision, evidence: { ...approved.decision.evidence, payload: null } },
  });
  receipts.set("anchored", { ...approved, anchor: anchorOf(approved) });

  const trust = encodeTrustPolicy(tenant.log.trust(2));
  const common = { tenant: tenant.stream, trust: "trust-policy.txt", streamKey: toHex(tenant.streamKey) };
  const texts = { "trust-policy.txt": trust, "no-witness.txt": encodeTrustPolicy(tenant.log.trust(0)) };
  const rows: readonly (readonly [string, string, Knowledge])[] = [
    ...[...receipts.keys()].map((name) => [name, "all that a verifier can know", common] as const),
    ["approved", "nothing but the file", {}],
    ["approved", "any tenant accepted", { tenant: "any" }],
    ["approved", "another tenant pinned", { ...common, tenant: "0".repeat(64) }],
    ["approved", "another stream key", { ...common, streamKey: "0".repeat(64) }],
    ["approved", "a trust policy without witnesses", { ...common, trust: "no-witness.txt" }],
    ["approved", "the tenant's export", { ...common, history: "export.ndjson" }],
    ["rejected", "the tenant's export", { ...common, history: "export.ndjson" }],
    ["recovered", "the tenant's export", { ...common, history: "export.ndjson" }],
    ["expired", "the tenant's export, where it is erased", { ...common, history: "export.ndjson" }],
    ["withheld", "the payload in another spelling", { ...common, payload: spelled(example.payload) }],
    ["withheld", "another payload", { ...common, payload: '{"amount":"1250.00"}' }],
  ];
  const files = new Map<string, Uint8Array>();
  for (const [name, receipt] of receipts) files.set(`${name}.json`, encodeReceipt(receipt));
  files.set("export.ndjson", exportWithErasure(example));
  for (const [name, text] of Object.entries(texts)) files.set(name, utf8(text));
  const cases = [];
  for (const [name, given, knowledge] of rows) {
    const file = files.get(`${name}.json`) ?? new Uint8Array();
    cases.push({ file: `${name}.json`, given, ...knowledge, ...(await judge(file, knowledge, files)) });
  }
  const mutations = [];
  for (const mutation of MUTATIONS) mutations.push(await mutated(mutation, common, files));
  const sha256s = [...files].map(([name, bytes]) => ({ file: name, sha256: toHex(sha256(bytes)) }));
  return { files, index: { files: sha256s, cases, mutations } as unknown as JsonObject };
}

async function mutated(mutation: Mutation, knowledge: Knowledge, files: ReceiptFiles["files"]) {
  const { name, of, at, to } = mutation;
  const file = files.get(`${of}.json`) ?? new Uint8Array();
  const receipt = expectOk(parseReceipt(file)) as unknown as JsonValue;
  const bytes = canonicalBytes(editJson(receipt, at, () => to));
  const { verified, checks } = await judge(bytes, knowledge, files);
  if (verified) throw new Error(`the receipt is still accepted with ${name}`);
  const failed = Object.entries(checks).flatMap(([check, status]) => (status === "failed" ? [check] : []));
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
