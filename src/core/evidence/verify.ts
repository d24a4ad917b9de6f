import { checkBitcoinHeader } from "../timestamp/bitcoin.ts";
import { equalBytes, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { historyFault, type HistoryRow } from "./history.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import { parseJsonObject } from "../encoding/strict-json.ts";
import { attestationsOf, parseTimestampFile } from "../timestamp/ots.ts";
import { chainFault, checkpointsOf, inclusion, inclusionFault, sealedRecords } from "./record-chain.ts";
import { parseReceipt, type Receipt } from "./receipt.ts";
import { recordLabel, streamKeyHash, type Outcome } from "../stream/record.ts";
import { replayDirectory } from "./replay.ts";
import {
  credentialFault,
  decoded,
  orderFault,
  outcomeFault,
  payloadFault,
  policyFault,
  signatureFault,
  statementFault,
  type Fault,
} from "./signed-record.ts";
import { judgeCheckpoint, type TrustPolicy } from "../tlog/trust-policy.ts";

// The judgement of a receipt: named checks, each passed, failed or absent, in words for someone who
// knows no cryptography. A check whose level of knowledge was not given reads absent, never passed.

/** What each check says when it passes. */
export const CHECKS = {
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

export type CheckName = keyof typeof CHECKS;
export interface Check<Name extends string = CheckName> {
  readonly name: Name;
  readonly status: "passed" | "failed" | "absent";
  readonly detail: string;
}

/** What the verifier knows besides the file; each thing raises the level of what can be checked. */
export interface Knowledge {
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

export interface Report {
  /** Nothing failed and everything that needs no further knowledge was checked. Says nothing of the outcome. */
  readonly verified: boolean;
  readonly outcome: Outcome | null;
  readonly checks: readonly Check[];
  readonly receipt: Receipt | null;
}

/** Absent only for want of knowledge that a verifier may do without. */
const MAY_BE_ABSENT: ReadonlySet<CheckName> = new Set([
  "tenant",
  "payload",
  "log",
  "witnesses",
  "anchor",
  "label",
  "history",
]);

export async function verifyReceipt(file: Uint8Array, knowledge: Knowledge): Promise<Report> {
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
  const { directory, fault } = await replayDirectory(created, receipt.changes);
  const anchor = await anchorCheck(receipt, knowledge);
  const checks: Check[] = [
    check("form", undefined),
    payloadCheck(receipt, knowledge),
    check("statement", statementFault(decision, created.record.body.genesis.rp)),
    check("signature", await signatureFault(decision, directory)),
    check("credential", credentialFault(decision, directory)),
    check("endorsement", fault ?? streamFault(receipt)),
    check("order", orderFault(decision, directory) ?? chainFault(receipt)),
    check("policy", policyFault(decision)),
    check("outcome", outcomeFault(decision)),
    check("inclusion", inclusionFault(receipt)),
    ...(await checkpointChecks(checkpointsOf(receipt), knowledge.trust)),
    anchor,
    tenantCheck(receipt, knowledge),
    labelCheck(receipt, knowledge),
    await historyCheck(receipt, knowledge),
  ];
  const verified = checks.every(
    ({ name, status }) => status === "passed" || (status === "absent" && MAY_BE_ABSENT.has(name)),
  );
  return { verified, outcome: decision.record.body.outcome, checks, receipt };
}

function check<Name extends CheckName>(name: Name, fault: Fault): Check<Name> {
  return checked(name, fault, CHECKS[name]);
}

/** `passed` is what it says when nothing is wrong. */
export function checked<Name extends string>(name: Name, fault: Fault, passed: string): Check<Name> {
  return fault === undefined
    ? { name, status: "passed", detail: passed }
    : { name, status: "failed", detail: sentence(fault) };
}

export function absent<Name extends string>(name: Name, why: string): Check<Name> {
  return { name, status: "absent", detail: sentence(why) };
}

function formFailed(detail: string): readonly Check[] {
  const names = Object.keys(CHECKS) as CheckName[];
  return names.map((name) =>
    name === "form" ? check(name, detail) : absent(name, "the file could not be read"),
  );
}

function payloadCheck({ decision }: Receipt, { payload }: Knowledge): Check {
  const fault = payloadFault(decision);
  if (fault !== undefined) return check("payload", fault);
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

function streamFault({ decision, created }: Receipt): Fault {
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
  let logFault: Fault;
  let witnessFault: Fault;
  for (const note of notes) {
    const judged = await judgeCheckpoint(note, trust);
    if (!judged.ok) logFault ??= judged.refusal.detail;
    else if (!judged.value.quorumMet) witnessFault ??= "too few of the witnesses that you trust have signed";
  }
  if (logFault !== undefined) {
    return [check("log", logFault), absent("witnesses", "the log's own signature does not hold")];
  }
  const unwitnessed = trust.quorum === "none" && witnessFault === undefined;
  return [
    check("log", undefined),
    unwitnessed
      ? absent("witnesses", "your trust policy asks for no witness")
      : check("witnesses", witnessFault),
  ];
}

async function anchorCheck(
  { anchor, decision, created }: Receipt,
  { bitcoinHeaders }: Knowledge,
): Promise<Check> {
  if (anchor === null) return absent("anchor", "the receipt carries no Bitcoin anchor");
  const included = inclusion(decision, anchor.proof, created.record.body.genesis.logOrigin);
  if (!included.ok) return check("anchor", included.refusal.detail);
  const file = parseTimestampFile(decoded(anchor.timestamp));
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

function tenantCheck({ created }: Receipt, { tenant }: Knowledge): Check {
  const { stream } = created.record;
  if (tenant === ANY_TENANT) return absent("tenant", `you asked for no particular tenant; this is ${stream}`);
  if (tenant === undefined) return check("tenant", `no tenant was pinned; this receipt is of ${stream}`);
  return check("tenant", tenant === stream ? undefined : `the receipt is of the tenant ${stream}`);
}

function labelCheck(receipt: Receipt, { streamKey }: Knowledge): Check {
  if (streamKey === undefined) return absent("label", "needs the tenant's stream key");
  if (streamKeyHash(streamKey) !== receipt.created.record.body.genesis.streamKeyHash) {
    return check("label", "this is not the stream key of the tenant");
  }
  const wrong = sealedRecords(receipt).find(
    ({ record, label }) => toHex(recordLabel(streamKey, record.seq)) !== label,
  );
  return check("label", wrong && `record ${wrong.record.seq} stands in the log under a false label`);
}

async function historyCheck(receipt: Receipt, { history }: Knowledge): Promise<Check> {
  if (history === undefined) return absent("history", "needs the tenant's export");
  return check("history", await historyFault(receipt, history));
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}
