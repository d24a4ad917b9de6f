import { equalBytes } from "../core/bytes.ts";
import { frontierRoot } from "../core/merkle.ts";
import type { LogRows } from "./rows.ts";
import type { LogSigner } from "./signer.ts";
import { loadTree, type LogTree } from "./tree.ts";

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
  if (note !== stored.note) {
    throw new Error(
      "the log's newest checkpoint was signed under another name or key: LOG_ORIGIN or LOG_SEED has changed",
    );
  }
  return { tree, note };
}

/** Signs a tree for good: its size can't be signed with another root any more. */
export function signHead(tree: LogTree, rows: LogRows, signer: LogSigner): Head {
  const { size } = tree.frontier;
  const root = frontierRoot(tree.frontier);
  const note = signer.checkpoint(size, root);
  rows.insertCheckpoint({ size, root, note });
  return { tree, note };
}
