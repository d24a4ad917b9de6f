import { owned, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { appendLeaf, frontierRoot, leafHash, treeRoot } from "../../src/core/tlog/merkle.ts";
import { EMPTY_FRONTIER } from "../support/log/sample-tree.ts";
import { parseEntry } from "../../src/core/stream/record.ts";
import { expectOk } from "../../src/core/refusal.ts";
import type { TrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { readLog, type BytesAt } from "../support/log/log-reader.ts";
import { Violation } from "./acknowledged.ts";

// The log as a watcher knows it who never forgets: every entry that was ever there, and the trees they made.

export class LogView {
  /** The log's key as it was at first. */
  readonly #policy: TrustPolicy;
  readonly #bytesAt: BytesAt;
  /** In hexadecimal digits. */
  readonly entries: string[] = [];
  readonly #places = new Map<string, number>();
  #frontier = EMPTY_FRONTIER;

  constructor(policy: TrustPolicy, bytesAt: BytesAt) {
    this.#policy = policy;
    this.#bytesAt = bytesAt;
  }

  /** Where this label stands in the log, if it does. */
  placeOf(label: Bytes): number | undefined {
    return this.#places.get(toHex(label));
  }

  /**
   * Reads what has come since. The new root is derived from the old entries, whose root was signed before, and
   * the new ones: so the new tree is consistent with every one that was seen.
   */
  async grow(): Promise<void> {
    const known = this.entries.length;
    const { size, root, entries, from } = await readLog(this.#policy, this.#bytesAt, known);
    if (size < known) throw new Violation("lost", `the log had ${known} entries and signs ${size}`);
    for (const [place, entry] of entries.entries()) {
      const index = from + place;
      if (index >= known) this.#append(entry);
      else if (entry !== this.entries[index]) throw new Violation("lost", `entry ${index} is another one`);
    }
    if (toHex(frontierRoot(this.#frontier)) !== toHex(root)) {
      throw new Violation("contradiction", `the tree of ${size} does not grow from the tree of ${known}`);
    }
  }

  /** Reads everything again, all tiles and entries, and compares it with what was ever there. */
  async whole(): Promise<void> {
    await this.grow();
    const { size, root, entries } = await readLog(this.#policy, this.#bytesAt);
    const other = this.entries.findIndex((entry, index) => entry !== entries[index]);
    if (other >= 0 || size !== this.entries.length) {
      throw new Violation("lost", `the log of ${size} differs from what was seen, from entry ${other}`);
    }
    const derived = treeRoot(entries.map((entry) => leafHash(bytesOf(entry))));
    if (toHex(derived) !== toHex(root)) {
      throw new Violation("contradiction", "the signed root is not that of the entries");
    }
  }

  #append(entry: string): void {
    const bytes = bytesOf(entry);
    const parsed = expectOk(parseEntry(bytes));
    const label = parsed.kind === "sealed" ? toHex(parsed.label) : entry;
    const before = this.#places.get(label);
    if (before !== undefined) {
      throw new Violation("duplicate", `a label stands at ${before} and at ${this.entries.length}`);
    }
    this.#places.set(label, this.entries.length);
    this.entries.push(entry);
    this.#frontier = appendLeaf(this.#frontier, leafHash(bytes)).frontier;
  }
}

const bytesOf = (hex: string): Bytes => owned(Uint8Array.from(Buffer.from(hex, "hex")));
