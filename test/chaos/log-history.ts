import { owned, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { appendLeaf, frontierRoot, leafHash, treeRoot } from "../../src/core/tlog/merkle.ts";
import { EMPTY_FRONTIER } from "../support/log/sample-tree.ts";
import { parseEntry } from "../../src/core/stream/record.ts";
import { expectOk } from "../../src/core/refusal.ts";
import type { TrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { readLog, type BytesAt } from "../support/log/log-reader.ts";
import { Violation } from "./acknowledged.ts";

// The log as seen by an observer that keeps every entry it ever had, and every tree.

export class LogHistory {
  /** The trust policy from the first start. */
  readonly #policy: TrustPolicy;
  readonly #bytesAt: BytesAt;
  /** In hexadecimal digits. */
  readonly entries: string[] = [];
  readonly #indices = new Map<string, number>();
  #frontier = EMPTY_FRONTIER;

  constructor(policy: TrustPolicy, bytesAt: BytesAt) {
    this.#policy = policy;
    this.#bytesAt = bytesAt;
  }

  /** The index of this label, if it is in the log. */
  indexOf(label: Bytes): number | undefined {
    return this.#indices.get(toHex(label));
  }

  /**
   * Reads the new entries. The new root is computed from the old entries, whose root was signed before, and the new
   * ones. So the new tree is consistent with all earlier ones.
   */
  async update(): Promise<void> {
    const before = this.entries.length;
    const { size, root, entries, from } = await readLog(this.#policy, this.#bytesAt, before);
    if (size < before) throw new Violation("lost", `the log had ${before} entries and signs ${size}`);
    for (const [place, entry] of entries.entries()) {
      const index = from + place;
      if (index >= before) this.#append(entry);
      else if (entry !== this.entries[index]) throw new Violation("lost", `entry ${index} has changed`);
    }
    if (toHex(frontierRoot(this.#frontier)) !== toHex(root)) {
      throw new Violation("contradiction", `the tree of ${size} does not grow from the tree of ${before}`);
    }
  }

  /** Reads all tiles and entries again, and compares them with the history. */
  async checkAll(): Promise<void> {
    await this.update();
    const { size, root, entries } = await readLog(this.#policy, this.#bytesAt);
    const other = this.entries.findIndex((entry, index) => entry !== entries[index]);
    if (other >= 0 || size !== this.entries.length) {
      throw new Violation(
        "lost",
        `the log of ${size} entries differs from its history, from entry ${other} on`,
      );
    }
    const derived = treeRoot(entries.map((entry) => leafHash(bytesOf(entry))));
    if (toHex(derived) !== toHex(root)) {
      throw new Violation("contradiction", "the signed root is not the root of the entries");
    }
  }

  #append(entry: string): void {
    const bytes = bytesOf(entry);
    const parsed = expectOk(parseEntry(bytes));
    const label = parsed.kind === "sealed" ? toHex(parsed.label) : entry;
    const before = this.#indices.get(label);
    if (before !== undefined) {
      throw new Violation("duplicate", `a label is at index ${before} and at ${this.entries.length}`);
    }
    this.#indices.set(label, this.entries.length);
    this.entries.push(entry);
    this.#frontier = appendLeaf(this.#frontier, leafHash(bytes)).frontier;
  }
}

const bytesOf = (hex: string): Bytes => owned(Uint8Array.from(Buffer.from(hex, "hex")));
