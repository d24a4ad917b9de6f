import { toHex, type Bytes } from "../encoding/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { parseLogProof, type LogProof } from "./log-proof.ts";
import { leafHash, nodeHash } from "./merkle.ts";
import { parseNote } from "./signed-note.ts";

// The path of one entry to the log's root, with every value on it, to be shown. merkle.ts checks the proof; this file
// only computes the values in between.

interface Step {
  readonly sibling: string;
  /** The side of the sibling. */
  readonly side: "left" | "right";
  /** The hash of both. */
  readonly hash: string;
}

export interface ProofPath {
  readonly entry: string;
  readonly leaf: string;
  readonly index: number;
  readonly steps: readonly Step[];
  readonly checkpoint: Checkpoint;
  /** The exact text of the signed note. */
  readonly note: string;
}

/** Undefined if the proof can't be parsed. */
export function proofPathOf(entry: Bytes, proofText: string): ProofPath | undefined {
  const proof = parseLogProof(proofText);
  if (!proof.ok) return undefined;
  const note = parseNote(proof.value.checkpoint);
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note;
  if (!checkpoint.ok) return undefined;
  const leaf = leafHash(entry);
  return {
    entry: toHex(entry),
    leaf: toHex(leaf),
    index: proof.value.index,
    steps: stepsFrom(leaf, proof.value, checkpoint.value.size),
    checkpoint: checkpoint.value,
    note: proof.value.checkpoint,
  };
}

/** RFC 9162, 2.1.3.2, with every hash on the path. */
function stepsFrom(leaf: Uint8Array, { index, path }: LogProof, size: number): readonly Step[] {
  let hash = leaf;
  let place = index;
  let last = size - 1;
  return path.map((sibling) => {
    const onLeft = place % 2 === 1 || place === last;
    hash = onLeft ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    // A last node without a right neighbour moves up as it is.
    const levels = onLeft ? levelsWithoutSibling(place) + 1 : 1;
    place = Math.floor(place / 2 ** levels);
    last = Math.floor(last / 2 ** levels);
    return { sibling: toHex(sibling), side: onLeft ? "left" : "right", hash: toHex(hash) };
  });
}

/** How often a place can be halved before it is odd. */
function levelsWithoutSibling(place: number): number {
  let levels = 0;
  for (let rest = place; rest !== 0 && rest % 2 === 0; rest /= 2) levels++;
  return levels;
}
