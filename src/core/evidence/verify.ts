import type { ProjectMode } from "../confirmation/project-mode.ts";
import { toHex, type Bytes } from "../encoding/bytes.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import { parseJsonObject, type JsonObject } from "../encoding/strict-json.ts";
import { refuse, type Result } from "../refusal.ts";
import type { Directory } from "../stream/directory.ts";
import { modeOf, recordLabel, streamKeyHash, type Outcome } from "../stream/record.ts";
import type { TrustPolicy } from "../tlog/trust-policy.ts";
import {
  absentCheck,
  checkResult,
  isVerified,
  malformedChecks,
  TENANT_CHECK,
  tenantCheck,
  type Check,
  type Failure,
} from "./check.ts";
import { applyApproved, replayDirectory } from "./directory-replay.ts";
import { compareWithHistory, type HistoryRow } from "./history.ts";
import { anchorCheck, checkpointChecks, LOG_CHECKS } from "./log-checks.ts";
import { outcomeFailure, policyFailure, stageFailure, unsignedOutcomeText } from "./outcome-rules.ts";
import { CHOICE_CHECK, choiceCheck } from "./choice/choice-check.ts";
import type { PastDirectories } from "./choice/past-directories.ts";
import { parseReceipt, RECEIPT_MAX_CHANGES, type Receipt, type SignedRecord } from "./receipt.ts";
import { chainFailure, checkpointsOf, gapFailure, recordInclusion } from "./record-chain.ts";
import {
  credentialFailure,
  orderFailure,
  payloadFailure,
  revocationFailure,
  signatureFailure,
  statementFailure,
} from "./signed-record.ts";

// Verifies a receipt as a list of named checks. A check that needs something the verifier did not give, or that
// no signature supports, reads absent, never passed.

/** The text of each check when it passes. */
export const RECEIPT_CHECKS = {
  form: "The file is a receipt in its one canonical form.",
  payload: "The content is exactly what was shown and signed.",
  statement: "Every signature is about this very request, vote, person and organisation.",
  signature: "Every signature was made with the passkey named, by a verified user.",
  credential: "Every passkey belongs to the person named, who may decide.",
  endorsement: "Every passkey used was endorsed, back to the owner's first.",
  revocation: "No passkey used was revoked, in any change up to the last one that the record names.",
  order: "The passkeys used were endorsed before the decision, and the records are in order.",
  policy: "The policy is the one that was signed, and lets these people vote so.",
  choice: CHOICE_CHECK,
  outcome: "The outcome follows from what the people signed.",
  inclusion: "The decision is in the log, and with it everything that it names.",
  ...LOG_CHECKS,
  tenant: TENANT_CHECK,
  label: "The record has its own label of the organisation's history.",
  history: "The complete history holds this decision, and no earlier revocation of its passkeys.",
} as const;

export type ReceiptCheckName = keyof typeof RECEIPT_CHECKS;
type ReceiptCheck = Check<ReceiptCheckName>;

/** What the verifier has besides the file; each part makes another check possible. */
export interface VerifyOptions {
  /** The organisation id of the expected tenant, or ANY_TENANT. */
  readonly tenant?: string;
  readonly trust?: TrustPolicy;
  readonly streamKey?: Bytes;
  /** The verifier's own copy of the payload, in any JSON formatting. */
  readonly payload?: Uint8Array;
  readonly history?: readonly HistoryRow[];
  readonly bitcoinHeaders?: readonly Uint8Array[];
}

/** What these checks prove if nobody signed. */
const WITHOUT_SIGNERS = {
  endorsement: "No passkey was used, and the changes in the file follow from the owner's first.",
  order: "The records are in order.",
  history: "The complete history holds this decision.",
} as const satisfies Partial<Record<ReceiptCheckName, string>>;

export interface ReceiptReport {
  /** No check failed, and none is absent but those that may be. The outcome can still be a rejection. */
  readonly verified: boolean;
  readonly outcome: Outcome | null;
  /** An outcome in the mode `test` decides nothing real. */
  readonly mode: ProjectMode | null;
  readonly checks: readonly ReceiptCheck[];
  /** The checks that can't be absent in a verified receipt, but are. */
  readonly missing: readonly ReceiptCheckName[];
  readonly receipt: Receipt | null;
}

