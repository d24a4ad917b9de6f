import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { ruleVectors } from "../rules/rule-vectors.ts";
import { auditVectors } from "./audits.ts";
import { encodingVectors } from "./encodings.ts";
import { payloadVectors } from "./payloads.ts";
import { directoryVectors } from "./rules/directory-changes.ts";
import { policyVectors } from "./rules/policies.ts";
import { idVectors, recordVectors, statementVectors } from "./records.ts";
import { forgedVectors } from "./company/forged-cases.ts";
import { fixedCompany } from "./company/staff.ts";
import { hashesOf, receiptVectors } from "./receipts/receipts.ts";
import { makeExample } from "./example-tenant.ts";
import { templateVectors } from "./template-cases.ts";
import { timestampVectors } from "./timestamps.ts";
import { noteVectors, treeVectors } from "./tree.ts";
import { assertionVectors } from "./assertions.ts";

/** Every file under web/docs/vectors, by its name. */
export async function makeVectors(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const example = await makeExample();
  const company = await fixedCompany();
  const receipts = await receiptVectors(example, company);
  const forged = await forgedVectors(company, textOf(receipts.files, "company-trust.txt"));
  const inReceipts = new Map([...receipts.files, ...forged.files]);
  const trust = textOf(receipts.files, "trust-policy.txt");
  const documents: Readonly<Record<string, JsonObject>> = {
    encodings: encodingVectors(),
    payloads: payloadVectors(),
    ids: idVectors(example),
    statements: statementVectors(example),
    assertions: await assertionVectors(),
    policies: policyVectors(),
    rules: ruleVectors(),
    templates: templateVectors(),
    directory: directoryVectors(),
    records: recordVectors(example),
    tree: treeVectors(example),
    notes: await noteVectors(example),
    timestamps: timestampVectors(),
    audits: await auditVectors(example, receipts.files, trust),
    receipts: { files: hashesOf(inReceipts), ...receipts.index },
  };
  const files = new Map<string, string | Uint8Array>();
  for (const [name, document] of Object.entries(documents))
    files.set(`${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
  files.set("steps.json", linesOf({ receipts: receipts.steps }, "receipts"));
  files.set("forged.json", linesOf(forged.document, "cases"));
  for (const [name, bytes] of inReceipts) files.set(`receipts/${name}`, bytes);
  return files;
}

function textOf(files: ReadonlyMap<string, Uint8Array>, name: string): string {
  return new TextDecoder().decode(files.get(name));
}

/** JSON with each item of one long list in a line of its own. */
function linesOf(document: JsonObject, list: string): string {
  const { [list]: items, ...rest } = document;
  const lines = (items as readonly JsonValue[]).map((item) => JSON.stringify(item));
  const head = Object.entries(rest).map(([name, value]) => `"${name}":${JSON.stringify(value)},\n`);
  return `{\n${head.join("")}"${list}":[\n${lines.join(",\n")}\n]\n}\n`;
}
