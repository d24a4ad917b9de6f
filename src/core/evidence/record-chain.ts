import { hexBytes } from "../encoding/bytes.ts";
import type { Bytes } from "../encoding/bytes.ts";
import { parseCheckpoint } from "../tlog/checkpoint.ts";
import { leafHash, verifyInclusion } from "../tlog/merkle.ts";
import { proofPathOf, type ProofPath } from "../tlog/proof-path.ts";
import { parseNote } from "../tlog/signed-note.ts";
import { encodeLogProof, parseLogProof } from "../tlog/log-proof.ts";
import type { Receipt } from "./receipt.ts";
import { encodeEntry } from "../stream/record.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { commitOf } from "./directory-replay.ts";
import type { Failure } from "./check.ts";

// The order of a receipt's records: each names those before it, and the log holds the last one.

/** Each record follows those before it, and the changes of the directory are the ones that the records name. */
export function chainFailure({ created, directory, decision }: Receipt): Failure {
  const opened = [created, ...directory, decision];
  const commits = new Map(opened.map((each) => [each.record.seq, commitOf(each)]));
  let lastSeq = -1;
  for (const { record } of opened) {
    if (record.seq <= lastSeq) return "the records are not in the order of the stream";
    const previous = commits.get(record.seq - 1);
    if (previous !== undefined && record.prev !== previous)
      return `record ${record.seq} does not follow the record before it`;
    if (record.type !== "stream.created") {
      const commit = commits.get(record.body.directory.seq);
      if (commit !== undefined && commit !== record.body.directory.commit)
        return `record ${record.seq} relies on another state of the directory`;
    }
    lastSeq = record.seq;
  }
  return undefined;
}

/** Whether each change is the one that the record after it names. A change that is left out leaves a gap. */
export function gapFailure({ created, directory, decision }: Receipt): Failure {
  let last = created.record.seq;
  for (const { record } of [...directory, decision]) {
    const { seq } = record.body.directory;
    if (seq !== last)
      return `record ${record.seq} names change ${seq} as the last one before it, where the receipt has record ${last}`;
    last = record.seq;
  }
  return undefined;
}

/** A record with its place in the log. */
export type ProvenRecord = Pick<Receipt["decision"], "record" | "entrySalt" | "label" | "proof">;

/** Returns the signed checkpoint of the proof. */
export function recordInclusion(
  sealed: Omit<ProvenRecord, "proof">,
  proofText: string,
  logOrigin: string,
): Result<string> {
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
  const { index, path } = proof.value;
  const included = verifyInclusion({ leaf: leafHash(entryOf(sealed)), index, size, path, root });
  return included.ok ? accept(proof.value.checkpoint) : included;
}

/** The bytes that the log holds of this record. */
function entryOf(sealed: Omit<ProvenRecord, "proof">): Bytes {
  const [label, commit] = [hexBytes(sealed.label), hexBytes(commitOf(sealed))];
  return encodeEntry({ kind: "sealed", label, commit });
}

/** Its path to the log's root, to be shown; undefined if its proof can't be parsed. */
export function pathOf(sealed: ProvenRecord): ProofPath | undefined {
  return proofPathOf(entryOf(sealed), sealed.proof);
}

export function checkpointsOf(receipt: Receipt): ReadonlySet<string> {
  const proofs = [receipt.decision.proof, ...(receipt.anchor === null ? [] : [receipt.anchor.proof])];
  return new Set(
    proofs.flatMap((proof) => {
      const parsed = parseLogProof(proof);
      return parsed.ok ? [parsed.value.checkpoint] : [];
    }),
  );
}
