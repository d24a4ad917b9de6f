import { checkBitcoinHeader } from "../timestamp/bitcoin.ts";
import { equalBytes, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { historyFailure, type HistoryRow } from "./history.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import { parseJsonObject } from "../encoding/strict-json.ts";
import { attestationsOf, parseTimestampFile } from "../timestamp/ots.ts";
import {
  chainFailure,
  checkpointsOf,
  recordInclusion,
  inclusionFailure,
  sealedRecords,
} from "./record-chain.ts";
import { parseReceipt, type Receipt } from "./receipt.ts";
import { recordLabel, streamKeyHash, type Outcome } from "../stream/record.ts";
import { replayDirectory } from "./directory-replay.ts";
import {
  credentialFailure,
  base64urlBytes,
  orderFailure,
  outcomeFailure,
  payloadFailure,
  policyFailure,
  signatureFailure,
  statementFailure,
  type Failure,
} from "./signed-record.ts";
import { judgeCheckpoint, type TrustPolicy } from "../tlog/trust-policy.ts";

// The judgement of a receipt: named checks, each passed, failed or absent, in words for someone who
// knows no cryptography. A check whose level of options was not given reads absent, never passed.

/** What each check says when it passes. */
export const RECEIPT_CHECKS = {
  form: "The file is a receipt in its one canonical form.",
  payload: "The payload is exactly what was shown and signed.",
  statement: "Every signature is about this very request, decision, person and tenant.",
  signature: "Every signature was made with the passkey named, by a verified user.",
  credential: "Every passkey belongs to the person named and was not revoked.",
  endorsement: "Every passkey was endorsed, back to the owner's first.",
  order: "The passkeys counted before the decision, and the records stand in their order.",
  policy: "The policy is the one that was signed.",
  outcome: "The outcome follows from what the people signed.",
  inclusion: "The decision and the passkeys' history are in the log.",
  log: "The log that you trust signed this state.",
  witnesses: "Enough independent witnesses saw the same state of the log.",
  anchor: "The log's state is anchored in a Bitcoin block.",
  tenant: "It is the tenant that you named, and no look-alike.",
  label: "The records stand at their own places in the tenant's stream.",
  history: "The complete history holds this decision, and no revocation before it.",
} as const;

export type ReceiptCheckName = keyof typeof RECEIPT_CHECKS;
export interface Check<Name extends string = ReceiptCheckName> {
  readonly name: Name;
  readonly status: "passed" | "failed" | "absent";
  readonly detail: string;
}

/** What the verifier knows besides the file; each thing raises the level of what can be checked. */
export interface VerifyOptions {
  /** The stream id that was pinned, or `any` for whoever says so explicitly. */
  readonly tenant?: string;
  readonly trust?: TrustPolicy;
  readonly streamKey?: Bytes;
  /** The payload as the verifier holds it, in any JSON spelling. */
  readonly payload?: Uint8Array;
  readonly history?: readonly HistoryRow[];
  readonly bitcoinHeaders?: readonly Uint8Array[];
}

/** A block's time may be off by some two hours; nodes accept no more. */
const BLOCK_TIME_SLACK_SECONDS = 2 * 3_600;

export const ANY_TENANT = "any";

export interface ReceiptReport {
  /** Nothing failed and everything that needs no further options was checked. Says nothing of the outcome. */
  readonly verified: boolean;
  readonly outcome: Outcome | null;
  readonly checks: readonly Check[];
  readonly receipt: Receipt | null;
}

/** Absent only for want of options that a verifier may do without. */
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
    const { detail, at } = parsed.refusal;
    return {
      verified: false,
      outcome: null,
      checks: formFailed(at ? `${detail} (at ${at})` : detail),
      receipt: null,
    };
  }
  const receipt = parsed.value;
  const { decision, created } = receipt;
  const { directory, failure } = await replayDirectory(created, receipt.changes);
  const anchor = await anchorCheck(receipt, options);
  const checks: Check[] = [
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
    anchor,
    tenantCheck(receipt, options),
    labelCheck(receipt, options),
    await historyCheck(receipt, options),
  ];
  const verified = checks.every(
    ({ name, status }) => status === "passed" || (status === "absent" && MAY_BE_ABSENT.has(name)),
  );
  return { verified, outcome: decision.record.body.outcome, checks, receipt };
}

function check<Name extends ReceiptCheckName>(name: Name, failure: Failure): Check<Name> {
  return checked(name, failure, RECEIPT_CHECKS[name]);
}

/** `passed` is what it says when nothing is wrong. */
export function checked<Name extends string>(name: Name, failure: Failure, passed: string): Check<Name> {
  return failure === undefined
    ? { name, status: "passed", detail: passed }
    : { name, status: "failed", detail: sentence(failure) };
}

export function absent<Name extends string>(name: Name, why: string): Check<Name> {
  return { name, status: "absent", detail: sentence(why) };
}

function formFailed(detail: string): readonly Check[] {
  const names = Object.keys(RECEIPT_CHECKS) as ReceiptCheckName[];
  return names.map((name) =>
    name === "form" ? check(name, detail) : absent(name, "the file could not be read"),
  );
}

