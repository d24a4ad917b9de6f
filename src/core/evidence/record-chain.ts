import { parseCheckpoint } from "../tlog/checkpoint.ts";
import { leafHash, verifyInclusion } from "../tlog/merkle.ts";
import { parseNote } from "../tlog/signed-note.ts";
import { encodeLogProof, parseLogProof } from "../tlog/log-proof.ts";
import type { Receipt } from "./receipt.ts";
import { encodeEntry } from "../stream/record.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { commitOf } from "./directory-replay.ts";
import { hexBytes, type Failure } from "./signed-record.ts";

// The order of a receipt's records: each follows another in the stream, and all are under the log's root.

export function sealedRecords({ created, changes, decision }: Receipt) {
  return [created, ...changes, decision];
}

/** Each record names the one before it, and the log holds them in the order of the stream. */
export function chainFailure(receipt: Receipt): Failure {
  const commits = new Map(sealedRecords(receipt).map((sealed) => [sealed.record.seq, commitOf(sealed)]));
  let lastSeq = -1;
  let lastIndex = -1;
  for (const { record, proof } of sealedRecords(receipt)) {
    if (record.seq <= lastSeq) return "the records are not in the order of the stream";
    const previous = commits.get(record.seq - 1);
    if (previous !== undefined && record.prev !== previous)
      return `record ${record.seq} does not follow the record before it`;
    if (record.type !== "stream.created") {
      const commit = commits.get(record.body.directory.seq);
      if (commit !== undefined && commit !== record.body.directory.commit) {
        return `record ${record.seq} relies on another state of the directory`;
      }
    }
    const parsed = parseLogProof(proof);
    if (parsed.ok && parsed.value.index <= lastIndex) return "the log holds the records in another order";
    lastSeq = record.seq;
    lastIndex = parsed.ok ? parsed.value.index : lastIndex;
  }
  return undefined;
}

/** All records must be under one checkpoint, because two checkpoints could be of two different histories. */
export function inclusionFailure(receipt: Receipt): Failure {
  const { logOrigin } = receipt.created.record.body.genesis;
  let common: string | undefined;
  for (const sealed of sealedRecords(receipt)) {
    const included = recordInclusion(sealed, sealed.proof, logOrigin);
    if (!included.ok) return `record ${sealed.record.seq}: ${included.refusal.detail}`;
    common ??= included.value.checkpoint;
    if (included.value.checkpoint !== common)
      return "the records are proven against different states of the log";
  }
  return undefined;
}

type SealedRecord = Pick<ReturnType<typeof sealedRecords>[number], "record" | "entrySalt" | "label">;

export function recordInclusion(
  sealed: SealedRecord,
  proofText: string,
  logOrigin: string,
): Result<{ checkpoint: string }> {
  const proof = parseLogProof(proofText);
  if (!proof.ok) return proof;
  if (encodeLogProof(proof.value) !== proofText || proof.value.extra !== undefined) {
    return refuse(
      "proof_malformed",
      "the inclusion proof is not in the form in which this service writes it",
    );
  }
  const note = parseNote(proof.value.checkpoint);
  if (!note.ok) return note;
  const checkpoint = parseCheckpoint(note.value.text);
  if (!checkpoint.ok) return checkpoint;
  const { origin, size, root } = checkpoint.value;
  if (origin !== logOrigin) return refuse("inclusion_mismatch", `the log is ${origin}, not ${logOrigin}`);
  const entry = encodeEntry({
    kind: "sealed",
    label: hexBytes(sealed.label),
    commit: hexBytes(commitOf(sealed)),
  });
  const { index, path } = proof.value;
  const included = verifyInclusion({ leaf: leafHash(entry), index, size, path, root });
  return included.ok ? accept({ checkpoint: proof.value.checkpoint }) : included;
}

export function checkpointsOf(receipt: Receipt): ReadonlySet<string> {
  const proofs = sealedRecords(receipt).map(({ proof }) => proof);
  if (receipt.anchor !== null) proofs.push(receipt.anchor.proof);
  return new Set(
    proofs.flatMap((proof) => {
      const parsed = parseLogProof(proof);
      return parsed.ok ? [parsed.value.checkpoint] : [];
    }),
  );
}
