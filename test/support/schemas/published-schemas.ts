import { templateShape } from "../../../src/core/display/template.ts";
import { needShape, policyShape } from "../../../src/core/policy/policy.ts";
import { person, statementShape } from "../../../src/core/confirmation/statement.ts";
import { variant, type Shape } from "../../../src/core/encoding/shape.ts";
import { headerShape, rowShape } from "../../../src/core/evidence/export.ts";
import { evidenceField, receiptShape } from "../../../src/core/evidence/receipt.ts";
import { changeShape } from "../../../src/core/stream/change-format.ts";
import {
  changeRecords,
  consumedRecord,
  createdRecord,
  credential,
  decisionRecord,
  erasedRecord,
} from "../../../src/core/stream/record.ts";
import { assertionShape } from "../../../src/core/webauthn/assertion.ts";
import { jsonSchemaOf, type Definition, type DocumentDefinition } from "./schema-of-shape.ts";

// The JSON Schemas of web/docs/schemas. Their fields and limits come from the shapes that the verifier uses; only
// the words are here.

/** A line of an export has no shape of its own: the first line is the header, every other one a row. */
const lineShape = variant("kind", { "countersign/export": headerShape, ...variantsOf(rowShape) });

const RECORDS: readonly (readonly [type: string, shape: Shape<unknown>])[] = [
  ["stream.created", createdRecord],
  ["decision", decisionRecord],
  ...Object.entries(changeRecords),
  ["consumed", consumedRecord],
  ["erased", erasedRecord],
];

const SEALED_FIELDS = {
  expires: "When the request expired or would have expired, as people signed it.",
  directory: "The last change of the directory before this record.",
};

export const DOCUMENTS: readonly DocumentDefinition[] = [
  {
    name: "receipt",
    title: "Countersign receipt",
    unchecked:
      "whether the bytes are canonical; hashes, signatures, proofs; the rules of sections 16 to 18 of formats.md",
    shape: receiptShape,
    description:
      "The file that proves one decision. Its bytes are the canonical form (RFC 8785) of this object.",
    fields: {
      created: "Record 0 of the stream: the owner's first passkey.",
      directory: "Every change of the directory before the decision, oldest first.",
      "directory.evidence": "Null if nobody whom the change is about matters to the receipt.",
      decision: "What the receipt is about: a decision, or an approved change of the directory.",
      "decision.proof": "The proof that the record is in the log, with a signed checkpoint.",
      anchor: "An OpenTimestamps proof of a checkpoint, or null.",
    },
  },
  {
    name: "export-line",
    title: "Line of a Countersign export",
    unchecked:
      "whether the bytes are canonical; order and number of the lines; hashes, signatures; the rules of section 19 of formats.md",
    shape: lineShape,
    description: "One line of an export. The first line is the header; one row for each record follows it.",
  },
  {
    name: "policy",
    title: "Countersign policy",
    unchecked:
      "people, seats, the minimum, whether it can be met, the order of escalations: section 8.1 of formats.md",
    shape: policyShape,
    description: "Who must sign. A request keeps its policy unchanged, and people sign the policy's hash.",
    fields: {
      stages: "Met one after the other. The needs of a stage are met together, by different people.",
      escalations:
        "After this many seconds, these needs are enough for the stage as well. In ascending order.",
      "escalations.stage": "Counted from 1.",
      minimum: "No escalation lets fewer people than this approve.",
      excludeRequester: "Whether the person who asked may not sign.",
      rejection:
        "first: one rejection ends the request. impossible: it ends when the policy can no longer be met.",
      breakGlass: "The ids of the people who may decide alone in an emergency.",
      authenticator: "device-bound: only passkeys that can't be copied.",
      expiresInSeconds: "A request is open for no longer than this. Null for the general limit.",
      executeWithinSeconds: "An approval must be used within this time. Null for no limit.",
      quietHours: "Whether its notices wait for the end of quiet hours.",
      chosen: "How the request came to this policy. Null only for a change of the directory.",
      "chosen.seq": "The last change of the directory at that moment.",
      "chosen.rules": "Hash of the rules in force, or null.",
      "chosen.rule": "The name of the rule that matched. Empty if none did, or without rules.",
      "chosen.document":
        "Hash of the policy document, or null if the person whom the request names decides alone.",
      "chosen.groups": "Hashes of the groups that the policy document names, sorted.",
    },
  },
  {
    name: "statement",
    title: "Countersign statement",
    unchecked: "whether its values are those of the request: section 17.2 of formats.md",
    shape: statementShape,
    description: "What one person signs, together with the hash of the payload.",
    fields: {
      rp: "The origin of the page where the person signs.",
      "tenant.id": "The stream id.",
      display: "How the content is drawn.",
      "display.order":
        "Positions, among the sorted names of the payload's members, of those that are drawn first.",
      "display.template": "Hash of the organisation's template for this action, or null.",
      "requester.person": "The person behind the key, or the person who asked. Null if there is none.",
      policyHash: "Hash of the policy, or null if one named person decides alone.",
      stage: "The stage of the policy that was open when the person was asked, counted from 1.",
      executeWithinSeconds: "How long after the decision an approval may be used. Null for no limit.",
      salt: "Drawn for each signature, so that the nonce is unpredictable and used once.",
    },
  },
  {
    name: "template",
    title: "Countersign display template",
    unchecked: "whether its slots and formats can be read: section 4.3 of formats.md",
    shape: templateShape,
    description: "How the requests of one action are drawn. People sign its hash.",
    fields: {
      sentence: "With slots for outermost members, such as {to} or {amount|money:EUR}.",
      fields: "In the order in which they are drawn. All other members follow.",
      "fields.name": "The exact name of an outermost member.",
      "fields.format": "How the value is drawn beside its exact form, or null.",
    },
  },
  {
    name: "change",
    title: "Countersign change document",
    unchecked: "whether the directory allows the change: section 11 of formats.md",
    shape: changeShape,
    description: "The payload of a request that changes the directory or reveals a decision.",
    fields: {
      revoked: "The ids of all passkeys of the person that were active until now.",
      decided: "The record of the decision, identified by its commitment in the log.",
      shown: "Whether the decision becomes public, or stops being public.",
    },
  },
];