function payloadCheck({ decision }: Receipt, { payload }: VerifyOptions): Check {
  const failure = payloadFailure(decision);
  if (failure !== undefined) return check("payload", failure);
  if (payload !== undefined) {
    const own = parseJsonObject(payload);
    if (!own.ok) return check("payload", `your payload is not strict JSON: ${own.refusal.detail}`);
    const same = toHex(hashOfJson(own.value)) === decision.payloadHash;
    return check("payload", same ? undefined : "your payload is not the one whose hash was signed");
  }
  return decision.payload === null
    ? absent("payload", `the payload is withheld; its hash is ${decision.payloadHash}`)
    : check("payload", undefined);
}

function streamFailure({ decision, created }: Receipt): Failure {
  return decision.record.stream === created.record.stream
    ? undefined
    : "the decision belongs to another stream";
}

/** Who signed these checkpoints, as far as the trust policy knows. */
export async function checkpointChecks(
  notes: ReadonlySet<string>,
  trust: TrustPolicy | undefined,
): Promise<readonly Check<"log" | "witnesses">[]> {
  if (notes.size === 0) {
    const why = "no state of the log could be read from the proof";
    return [absent("log", why), absent("witnesses", why)];
  }
  if (trust === undefined) {
    const why = "no trust policy was given, so nothing says whose log this is";
    return [absent("log", why), absent("witnesses", why)];
  }
  let logFailure: Failure;
  let witnessFailure: Failure;
  for (const note of notes) {
    const judged = await judgeCheckpoint(note, trust);
    if (!judged.ok) logFailure ??= judged.refusal.detail;
    else if (!judged.value.quorumMet)
      witnessFailure ??= "too few of the witnesses that you trust have signed";
  }
  if (logFailure !== undefined) {
    return [check("log", logFailure), absent("witnesses", "the log's own signature does not hold")];
  }
  const unwitnessed = trust.quorum === "none" && witnessFailure === undefined;
  return [
    check("log", undefined),
    unwitnessed
      ? absent("witnesses", "your trust policy asks for no witness")
      : check("witnesses", witnessFailure),
  ];
}

async function anchorCheck(
  { anchor, decision, created }: Receipt,
  { bitcoinHeaders }: VerifyOptions,
): Promise<Check> {
  if (anchor === null) return absent("anchor", "the receipt carries no Bitcoin anchor");
  const included = recordInclusion(decision, anchor.proof, created.record.body.genesis.logOrigin);
  if (!included.ok) return check("anchor", included.refusal.detail);
  const file = parseTimestampFile(base64urlBytes(anchor.timestamp));
  if (!file.ok) return check("anchor", file.refusal.detail);
  if (!equalBytes(file.value.digest, sha256(utf8(included.value.checkpoint)))) {
    return check("anchor", "the timestamp is of another file than the checkpoint");
  }
  const blocks = attestationsOf(file.value).filter(({ attestation }) => attestation.kind === "bitcoin");
  if (blocks.length === 0) return absent("anchor", "the timestamp has not reached a Bitcoin block yet");
  if (bitcoinHeaders === undefined)
    return absent("anchor", "the headers of the Bitcoin blocks were not given");
  const found = blocks.flatMap(({ message, attestation }) => {
    const height = attestation.kind === "bitcoin" ? attestation.height : undefined;
    return bitcoinHeaders.map((header) => checkBitcoinHeader(message, header, height));
  });
  const block = found.find((one) => one.ok);
  if (block?.ok !== true) return check("anchor", "none of the block headers given holds the timestamp");
  const decidedAt = Date.parse(decision.record.at) / 1_000;
  const early = block.value.time + BLOCK_TIME_SLACK_SECONDS < decidedAt;
  return check("anchor", early ? "the block is older than the decision claims to be" : undefined);
}

function tenantCheck({ created }: Receipt, { tenant }: VerifyOptions): Check {
  const { stream } = created.record;
  if (tenant === ANY_TENANT) return absent("tenant", `you asked for no particular tenant; this is ${stream}`);
  if (tenant === undefined) return check("tenant", `no tenant was pinned; this receipt is of ${stream}`);
  return check("tenant", tenant === stream ? undefined : `the receipt is of the tenant ${stream}`);
}

function labelCheck(receipt: Receipt, { streamKey }: VerifyOptions): Check {
  if (streamKey === undefined) return absent("label", "needs the tenant's stream key");
  if (streamKeyHash(streamKey) !== receipt.created.record.body.genesis.streamKeyHash) {
    return check("label", "this is not the stream key of the tenant");
  }
  const wrong = sealedRecords(receipt).find(
    ({ record, label }) => toHex(recordLabel(streamKey, record.seq)) !== label,
  );
  return check("label", wrong && `record ${wrong.record.seq} stands in the log under a false label`);
}

async function historyCheck(receipt: Receipt, { history }: VerifyOptions): Promise<Check> {
  if (history === undefined) return absent("history", "needs the tenant's export");
  return check("history", await historyFailure(receipt, history));
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}
