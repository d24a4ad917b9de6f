import { equalBytes } from "../encoding/bytes.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";
import { parseJson, type JsonLimits } from "../encoding/strict-json.ts";
import { id, ORIGIN_MAX_CHARACTERS, projectMode } from "../confirmation/statement.ts";
import type { Result } from "../refusal.ts";
import { decisionRecord, outcome } from "../stream/record.ts";
import { parseLogProof } from "../tlog/log-proof.ts";
import {
  absentCheck,
  ANY_TENANT,
  checkResult,
  malformedChecks,
  TENANT_CHECK,
  tenantCheck,
  type Check,
  type Failure,
} from "./check.ts";
import { checkpointChecks, LOG_CHECKS } from "./log-checks.ts";
import { anchorShape, labelField, opened, proofField, RECEIPT_LIMITS, type Receipt } from "./receipt.ts";
import { recordInclusion, type ProvenRecord } from "./record-chain.ts";
import type { VerifyOptions } from "./verify.ts";

// What anyone with the link may see of one decision: its record with the salt of its log entry, and the
// proof that the entry is in the log. A reader recomputes outcome and time from these. Who signed, and what,
// is not included; if the decision was revealed, the document also holds its whole receipt.

export const verificationShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/verification"),
  confirmation: id,
  outcome,
  mode: projectMode,
  at: shape.time,
  log: shape.object({ origin: shape.text(ORIGIN_MAX_CHARACTERS, 1), index: shape.integer() }),
  opening: shape.object({ ...opened(decisionRecord), ...labelField, ...proofField }),
  anchor: anchorShape,
  /** Verified as a document of its own, so only its type is checked here. */
  receipt: shape.nullable(shape.anyObject),
});

export type Verification = shape.ShapeOf<typeof verificationShape>;

/** A receipt one level further down, and the other fields. */
const VERIFICATION_LIMITS: JsonLimits = {
  maxBytes: RECEIPT_LIMITS.maxBytes + 64 * 1024,
  maxDepth: RECEIPT_LIMITS.maxDepth + 1,
  maxNodes: RECEIPT_LIMITS.maxNodes + 200,
};

export interface PublicRecordReport {
  readonly verification: Verification | null;
  readonly checks: readonly PublicRecordCheck[];
}

/** The text of each check when it passes. */
export const PUBLIC_RECORD_CHECKS = {
  form: "The answer has the expected form.",
  request: "The record is about the request that you asked for, with the outcome, mode and time shown.",
  inclusion: "The record is in the log, at the index named.",
  ...LOG_CHECKS,
  tenant: TENANT_CHECK,
} as const;

export type PublicRecordCheckName = keyof typeof PUBLIC_RECORD_CHECKS;
type PublicRecordCheck = Check<PublicRecordCheckName>;

export function parseVerification(bytes: Uint8Array): Result<Verification> {
  const value = parseJson(bytes, VERIFICATION_LIMITS);
  return value.ok ? shape.matchShape(verificationShape, value.value) : value;
}

/** Checks the service's answer about one confirmation, for a reader who asked for it by its id. */
export async function verifyPublicRecord(
  answer: Uint8Array,
  confirmation: string,
  { tenant, trust }: Pick<VerifyOptions, "tenant" | "trust">,
): Promise<PublicRecordReport> {
  const parsed = parseVerification(answer);
  if (!parsed.ok) {
    const names = Object.keys(PUBLIC_RECORD_CHECKS) as PublicRecordCheckName[];
    const checks = malformedChecks(names, parsed.refusal, "the answer could not be read");
    return { verification: null, checks };
  }
  const verification = parsed.value;
  const { opening, anchor } = verification;
  const proof = parseLogProof(opening.proof);
  const anchorDetail =
    anchor === null
      ? "this state of the log is not anchored yet"
      : "the headers of the Bitcoin blocks were not given";
  return {
    verification,
    checks: [
      check("form", undefined),
      check("request", requestFailure(verification, confirmation)),
      check("inclusion", inclusionFailure(verification)),
      ...(await checkpointChecks(new Set(proof.ok ? [proof.value.checkpoint] : []), trust)),
      absentCheck("anchor", anchorDetail),
      tenantCheck("record", opening.record.stream, tenant ?? ANY_TENANT),
    ],
  };
}

function requestFailure(verification: Verification, requested: string): Failure {
  const { confirmation, outcome: claimed, mode, at, opening } = verification;
  const { record } = opening;
  if (confirmation !== requested || record.body.confirmation !== requested)
    return "the answer is about another request than the one you asked for";
  if (record.body.outcome !== claimed)
    return `the record says ${record.body.outcome}, the answer says ${claimed}`;
  if (record.body.mode !== mode) return `the record's mode is ${record.body.mode}, the answer says ${mode}`;
  return record.at === at ? undefined : `the record's time is ${record.at}, the answer says ${at}`;
}

function inclusionFailure({ log, opening }: Verification): Failure {
  const included = recordInclusion(opening, opening.proof, log.origin);
  if (!included.ok) return included.refusal.detail;
  const proof = parseLogProof(opening.proof);
  return proof.ok && proof.value.index === log.index
    ? undefined
    : "the proof is of another index in the log than the answer names";
}

/** Whether a receipt's decision is the record that this document opens. */
export function isReceiptOf({ opening }: Verification, { decision }: Receipt): boolean {
  return equalBytes(openedBytes(opening), openedBytes(decision));
}

function openedBytes({ record, entrySalt, label }: Omit<ProvenRecord, "proof">): Uint8Array {
  return canonicalBytes({ record, entrySalt, label });
}

function check(name: PublicRecordCheckName, failure: Failure): PublicRecordCheck {
  return checkResult(name, failure, PUBLIC_RECORD_CHECKS[name]);
}
