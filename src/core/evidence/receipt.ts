import { assertionShape } from "../webauthn/assertion.ts";
import { templateShape } from "../display/template.ts";
import { equalBytes, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { isJsonObject, parseJson, type JsonLimits, type JsonValue } from "../encoding/strict-json.ts";
import { policyShape } from "../policy/policy.ts";
import { PROOF_MAX_CHARACTERS } from "../tlog/log-proof.ts";
import {
  changeRecord,
  changeRecords,
  createdRecord,
  decisionRecord,
  SIGNATURES_MAX,
  type ChangeRecord,
  type DecisionRecord,
} from "../stream/record.ts";
import { refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import { SALT_BYTES, statementShape } from "../confirmation/statement.ts";

// The receipt: everything that an outsider needs to verify one decision without trusting the service. Its
// bytes are canonical JSON, so one content has one file.

const VERSION = 3;
export const RECEIPT_KIND = "countersign/receipt";
export const RECEIPT_MEDIA_TYPE = "application/vnd.countersign.receipt+json";
/**
 * Changes of the directory in one receipt. A long-lived tenant has a few hundred: 10 managers with 16 passkeys each,
 * all of them endorsed, revoked and replaced twice, are 10 x 16 x 6 = 960.
 */
export const RECEIPT_MAX_CHANGES = 1_000;
const TIMESTAMP_MAX_BYTES = 64 * 1024;

export const RECEIPT_LIMITS: JsonLimits = {
  // A payload of 64 KiB, a template of 32 KiB, a policy of 640 KiB, 64 signatures of some 26 KiB, and 1,000 changes of
  // at most some 10 KiB: a policy of 64 seats with 4 KiB, two signatures of 2 KiB each, a record of 2 KiB. That is
  // 12.5 MB.
  maxBytes: 16 * 1024 * 1024,
  // A payload has 32 levels, four levels down in the receipt.
  maxDepth: 40,
  // 10,000 of the payload, 64 signatures of 40, and 1,000 changes of at most 330: 342,560.
  maxNodes: 400_000,
};

/** What people signed, and what is needed to check it. */
const evidenceShape = shape.object({
  /** In the order of the record's signatures. */
  signers: shape.list(shape.object({ statement: statementShape, assertion: assertionShape }), SIGNATURES_MAX),
  policy: shape.nullable(policyShape),
  /** How the content was drawn. */
  template: shape.nullable(templateShape),
  payloadHash: shape.hex(HASH_BYTES),
  payloadSalt: shape.base64url(SALT_BYTES),
  /** Null if it is withheld; people signed its hash in any case. */
  payload: shape.nullable(shape.anyObject),
});

/** A record with the salt of its commitment. */
export const opened = <Record>(record: shape.Shape<Record>) => ({
  record,
  entrySalt: shape.base64url(SALT_BYTES),
});
export const labelField = { label: shape.hex(HASH_BYTES) };
/** The inclusion proof in the log, with its checkpoint. */
export const proofField = { proof: shape.text(PROOF_MAX_CHARACTERS, 1) };
export const evidenceField = { evidence: evidenceShape };

const decidedRecord = shape.variant("type", { decision: decisionRecord, ...changeRecords });
const openedCreation = shape.object(opened(createdRecord));
/** A change of the directory. Its evidence is left out if nothing in the receipt rests on it (`peopleToProve`). */
const directoryLink = shape.object({ ...opened(changeRecord), evidence: shape.nullable(evidenceShape) });
const provenDecision = shape.object({
  ...opened(decidedRecord),
  ...evidenceField,
  ...labelField,
  ...proofField,
});

export const anchorShape = shape.nullable(
  shape.object({
    /** A second inclusion proof, for the checkpoint that was timestamped. */
    ...proofField,
    timestamp: shape.base64url(1, TIMESTAMP_MAX_BYTES),
  }),
);

export const receiptShape = shape.object({
  v: shape.literal(VERSION),
  kind: shape.literal(RECEIPT_KIND),
  created: openedCreation,
  /**
   * Every change before the decision, oldest first. Each names the one before it, and the decision the last one, so
   * the decision's place in the log covers all of them.
   */
  directory: shape.list(directoryLink, RECEIPT_MAX_CHANGES),
  /** What the receipt is about: a decision, or an approved change of the directory. */
  decision: provenDecision,
  anchor: anchorShape,
});

export type Receipt = shape.ShapeOf<typeof receiptShape>;
export type Evidence = shape.ShapeOf<typeof evidenceShape>;
export type Signer = Evidence["signers"][number];
export type Creation = shape.ShapeOf<typeof openedCreation>;
export type DirectoryLink = shape.ShapeOf<typeof directoryLink>;
export type ProvenDecision = shape.ShapeOf<typeof provenDecision>;

/** A record that people signed, with what they signed. */
export interface SignedRecord<Record = DecisionRecord | ChangeRecord> {
  readonly record: Record;
  readonly evidence: Evidence;
}
export type SignedChange = SignedRecord<ChangeRecord>;

export function encodeReceipt(receipt: Receipt): Bytes {
  return canonicalBytes(receipt);
}

export function parseReceipt(bytes: Uint8Array): Result<Receipt> {
  const value = parseJson(bytes, RECEIPT_LIMITS);
  if (!value.ok) {
    const { code, detail, at } = value.refusal;
    return refuse(code, `this is not a receipt: ${detail}`, at);
  }
  if (!isJsonObject(value.value) || value.value["kind"] !== RECEIPT_KIND)
    return refuse("receipt_malformed", "this is not a receipt");
  if (!equalBytes(canonicalBytes(value.value), bytes)) {
    return refuse(
      "receipt_malformed",
      "the file is not in canonical form, so it was changed after it was issued",
    );
  }
  return versionRefusal(value.value["v"]) ?? shape.matchShape(receiptShape, value.value);
}

/** So that the reader of an older or newer receipt knows that it needs another program. */
function versionRefusal(v: JsonValue | undefined): Result<never> | undefined {
  if (v === VERSION) return undefined;
  const version = typeof v === "number" ? `version ${v}` : "an unknown version";
  return refuse(
    "receipt_malformed",
    `this is a receipt of ${version}; this program reads version ${VERSION}`,
    "/v",
  );
}