/** The checks that a verifier can do without. */
const MAY_BE_ABSENT: readonly ReceiptCheckName[] = [
  "payload",
  "log",
  "witnesses",
  "anchor",
  // Of a content that is withheld, nobody can say what the rules demand.
  "choice",
  "tenant",
  "label",
  "history",
];
/** What an outcome that nobody signed leaves open. */
export const ABSENT_WITHOUT_SIGNERS: readonly ReceiptCheckName[] = [
  "payload",
  "statement",
  "signature",
  "credential",
  "revocation",
  "policy",
  "choice",
];

export async function verifyReceipt(file: Uint8Array, options: VerifyOptions): Promise<ReceiptReport> {
  const parsed = parseReceipt(file);
  if (!parsed.ok) {
    const names = Object.keys(RECEIPT_CHECKS) as ReceiptCheckName[];
    const checks = malformedChecks(names, parsed.refusal, "the file could not be read");
    return { verified: false, outcome: null, mode: null, checks, missing: [], receipt: null };
  }
  const receipt = parsed.value;
  const { created, decision } = receipt;
  const { genesis } = created.record.body;
  const replay = await replayDirectory(created.record, receipt.directory, decision);
  const { directory } = replay;
  const history = await compareHistory(receipt, options);
  const included = recordInclusion(decision, decision.proof, genesis.logOrigin);
  const own = ownPayload(receipt, options);
  const checks: readonly ReceiptCheck[] = [
    check("form", undefined),
    payloadCheck(receipt, own),
    signedCheck(receipt, "statement", statementFailure(decision, genesis.rp)),
    signedCheck(receipt, "signature", await signatureFailure(decision, directory)),
    signedCheck(receipt, "credential", credentialFailure(decision, directory)),
    chainCheck(receipt, "endorsement", replay.failure ?? streamFailure(receipt)),
    revocationCheck(receipt, directory, history.check, options),
    chainCheck(
      receipt,
      "order",
      orderFailure(decision, directory, timesBefore(receipt)) ?? chainFailure(receipt),
    ),
    signedCheck(receipt, "policy", policyFailure(decision) ?? stageFailure(decision, replay.past)),
    await choiceCheck(
      withPayload(decision, own),
      gapFailure(receipt) === undefined ? replay.past : history.past,
    ),
    outcomeCheck(withPayload(decision, own), directory),
    check("inclusion", included.ok ? undefined : included.refusal.detail),
    ...(await checkpointChecks(checkpointsOf(receipt), options.trust)),
    anchorCheck(receipt, options.bitcoinHeaders),
    tenantCheck("receipt", created.record.stream, options.tenant),
    labelCheck(receipt, options),
    history.check,
  ];
  const mayBeAbsent = new Set([...MAY_BE_ABSENT, ...(isSigned(receipt) ? [] : ABSENT_WITHOUT_SIGNERS)]);
  const verified = isVerified(checks, mayBeAbsent);
  const missing = checks.flatMap(({ name, status }) =>
    status === "absent" && !mayBeAbsent.has(name) ? [name] : [],
  );
  const { record } = decision;
  return { verified, outcome: record.body.outcome, mode: modeOf(record), checks, missing, receipt };
}

function isSigned({ decision }: Receipt): boolean {
  return decision.evidence.signers.length > 0;
}

function check(
  name: ReceiptCheckName,
  failure: Failure,
  passed = RECEIPT_CHECKS[name] as string,
): ReceiptCheck {
  return checkResult(name, failure, passed);
}

/** A check of the file's records, which a request without signatures passes, too. */
function chainCheck(receipt: Receipt, name: keyof typeof WITHOUT_SIGNERS, failure: Failure): ReceiptCheck {
  return check(name, failure, isSigned(receipt) ? RECEIPT_CHECKS[name] : WITHOUT_SIGNERS[name]);
}

/** A check of what people signed. */
function signedCheck(receipt: Receipt, name: ReceiptCheckName, failure: Failure): ReceiptCheck {
  return failure === undefined && !isSigned(receipt)
    ? absentCheck(name, "nobody signed")
    : check(name, failure);
}

