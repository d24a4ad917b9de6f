import { toHex, type Bytes } from "../encoding/bytes.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import { parseJsonObject } from "../encoding/strict-json.ts";
import { recordLabel, streamKeyHash, type Outcome } from "../stream/record.ts";
import type { TrustPolicy } from "../tlog/trust-policy.ts";
import { absentCheck, ANY_TENANT, checkResult, isVerified, malformedChecks, type Check } from "./check.ts";
import { replayDirectory } from "./directory-replay.ts";
import { historyFailure, type HistoryRow } from "./history.ts";
import { anchorCheck, checkpointChecks, LOG_CHECKS } from "./log-checks.ts";
import { parseReceipt, type Receipt } from "./receipt.ts";
import { chainFailure, checkpointsOf, inclusionFailure, sealedRecords } from "./record-chain.ts";
import {
  credentialFailure,
  orderFailure,
  outcomeFailure,
  payloadFailure,
  policyFailure,
  signatureFailure,
  statementFailure,
  type Failure,
} from "./signed-record.ts";

// Verifies a receipt as a list of named checks. A check that needs something the verifier did not give
// reads absent, never passed.

/** The text of each check when it passes. */
export const RECEIPT_CHECKS = {
  form: "The file is a receipt in its one canonical form.",
  payload: "The payload is exactly what was shown and signed.",
  statement: "Every signature is about this very request, decision, person and tenant.",
  signature: "Every signature was made with the passkey named, by a verified user.",
  credential: "Every passkey belongs to the person named and was not revoked.",
  endorsement: "Every passkey was endorsed, back to the owner's first.",
  order: "The passkeys were active before the decision, and the records are in order.",
  policy: "The policy is the one that was signed.",
  outcome: "The outcome follows from what the people signed.",
  inclusion: "The decision and the passkeys' history are in the log.",
  ...LOG_CHECKS,
  tenant: "It is the tenant that you named, not a look-alike.",
  label: "The records have their own labels of the tenant's stream.",
  history: "The complete history holds this decision, and no earlier revocation of its passkeys.",
} as const;

export type ReceiptCheckName = keyof typeof RECEIPT_CHECKS;
type ReceiptCheck = Check<ReceiptCheckName>;

/** What the verifier has besides the file; each part makes another check possible. */
export interface VerifyOptions {
  /** The stream id of the expected tenant, or ANY_TENANT. */
  readonly tenant?: string;
  readonly trust?: TrustPolicy;
  readonly streamKey?: Bytes;
  /** The verifier's own copy of the payload, in any JSON formatting. */
  readonly payload?: Uint8Array;
  readonly history?: readonly HistoryRow[];
  readonly bitcoinHeaders?: readonly Uint8Array[];
}

export interface ReceiptReport {
  /** No check failed, and none is absent but those in MAY_BE_ABSENT. The outcome can still be a rejection. */
  readonly verified: boolean;
  readonly outcome: Outcome | null;
  readonly checks: readonly ReceiptCheck[];
  readonly receipt: Receipt | null;
}

/** The checks that a verifier can do without. */
const MAY_BE_ABSENT: ReadonlySet<ReceiptCheckName> = new Set([
  "tenant",
  "payload",
  "log",
  "witnesses",
  "anchor",
  "label",
  "history",
]);

export async function verifyReceipt(file: Uint8Array, options: VerifyOptions): Promise<ReceiptReport> {
  const parsed = parseReceipt(file);
  if (!parsed.ok) {
    const names = Object.keys(RECEIPT_CHECKS) as ReceiptCheckName[];
    const checks = malformedChecks(names, parsed.refusal, "the file could not be read");
    return { verified: false, outcome: null, checks, receipt: null };
  }
  const receipt = parsed.value;
  const { decision, created } = receipt;
  const { directory, failure } = await replayDirectory(created, receipt.changes);
  const checks: ReceiptCheck[] = [
    check("form", undefined),
    payloadCheck(receipt, options),
    check("statement", statementFailure(decision, created.record.body.genesis.rp)),
    check("signature", await signatureFailure(decision, directory)),
    check("credential", credentialFailure(decision, directory)),
    check("endorsement", failure ?? streamFailure(receipt)),
    check("order", orderFailure(decision, directory) ?? chainFailure(receipt)),
    check("policy", policyFailure(decision)),
    check("outcome", outcomeFailure(decision)),
    check("inclusion", inclusionFailure(receipt)),
    ...(await checkpointChecks(checkpointsOf(receipt), options.trust)),
    anchorCheck(receipt, options.bitcoinHeaders),
    tenantCheck(receipt, options),
    labelCheck(receipt, options),
    await historyCheck(receipt, options),
  ];
  const verified = isVerified(checks, MAY_BE_ABSENT);
  return { verified, outcome: decision.record.body.outcome, checks, receipt };
}

function check(name: ReceiptCheckName, failure: Failure): ReceiptCheck {
  return checkResult(name, failure, RECEIPT_CHECKS[name]);
}

function payloadCheck({ decision }: Receipt, { payload }: VerifyOptions): ReceiptCheck {
  const failure = payloadFailure(decision);
  if (failure !== undefined) return check("payload", failure);
  if (payload !== undefined) {
    const own = parseJsonObject(payload);
    if (!own.ok) return check("payload", `your payload is not strict JSON: ${own.refusal.detail}`);
    const same = toHex(hashOfJson(own.value)) === decision.payloadHash;
    return check("payload", same ? undefined : "your payload is not the one whose hash was signed");
  }
  return decision.payload === null
    ? absentCheck("payload", `the payload is withheld; its hash is ${decision.payloadHash}`)
    : check("payload", undefined);
}

function streamFailure({ decision, created }: Receipt): Failure {
  return decision.record.stream === created.record.stream
    ? undefined
    : "the decision belongs to another stream";
}

function tenantCheck({ created }: Receipt, { tenant }: VerifyOptions): ReceiptCheck {
  const { stream } = created.record;
  if (tenant === ANY_TENANT)
    return absentCheck("tenant", `you accept any tenant; this receipt is of ${stream}`);
  if (tenant === undefined) return check("tenant", `no tenant was given; this receipt is of ${stream}`);
  return check("tenant", tenant === stream ? undefined : `the receipt is of the tenant ${stream}`);
}

function labelCheck(receipt: Receipt, { streamKey }: VerifyOptions): ReceiptCheck {
  if (streamKey === undefined) return absentCheck("label", "it needs the tenant's stream key");
  if (streamKeyHash(streamKey) !== receipt.created.record.body.genesis.streamKeyHash) {
    return check("label", "this is not the stream key of the tenant");
  }
  const wrong = sealedRecords(receipt).find(
    ({ record, label }) => toHex(recordLabel(streamKey, record.seq)) !== label,
  );
  return check("label", wrong && `record ${wrong.record.seq} has a wrong label in the log`);
}

async function historyCheck(receipt: Receipt, { history }: VerifyOptions): Promise<ReceiptCheck> {
  if (history === undefined) return absentCheck("history", "it needs the tenant's export");
  return check("history", await historyFailure(receipt, history));
}
