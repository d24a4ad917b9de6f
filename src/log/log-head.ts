import { equalBytes } from "../core/encoding/bytes.ts";
import { frontierRoot } from "../core/tlog/merkle.ts";
import { encodeSignatures, parseNote, type NoteSignature } from "../core/tlog/signed-note.ts";
import { expectOk } from "../core/refusal.ts";
import type { LogRows } from "./log-rows.ts";
import type { LogSigner } from "./log-signer.ts";
import { loadTree, type LogTree } from "./log-tree.ts";

/** The newest state of the log: all that answers need besides the rows of full tiles and of entries. */
export interface Head {
  readonly tree: LogTree;
  /** The checkpoint of this tree, signed. */
  readonly note: string;
}

/**
 * The state that the rows hold, signing the empty tree if there is none yet. It throws rather than go on
 * from rows that are not what was signed last: going on would fork the log.
 */
export function loadHead(rows: LogRows, signer: LogSigner): Head {
  rows.createTables();
  const stored = rows.newestCheckpoint();
  const size = stored?.size ?? 0;
  if (rows.entryCount() !== size) {
    throw new Error("the log's entries do not end where its newest checkpoint ends; it signs nothing more");
  }
  const tree = loadTree(size, rows);
  if (stored === undefined) return signHead(tree, rows, signer);
  const root = frontierRoot(tree.frontier);
  const note = signer.checkpoint(size, root);
  if (!equalBytes(root, stored.root)) {
    throw new Error("the log's rows do not make up its newest checkpoint; it signs nothing more");
  }
  if (!isSignedAlike(stored.note, note)) {
    throw new Error(
      "the log's newest checkpoint was signed under another name or key: LOG_ORIGIN or LOG_SEED has changed",
    );
  }
  // As today's keys sign it: while the key is changed, an older signature can be missing or too much.
  return { tree, note };
}

/** Whether it is the same checkpoint, and one of today's keys has signed it before. */
export function isSignedAlike(storedNote: string, note: string): boolean {
  const stored = parseNote(storedNote);
  const { text, signatures } = expectOk(parseNote(note));
  if (!stored.ok || stored.value.text !== text) return false;
  const known = new Set(encodeEach(stored.value.signatures));
  return encodeEach(signatures).some((line) => known.has(line));
}

const encodeEach = (signatures: readonly NoteSignature[]): readonly string[] =>
  signatures.map((signature) => encodeSignatures([signature]));

/** Signs a tree for good: its size can't be signed with another root any more. */
export function signHead(tree: LogTree, rows: LogRows, signer: LogSigner): Head {
  const { size } = tree.frontier;
  const root = frontierRoot(tree.frontier);
  const note = signer.checkpoint(size, root);
  rows.insertCheckpoint({ size, root, note });
  return { tree, note };
}
