import { base64urlBytes, equalBytes, utf8 } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { checkBitcoinHeader } from "../timestamp/bitcoin.ts";
import { attestationsOf, parseTimestampFile } from "../timestamp/ots.ts";
import { judgeCheckpoint, NO_QUORUM, type TrustPolicy } from "../tlog/trust-policy.ts";
import { absentCheck, checkResult, type Check, type Failure } from "./check.ts";
import type { Receipt } from "./receipt.ts";
import { recordInclusion } from "./record-chain.ts";

// The checks of a log's state: who signed it, and since when Bitcoin knows it.

/** A block's time may be wrong by about two hours; Bitcoin's nodes refuse a larger error. */
const BLOCK_TIME_SLACK_SECONDS = 2 * 3_600;

/** The text of each check when it passes. */
export const LOG_CHECKS = {
  log: "The log that you trust signed this state.",
  witnesses: "Enough independent witnesses saw the same state of the log.",
  anchor: "The log's state is anchored in a Bitcoin block.",
} as const;
type LogCheck = Check<keyof typeof LOG_CHECKS>;

export const TOO_FEW_WITNESSES = "too few of the witnesses that you trust have signed";

/** Whether these checkpoints are signed by a log and by witnesses that the trust policy names. */
export async function checkpointChecks(
  notes: ReadonlySet<string>,
  trust: TrustPolicy | undefined,
): Promise<readonly LogCheck[]> {
  if (notes.size === 0) return bothAbsent("no state of the log could be read from the proof");
  if (trust === undefined) return bothAbsent("no trust policy was given, so nothing says whose log this is");
  let logFailure: Failure;
  let witnessFailure: Failure;
  for (const note of notes) {
    const judged = await judgeCheckpoint(note, trust);
    if (!judged.ok) logFailure ??= judged.refusal.detail;
    else if (!judged.value.quorumMet) witnessFailure ??= TOO_FEW_WITNESSES;
  }
  if (logFailure !== undefined) {
    return [check("log", logFailure), absentCheck("witnesses", "the log's own signature is not valid")];
  }
  const unwitnessed = trust.quorum === NO_QUORUM && witnessFailure === undefined;
  return [
    check("log", undefined),
    unwitnessed
      ? absentCheck("witnesses", "your trust policy asks for no witness")
      : check("witnesses", witnessFailure),
  ];
}

function bothAbsent(reason: string): readonly LogCheck[] {
  return [absentCheck("log", reason), absentCheck("witnesses", reason)];
}

/** Whether one of these Bitcoin blocks holds the receipt's anchor, no earlier than the decision. */
export function anchorCheck(
  { anchor, decision, created }: Receipt,
  bitcoinHeaders: readonly Uint8Array[] | undefined,
): LogCheck {
  if (anchor === null) return absentCheck("anchor", "the receipt has no Bitcoin anchor");
  const included = recordInclusion(decision, anchor.proof, created.record.body.genesis.logOrigin);
  if (!included.ok) return check("anchor", included.refusal.detail);
  const file = parseTimestampFile(base64urlBytes(anchor.timestamp));
  if (!file.ok) return check("anchor", file.refusal.detail);
  if (!equalBytes(file.value.digest, sha256(utf8(included.value)))) {
    return check("anchor", "the timestamp is of another file than the checkpoint");
  }
  const attested = attestationsOf(file.value).flatMap(({ message, attestation }) =>
    attestation.kind === "bitcoin" ? [{ message, height: attestation.height }] : [],
  );
  if (attested.length === 0) return absentCheck("anchor", "the timestamp is not in a Bitcoin block yet");
  if (bitcoinHeaders === undefined)
    return absentCheck("anchor", "the headers of the Bitcoin blocks were not given");
  const block = attested
    .flatMap(({ message, height }) =>
      bitcoinHeaders.map((header) => checkBitcoinHeader(message, header, height)),
    )
    .find((result) => result.ok);
  if (block?.ok !== true) return check("anchor", "none of the given block headers holds the timestamp");
  return check("anchor", blockTimeFailure(block.value.time, decision.record.at));
}

/** A block can't hold a decision that was made after it. The block's time is in seconds since 1970. */
export function blockTimeFailure(blockTime: number, decidedAt: string): Failure {
  return blockTime + BLOCK_TIME_SLACK_SECONDS < Date.parse(decidedAt) / 1_000
    ? "the block is older than the decision claims to be"
    : undefined;
}

function check(name: keyof typeof LOG_CHECKS, failure: Failure): LogCheck {
  return checkResult(name, failure, LOG_CHECKS[name]);
}
