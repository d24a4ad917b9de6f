import { equalBytes } from "../core/encoding/bytes.ts";
import { frontierRoot } from "../core/tlog/merkle.ts";
import { encodeSignatures, parseNote, type NoteSignature } from "../core/tlog/signed-note.ts";
import { expectOk } from "../core/refusal.ts";
import type { LogRows } from "./log-rows.ts";
import type { LogSigner } from "./log-signer.ts";
import { loadTree, type LogTree } from "./log-tree.ts";

/** The newest tree and its checkpoint. The rows of entries and full tiles hold all the rest. */
export interface Head {
  readonly tree: LogTree;
  /** The checkpoint of this tree, signed. */
  readonly note: string;
}

/**
 * Loads the head from the rows; a new log signs the empty tree. Throws if the rows are not what was signed last:
 * signing more on top of them would fork the log.
 */
export function loadHead(rows: LogRows, signer: LogSigner): Head {
  rows.createTables();
  const stored = rows.newestCheckpoint();
  const size = stored?.size ?? 0;
  if (rows.entryCount() !== size) {
    throw new Error(
      "the log's entries do not end at the size of its newest checkpoint; it signs nothing more",
    );
  }
  const tree = loadTree(size, rows);
  if (stored === undefined) return signHead(tree, rows, signer);
  const root = frontierRoot(tree.frontier);
  const note = signer.checkpoint(size, root);
  if (!equalBytes(root, stored.root)) {
    throw new Error("the log's rows do not match the root of its newest checkpoint; it signs nothing more");
  }
  if (!sharesSignature(stored.note, note)) {
    throw new Error(
      "the log's newest checkpoint was signed under another name or key: LOG_ORIGIN or LOG_SEED has changed",
    );
  }
  // Signed again with the current keys: during a key change the stored note can have one signature more or less.
  return { tree, note };
}

/** True if both notes have the same text and at least one signature in common. */
export function sharesSignature(storedNote: string, note: string): boolean {
  const stored = parseNote(storedNote);
  const { text, signatures } = expectOk(parseNote(note));
  if (!stored.ok || stored.value.text !== text) return false;
  const storedLines = new Set(encodeEach(stored.value.signatures));
  return encodeEach(signatures).some((line) => storedLines.has(line));
}

const encodeEach = (signatures: readonly NoteSignature[]): readonly string[] =>
  signatures.map((signature) => encodeSignatures([signature]));

/** Stores and signs the checkpoint of a tree. From then on no other root can be signed for this size. */
export function signHead(tree: LogTree, rows: LogRows, signer: LogSigner): Head {
  const { size } = tree.frontier;
  const root = frontierRoot(tree.frontier);
  const note = signer.checkpoint(size, root);
  rows.insertCheckpoint({ size, root, note });
  return { tree, note };
}
