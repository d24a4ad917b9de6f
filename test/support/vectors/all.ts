import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { encodeTrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { auditVectors } from "./audits.ts";
import { encodingVectors } from "./encodings.ts";
import { payloadVectors } from "./payloads.ts";
import { directoryVectors, policyVectors } from "./policies.ts";
import { idVectors, recordVectors, statementVectors } from "./records.ts";
import { receiptVectors } from "./receipts.ts";
import { makeExample } from "./example-tenant.ts";
import { timestampVectors } from "./timestamps.ts";
import { noteVectors, treeVectors } from "./tree.ts";
import { assertionVectors } from "./assertions.ts";

/** Every file under web/docs/vectors, by its name. */
export async function makeVectors(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const example = await makeExample();
  const receipts = await receiptVectors(example);
  const trust = encodeTrustPolicy(example.tenant.log.trust(2));
  const documents: Readonly<Record<string, JsonObject>> = {
    encodings: encodingVectors(),
    payloads: payloadVectors(),
    ids: idVectors(example),
    statements: statementVectors(example),
    assertions: await assertionVectors(),
    policies: policyVectors(),
    directory: directoryVectors(),
    records: recordVectors(example),
    tree: treeVectors(example),
    notes: await noteVectors(example),
    timestamps: timestampVectors(),
    audits: await auditVectors(example, receipts.files, trust),
    receipts: receipts.index,
  };
  const files = new Map<string, string | Uint8Array>();
  for (const [name, document] of Object.entries(documents))
    files.set(`${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
  for (const [name, bytes] of receipts.files) files.set(`receipts/${name}`, bytes);
  return files;
}
