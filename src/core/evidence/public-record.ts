import { equalBytes } from "../encoding/bytes.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { parseJson, type JsonLimits } from "../encoding/strict-json.ts";
import { recordInclusion } from "./record-chain.ts";
import { parseLogProof } from "../tlog/log-proof.ts";
import { anchorShape, inclusionFields, RECEIPT_LIMITS } from "./receipt.ts";
import { decisionRecord, outcome } from "../stream/record.ts";
import type { Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import { id, ORIGIN_MAX_CHARACTERS } from "../confirmation/statement.ts";
import { ANY_TENANT, absent, checked, checkpointChecks, type Check, type VerifyOptions } from "./verify.ts";

// What anybody with the link may see of one approval: its record, opened down to the salt of its entry,
// and the way from there to the log's root. So outcome and time are recomputed, not believed. Who signed,
// and what, is not in it; where the approval was revealed, the whole receipt stands beside it.

const verificationShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/verification"),
  confirmation: id,
  outcome,
  at: shape.time,
  log: shape.object({ origin: shape.text(ORIGIN_MAX_CHARACTERS, 1), index: shape.integer() }),
  opening: shape.object({ record: decisionRecord, ...inclusionFields }),
  anchor: anchorShape,
  /** Judged as a file of its own, so its form is not looked at here. */
  receipt: shape.nullable(shape.anyObject),
});

export type Verification = shape.ShapeOf<typeof verificationShape>;

/** A receipt one level down, and the opening beside it. */
const VERIFICATION_LIMITS: JsonLimits = {
  maxBytes: RECEIPT_LIMITS.maxBytes + 64 * 1024,
  maxDepth: RECEIPT_LIMITS.maxDepth + 1,
  maxNodes: RECEIPT_LIMITS.maxNodes + 200,
};

export interface PublicRecordReport {
  readonly verification: Verification | null;
  readonly checks: readonly PublicRecordCheck[];
}

/** What each check says when it passes. */
export const PUBLIC_RECORD_CHECKS = {
  form: "The answer is in its one form.",
  request: "The record is of the request that you asked for, and says the outcome and time shown.",
  inclusion: "The record is in the log, at the place named.",
  log: "The log that you trust signed this state.",
  witnesses: "Enough independent witnesses saw the same state of the log.",
  anchor: "The log's state is anchored in a Bitcoin block.",
  tenant: "It is the tenant that you named, and no look-alike.",
} as const;

export type PublicRecordCheckName = keyof typeof PUBLIC_RECORD_CHECKS;
type PublicRecordCheck = Check<PublicRecordCheckName>;

export function parseVerification(bytes: Uint8Array): Result<Verification> {
  const value = parseJson(bytes, VERIFICATION_LIMITS);
  return value.ok ? shape.matchShape(verificationShape, value.value) : value;
}

/** The judgement of an answer to whoever asked for `confirmation`. */
export async function verifyPublicRecord(
  answer: Uint8Array,
  confirmation: string,
  { tenant, trust }: Pick<VerifyOptions, "tenant" | "trust">,
): Promise<PublicRecordReport> {
  const parsed = parseVerification(answer);
  if (!parsed.ok) {
    const { detail, at } = parsed.refusal;
    return { verification: null, checks: formFailed(at ? `${detail} (at ${at})` : detail) };
  }
  const verification = parsed.value;
  const { opening, anchor } = verification;
  const proof = parseLogProof(opening.proof);
  const why =
    anchor === null
      ? "this state of the log is not anchored yet"
      : "the headers of the Bitcoin blocks were not given";
  return {
    verification,
    checks: [
      said("form", undefined),
      said("request", requestFailure(verification, confirmation)),
      said("inclusion", inclusionFailure(verification)),
      ...(await checkpointChecks(new Set(proof.ok ? [proof.value.checkpoint] : []), trust)),
      absent("anchor", why),
      tenantCheck(opening.record.stream, tenant),
    ],
  };
}

function requestFailure({ confirmation, outcome: told, at, opening }: Verification, asked: string) {
  const { record } = opening;
  if (confirmation !== asked || record.body.confirmation !== asked)
    return "the answer is about another request than the one you asked for";
  if (record.body.outcome !== told) return `the record says ${record.body.outcome}, the answer ${told}`;
  return record.at === at ? undefined : `the record is of ${record.at}, the answer says ${at}`;
}

function inclusionFailure({ log, opening }: Verification) {
  const included = recordInclusion(opening, opening.proof, log.origin);
  if (!included.ok) return included.refusal.detail;
  const proof = parseLogProof(opening.proof);
  return proof.ok && proof.value.index === log.index
    ? undefined
    : "the proof is of another place in the log than the answer names";
}

function tenantCheck(stream: string, tenant: string | undefined): PublicRecordCheck {
  if (tenant === undefined || tenant === ANY_TENANT)
    return absent("tenant", `you named no particular tenant; the record is of ${stream}`);
  return said("tenant", tenant === stream ? undefined : `the record is of the tenant ${stream}`);
}

/** Whether the receipt that stands beside an opening is of that very record. */
export function isReceiptOf({ opening }: Verification, decision: Verification["opening"]): boolean {
  const { record, entrySalt, label } = decision;
  const { record: shown, entrySalt: salt, label: same } = opening;
  return equalBytes(
    canonicalBytes({ record, entrySalt, label }),
    canonicalBytes({ record: shown, entrySalt: salt, label: same }),
  );
}

function formFailed(detail: string): readonly PublicRecordCheck[] {
  const names = Object.keys(PUBLIC_RECORD_CHECKS) as PublicRecordCheckName[];
  return names.map((name) =>
    name === "form" ? said(name, detail) : absent(name, "the answer could not be read"),
  );
}

function said(name: PublicRecordCheckName, failure: string | undefined): PublicRecordCheck {
  return checked(name, failure, PUBLIC_RECORD_CHECKS[name]);
}
