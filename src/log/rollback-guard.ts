import { equalBytes, toHex, utf8Text, type Bytes } from "../core/encoding/bytes.ts";
import { parseCheckpoint } from "../core/tlog/checkpoint.ts";
import { parseNote } from "../core/tlog/signed-note.ts";
import { expectOk } from "../core/refusal.ts";
import { rootFromTiles } from "../core/tlog/tile-proof.ts";
import { checkpointName, type LogCopy } from "./bucket-copy.ts";
import type { Head } from "./log-head.ts";
import type { LogRows } from "./log-rows.ts";
import { tileReader } from "./log-tree.ts";

// A Durable Object cannot notice that its storage was rolled back to an earlier moment. If it then signed, there
// would be two trees of one size: a fork, which cannot be repaired. So after each start, and before the first
// signature, the log compares itself with its copy, which is not rolled back together with it.

/** Why the log signs nothing any more. */
interface Halt {
  readonly reason: string;
  /** Two different trees were signed. Otherwise our tree is an earlier state of the signed one. */
  readonly isFork: boolean;
}

/** Compares once after each start. As long as the copy cannot be read, nothing is signed. */
export class RollbackGuard {
  readonly #compare: () => Promise<Halt | undefined>;
  #hasCompared = false;
  #comparison: Promise<void> | undefined;
  #halt: Halt | undefined;

  constructor(compare: () => Promise<Halt | undefined>) {
    this.#compare = compare;
  }

  get hasPassed(): boolean {
    return this.#hasCompared && this.#halt === undefined;
  }

  get halt(): Halt | undefined {
    return this.#halt;
  }

  /** Why nothing may be signed now; undefined if signing is allowed. */
  async signingError(): Promise<Error | undefined> {
    if (!this.#hasCompared) {
      this.#comparison ??= this.#compareOnce();
      try {
        await this.#comparison;
      } catch (problem) {
        // The next call tries again.
        return new Error(`the log's copy could not be read, so nothing is signed: ${String(problem)}`);
      }
    }
    return this.#halt && new Error(`${this.#halt.reason}; it signs nothing more`);
  }

  /** After a restoration the log must be compared again. */
  reset(): void {
    this.#hasCompared = false;
    this.#halt = undefined;
  }

  async #compareOnce(): Promise<void> {
    try {
      this.#halt = await this.#compare();
      this.#hasCompared = true;
    } finally {
      this.#comparison = undefined;
    }
  }
}

/**
 * Compares with the checkpoints of the copy, from the last one that our rows record as copied. Usually there is only
 * that one. Larger ones were copied by a round that crashed before it recorded them, or before a rollback.
 */
export async function compareWithCopy(copy: LogCopy, rows: LogRows, head: Head): Promise<Halt | undefined> {
  const { size } = head.tree.frontier;
  const recorded = rows.copiedSize();
  let isRecordedInCopy = false;
  for await (const copied of copy.checkpointsFrom(recorded)) {
    if (copied > size) {
      return {
        reason: `the log has ${size} entries, and its copy has a checkpoint of ${copied}: it was rolled back`,
        isFork: false,
      };
    }
    const [ours, theirs] = [rootAt(copied, rows, head), await copiedRoot(copy, copied)];
    if (!equalBytes(ours, theirs)) {
      const roots = `${toHex(ours)} here and ${toHex(theirs)} in its copy`;
      return { reason: `the log has two roots of ${copied} entries, ${roots}: a fork`, isFork: true };
    }
    if (copied === recorded) isRecordedInCopy = true;
  }
  // The copy was lost, or the bucket is another one. That does not show a fork, and everything is copied again.
  if (recorded > 0 && !isRecordedInCopy) rows.deleteCopied();
  return undefined;
}

/** The root of the tree at this size, even if no checkpoint was signed for it. */
export function rootAt(size: number, rows: LogRows, { tree }: Head): Bytes {
  const stored = rows.checkpointAt(size);
  if (stored !== undefined) return stored.root;
  return rootFromTiles(
    size,
    tileReader(tree, (level, index) => rows.fullTile(level, index)),
  );
}

/** The signature is not checked: any other root under the log's name must stop it. */
async function copiedRoot(copy: LogCopy, size: number): Promise<Bytes> {
  const text = utf8Text((await copy.read(checkpointName(size))) ?? new Uint8Array());
  const checkpoint = expectOk(parseCheckpoint(expectOk(parseNote(text ?? "")).text));
  if (checkpoint.size !== size) throw new Error(`the copy has another size in ${checkpointName(size)}`);
  return checkpoint.root;
}
