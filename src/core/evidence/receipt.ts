import { assertionShape } from "../webauthn/assertion.ts";
import { equalBytes, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { parseJson, type JsonLimits } from "../encoding/strict-json.ts";
import { policyShape } from "../confirmation/policy.ts";
import { PROOF_MAX_CHARACTERS } from "../tlog/log-proof.ts";
import { changeRecord, createdRecord, decisionRecord, SIGNATURES_MAX } from "../stream/record.ts";
import { refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import { SALT_BYTES, statementShape } from "../confirmation/statement.ts";

// The receipt: everything that an outsider needs to verify one decision without trusting the service. Its
// bytes are canonical JSON, so one content has one file.

export const RECEIPT_MEDIA_TYPE = "application/vnd.countersign.receipt+json";
/**
 * Changes between the owner's first passkey and the signers' own. A long-lived tenant has a few dozen: 10 managers with
 * 16 passkeys each, all of them endorsed, revoked and replaced twice, are 10 x 16 x 6 = 960.
 */
export const RECEIPT_MAX_CHANGES = 1_000;
const TIMESTAMP_MAX_BYTES = 64 * 1024;

export const RECEIPT_LIMITS: JsonLimits = {
  // A payload of 256 KiB in canonical form, 64 signatures of some 4 KiB, and 1,000 changes of at most some 12 KiB: a
  // proof of 3 KiB, a policy of 64 seats with 4 KiB, two signatures of 2 KiB each, a record of 1 KiB. That is 12.5 MB.
  maxBytes: 16 * 1024 * 1024,
  // A payload has 32 levels, three levels down in the receipt.
  maxDepth: 40,
  // 10,000 of the payload, 64 signatures of 40, and 1,000 changes of at most 330: 342,560.
  maxNodes: 400_000,
};

/** The fields next to every record, in a receipt and in an export. */
export const sealingFields = {
  entrySalt: shape.base64url(SALT_BYTES),
  label: shape.hex(HASH_BYTES),
};

export const inclusionFields = {
  ...sealingFields,
  /** The inclusion proof in the log, with its checkpoint. */
  proof: shape.text(PROOF_MAX_CHARACTERS, 1),
};

/** What people signed, and what is needed to check it. */
export const evidenceFields = {
  statements: shape.list(statementShape, SIGNATURES_MAX),
  assertions: shape.list(assertionShape, SIGNATURES_MAX),
  policy: shape.nullable(policyShape),
  payloadHash: shape.hex(HASH_BYTES),
  payloadSalt: shape.base64url(SALT_BYTES),
  /** Null if it is withheld; people signed its hash in any case. */
  payload: shape.nullable(shape.anyObject),
};

const sealedCreation = shape.object({ record: createdRecord, ...inclusionFields });
const sealedChange = shape.object({ record: changeRecord, ...evidenceFields, ...inclusionFields });
const sealedDecision = shape.object({ record: decisionRecord, ...evidenceFields, ...inclusionFields });

export const anchorShape = shape.nullable(
  shape.object({
    /** A second inclusion proof, for the checkpoint that was timestamped. */
    proof: shape.text(PROOF_MAX_CHARACTERS, 1),
    timestamp: shape.base64url(1, TIMESTAMP_MAX_BYTES),
  }),
);

const receiptShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/receipt"),
  decision: sealedDecision,
  /** How the signers' passkeys were endorsed, back to the owner's first. */
  created: sealedCreation,
  changes: shape.list(sealedChange, RECEIPT_MAX_CHANGES),
  anchor: anchorShape,
});

export type Receipt = shape.ShapeOf<typeof receiptShape>;
export type SealedCreation = shape.ShapeOf<typeof sealedCreation>;
export type SealedChange = shape.ShapeOf<typeof sealedChange>;
export type SealedDecision = shape.ShapeOf<typeof sealedDecision>;
/** As in an export, which proves inclusion by other means. */
export type Creation = Omit<SealedCreation, "proof">;
export type SignedChange = Omit<SealedChange, "proof">;
export type SignedDecision = Omit<SealedDecision, "proof">;
export type SignedRecord = SignedChange | SignedDecision;

export function encodeReceipt(receipt: Receipt): Bytes {
  return canonicalBytes(receipt);
}

export function parseReceipt(bytes: Uint8Array): Result<Receipt> {
  const value = parseJson(bytes, RECEIPT_LIMITS);
  if (!value.ok) return value;
  if (!equalBytes(canonicalBytes(value.value), bytes)) {
    return refuse(
      "receipt_malformed",
      "the file is not in canonical form, so it was changed after it was issued",
    );
  }
  return shape.matchShape(receiptShape, value.value);
}