/** The verifier's own payload, if it is the one that was signed. */
function ownPayload({ decision }: Receipt, { payload }: VerifyOptions): Result<JsonObject> | undefined {
  if (payload === undefined) return undefined;
  const own = parseJsonObject(payload);
  if (!own.ok) return refuse(own.refusal.code, `your content is not strict JSON: ${own.refusal.detail}`);
  return toHex(hashOfJson(own.value)) === decision.evidence.payloadHash
    ? own
    : refuse("argument_hash_mismatch", "your content is not the one whose hash is in the receipt");
}

function payloadCheck(receipt: Receipt, own: Result<JsonObject> | undefined): ReceiptCheck {
  const { evidence } = receipt.decision;
  const failure = payloadFailure(receipt.decision);
  if (failure !== undefined) return check("payload", failure);
  if (own?.ok === false) return check("payload", own.refusal.detail);
  if (!isSigned(receipt))
    return absentCheck("payload", "nobody signed it: what the request was about is the operator's word");
  if (evidence.payload !== null) return check("payload", undefined);
  return own === undefined
    ? absentCheck("payload", `the content is withheld; its hash is ${evidence.payloadHash}`)
    : check(
        "payload",
        undefined,
        "The receipt withholds the content; yours is exactly what was shown and signed.",
      );
}

function streamFailure({ decision, created }: Receipt): Failure {
  return decision.record.stream === created.record.stream
    ? undefined
    : "the decision belongs to another organisation";
}

/** Whether the receipt has every change up to the decision, so that a revocation can't be left out. */
function revocationCheck(
  receipt: Receipt,
  directory: Directory,
  history: ReceiptCheck,
  options: VerifyOptions,
): ReceiptCheck {
  const failure = revocationFailure(receipt.decision, directory);
  const gap = gapFailure(receipt);
  if (failure !== undefined || gap === undefined) return signedCheck(receipt, "revocation", failure);
  if (receipt.directory.length < RECEIPT_MAX_CHANGES) return check("revocation", gap);
  return history.status === "passed"
    ? signedCheck(receipt, "revocation", undefined)
    : absentCheck(
        "revocation",
        options.history === undefined
          ? "the organisation has more changes than a receipt holds: give its export, with verify --history"
          : "the organisation has more changes than a receipt holds, and its history is not complete",
      );
}

function timesBefore({ created, directory }: Receipt): readonly string[] {
  return [created.record.at, directory.at(-1)?.record.at ?? created.record.at];
}

/** With the verifier's own payload where the receipt withholds it. */
function withPayload({ record, evidence }: SignedRecord, own: Result<JsonObject> | undefined): SignedRecord {
  const payload = evidence.payload ?? (own?.ok === true ? own.value : null);
  return { record, evidence: { ...evidence, payload } };
}

function outcomeCheck({ record, evidence }: SignedRecord, directory: Directory): ReceiptCheck {
  const failure = outcomeFailure({ record, evidence });
  if (failure !== undefined) return check("outcome", failure);
  if (record.type !== "decision") {
    const applied = applyApproved({ record, evidence }, directory);
    return check("outcome", applied.ok ? undefined : applied.refusal.detail);
  }
  return check("outcome", undefined, unsignedOutcomeText({ record, evidence }));
}

function labelCheck({ created, decision }: Receipt, { streamKey }: VerifyOptions): ReceiptCheck {
  if (streamKey === undefined) return absentCheck("label", "it needs the organisation's stream key");
  if (streamKeyHash(streamKey) !== created.record.body.genesis.streamKeyHash)
    return check("label", "this is not the organisation's stream key");
  const { record, label } = decision;
  const own = toHex(recordLabel(streamKey, record.seq));
  return check("label", own === label ? undefined : `record ${record.seq} has a wrong label in the log`);
}

interface History {
  readonly check: ReceiptCheck;
  /** The directory after each change, if the check passed. */
  readonly past: PastDirectories | undefined;
}

async function compareHistory(receipt: Receipt, { history }: VerifyOptions): Promise<History> {
  if (history === undefined)
    return { check: absentCheck("history", "it needs the organisation's export"), past: undefined };
  const { failure, erased, past } = await compareWithHistory(receipt, history);
  if (failure !== undefined || erased === undefined)
    return { check: chainCheck(receipt, "history", failure), past };
  const reason = `record ${erased} is erased, and may have been a change of the directory`;
  return { check: absentCheck("history", reason), past: undefined };
}