/** Shapes within documents: each is once under `$defs`. */
const PARTS: readonly Definition[] = [
  {
    name: "header",
    shape: headerShape,
    description: "The first line of an export.",
    fields: {
      streamKey: "Secret: with it, the labels of the tenant's entries in the log can be recognised.",
      logSize: "A state of the log. The export holds every record of the tenant up to it.",
      count: "How many lines follow.",
    },
  },
  {
    name: "need",
    shape: needShape,
    description: "A number of these people must sign.",
    fields: {
      name: "The group, role or person that these people were, for the reader.",
      of: "The ids of people.",
    },
  },
  { name: "assertion", shape: assertionShape, description: "What a passkey answers (WebAuthn)." },
  {
    name: "evidence",
    shape: evidenceField.evidence,
    description: "What people signed, and what is needed to check it.",
    fields: {
      signers: "In the order of the record's signatures.",
      policy: "The document whose hash the record names, or null.",
      template: "The document whose hash the statements name, or null.",
      payload: "Any JSON object, or null if it is withheld.",
    },
  },
  ...RECORDS.map(([type, shape]) => ({
    name: `record.${type}`,
    shape,
    description: `A record of the type ${type}.`,
  })),
  {
    name: "body.decision",
    shape: fieldOf(decisionRecord, "body"),
    description: "What a record says of a decision.",
    fields: SEALED_FIELDS,
  },
  {
    name: "body.change",
    shape: fieldOf(changeRecords["role.changed"], "body"),
    description: "What a record says of a change to people or passkeys.",
    fields: {
      ...SEALED_FIELDS,
      change: "What the change does, by ids and hashes only.",
      "change.role": "The role that the person has afterwards. Null if the change sets none.",
      "change.credential": "The passkey that becomes active, or null.",
      "change.revoked": "The ids of the passkeys that end.",
    },
  },
  {
    name: "body.other",
    shape: fieldOf(changeRecords.revealed, "body"),
    description: "What a record says of a change that affects no role and no passkey.",
    fields: SEALED_FIELDS,
  },
  { name: "credential", shape: credential, description: "A passkey: its id and its COSE key." },
  { name: "person", shape: person, description: "A person of the tenant." },
];

/** Every file under web/docs/schemas, by its name. */
export function makeSchemas(): ReadonlyMap<string, string> {
  return new Map(
    DOCUMENTS.map((root) => {
      const schema = jsonSchemaOf(root, [...DOCUMENTS, ...PARTS]);
      return [`${root.name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`] as const;
    }),
  );
}

function fieldOf(shape: Shape<unknown>, name: string): Shape<unknown> {
  const field = shape.kind === "object" ? shape.fields[name] : undefined;
  if (field === undefined) throw new RangeError(`this shape has no field ${name}`);
  return field;
}

function variantsOf(shape: Shape<unknown>): Readonly<Record<string, Shape<unknown>>> {
  if (shape.kind !== "variant") throw new RangeError("this shape has no variants");
  return shape.variants;
}
