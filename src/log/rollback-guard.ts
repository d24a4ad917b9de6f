import { equalBytes, toHex, utf8Text, type Bytes } from "../core/encoding/bytes.ts";
import { parseCheckpoint } from "../core/tlog/checkpoint.ts";
import { parseNote } from "../core/tlog/signed-note.ts";
import { expectOk } from "../core/refusal.ts";
import { rootFromTiles } from "../core/tlog/tile-proof.ts";
import { checkpointName, type LogCopy } from "./bucket-copy.ts";
import type { Head } from "./log-head.ts";
import type { LogRows } from "./log-rows.ts";
import { tileReader } from "./log-tree.ts";

// A Durable Object whose storage was set back to an earlier moment doesn't know it. If it signed, there
// would be a second tree of a size that was signed before: a fork, which no later honesty undoes. So after
// each start, and before the first signature, the log looks at its copy, which was not set back with it.

/** Why the log signs nothing any more. */
export interface Trouble {
  readonly reason: string;
  /** Two trees were signed. Otherwise ours is at least a beginning of what was signed. */
  readonly isFork: boolean;
}

/** Looks once after each start. While the copy can't be reached nothing is known, and nothing is signed. */
export class Guard {
  readonly #look: () => Promise<Trouble | undefined>;
  #hasLooked = false;
  #looking: Promise<void> | undefined;
  #trouble: Trouble | undefined;

  constructor(look: () => Promise<Trouble | undefined>) {
    this.#look = look;
  }

  get isClear(): boolean {
    return this.#hasLooked && this.#trouble === undefined;
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** Why nothing may be signed now; undefined if it may. */
  async objection(): Promise<Error | undefined> {
    if (!this.#hasLooked) {
      this.#looking ??= this.#lookOnce();
      try {
        await this.#looking;
      } catch (problem) {
        // The next call looks again.
        return new Error(`the log's copy could not be read, so nothing is signed: ${String(problem)}`);
      }
    }
    return this.#trouble && new Error(`${this.#trouble.reason}; it signs nothing more`);
  }

  /** After a restoration: what was found before may be mended. */
  forget(): void {
    this.#hasLooked = false;
    this.#trouble = undefined;
  }

  async #lookOnce(): Promise<void> {
    try {
      this.#trouble = await this.#look();
      this.#hasLooked = true;
    } finally {
      this.#looking = undefined;
    }
  }
}

/**
 * Compares with every checkpoint of the copy from the last one that is known to be there. Usually that is
 * this one alone; those behind it were copied by a round that did not come to note it down, or by the log
 * that this one was before it was set back.
 */
export async function compareWithCopy(
  copy: LogCopy,
  rows: LogRows,
  head: Head,
): Promise<Trouble | undefined> {
  const { size } = head.tree.frontier;
  const noted = rows.copiedSize();
  let isNotedThere = false;
  for await (const copied of copy.checkpointsFrom(noted)) {
    if (copied > size) {
      return {
        reason: `the log has ${size} entries, and its copy has a checkpoint of ${copied}: it was set back`,
        isFork: false,
      };
    }
    const [ours, theirs] = [rootAt(copied, rows, head), await copiedRoot(copy, copied)];
    if (!equalBytes(ours, theirs)) {
      const roots = `${toHex(ours)} here and ${toHex(theirs)} in its copy`;
      return { reason: `the log has two roots of ${copied} entries, ${roots}: a fork`, isFork: true };
    }
    if (copied === noted) isNotedThere = true;
  }
  // A copy that was lost, or another bucket: no sign of a fork, and all is copied again.
  if (noted > 0 && !isNotedThere) rows.forgetCopied();
  return undefined;
}

/** The root of the tree when it had this size, whether or not a checkpoint was signed then. */
export function rootAt(size: number, rows: LogRows, { tree }: Head): Bytes {
  const stored = rows.checkpointAt(size);
  if (stored !== undefined) return stored.root;
  return rootFromTiles(
    size,
    tileReader(tree, (level, index) => rows.fullTile(level, index)),
  );
}

/** Who signed it is not asked here: whatever stands under the log's name in its copy stops it. */
async function copiedRoot(copy: LogCopy, size: number): Promise<Bytes> {
  const text = utf8Text((await copy.read(checkpointName(size))) ?? new Uint8Array());
  const checkpoint = expectOk(parseCheckpoint(expectOk(parseNote(text ?? "")).text));
  if (checkpoint.size !== size) throw new Error(`the copy has another size in ${checkpointName(size)}`);
  return checkpoint.root;
}
