import { DurableObject } from "cloudflare:workers";
import { encodeVkey } from "../core/note.ts";
import { encodeLogProof } from "../core/proof.ts";
import { inclusionPath } from "../core/tileproof.ts";
import { encodeTrustPolicy, NO_QUORUM } from "../core/trust.ts";
import { checkEntries, planGroup, type AppendCall, type GroupPlan, type LabelledEntry } from "./group.ts";
import { loadHead, signHead, type Head } from "./head.ts";
import { LogRows } from "./rows.ts";
import { serveLog } from "./serve.ts";
import { LOG_NAME, type LogSettings } from "./settings.ts";
import { logSigner, type LogSigner } from "./signer.ts";
import { growTree, tileReader } from "./tree.ts";

/** Some 2 KB of text each: half a megabyte in one answer. */
export const PROOFS_MAX_INDICES = 256;

const KNOWN = "known";

interface WaitingCall extends AppendCall {
  readonly resolve: (indices: readonly number[]) => void;
  readonly reject: (problem: unknown) => void;
}

/**
 * The transparency log. One transaction adds the entries of all calls that wait, the tiles they fill and
 * the checkpoint over them, signed; a call is answered once that is on disk. Readers need no such care: the
 * runtime holds back every answer until the writes before it are on disk.
 */
export class Log extends DurableObject<LogSettings> {
  readonly #rows: LogRows;
  readonly #signer: LogSigner;
  /** Equal to the rows, or undefined when a write failed and only the rows know how far it got. */
  #head: Head | undefined;
  readonly #waiting: WaitingCall[] = [];
  #committing = false;
  /** Entries that were promised to somebody, as far as callers have told; kept once it is more than there are. */
  #known: number;

  constructor(context: DurableObjectState, settings: LogSettings) {
    super(context, settings);
    if (!context.id.equals(settings.LOG.idFromName(LOG_NAME))) {
      throw new Error(`there is one log, and it is called "${LOG_NAME}"`);
    }
    this.#rows = new LogRows(context.storage.sql);
    this.#signer = logSigner(settings.LOG_ORIGIN, settings.LOG_SEED);
    this.#known = context.storage.kv.get<number>(KNOWN) ?? 0;
    // Synchronous, so no call comes in before it; if it throws, the object doesn't start.
    this.#newest();
  }

  /**
   * The index of each entry, in order. The same label with the same entry gets the index it has; with
   * another entry the call is refused, and nothing of it is appended. The caller has seen `known` entries
   * to be there; a log that has fewer was set back to an earlier state, and appends nothing any more, since
   * that would sign a second tree of a size that was signed before.
   */
  async append(entries: readonly LabelledEntry[], known = 0): Promise<readonly number[]> {
    checkEntries(entries);
    if (!Number.isSafeInteger(known)) throw new RangeError("a number of entries is a whole number");
    this.#known = Math.max(this.#known, known);
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
    this.#waiting.push({ entries, resolve, reject });
    void this.#commitWaiting();
    return await promise;
  }

  /** C2SP tlog-proofs, all to the newest checkpoint. */
  async proofs(indices: readonly number[]): Promise<readonly string[]> {
    if (indices.length > PROOFS_MAX_INDICES) {
      throw new RangeError(`at most ${PROOFS_MAX_INDICES} proofs are made at once`);
    }
    const { tree, note } = this.#newest();
    const readTile = tileReader(tree, (level, index) => this.#rows.fullTile(level, index));
    return indices.map((index) => {
      const path = inclusionPath(index, tree.frontier.size, readTile);
      return encodeLogProof({ index, path, checkpoint: note });
    });
  }

  async checkpoint(): Promise<string> {
    return this.#newest().note;
  }

  async vkey(): Promise<string> {
    return encodeVkey(this.#signer.key);
  }

  override async fetch(request: Request): Promise<Response> {
    const { tree, note } = this.#newest();
    const { key } = this.#signer;
    const url = `${this.env.ORIGIN}/log`;
    return serveLog(request.method, new URL(request.url).pathname, {
      size: tree.frontier.size,
      checkpoint: note,
      vkey: encodeVkey(key),
      trustPolicy: encodeTrustPolicy({ logs: [{ key, url }], witnesses: [], groups: [], quorum: NO_QUORUM }),
      readTile: tileReader(tree, (level, index) => this.#rows.fullTile(level, index)),
      readEntries: (from, count) => this.#rows.entries(from, count),
    });
  }

  /** Recovery is the start again: the rows say what was committed. */
  #newest(): Head {
    this.#head ??= loadHead(this.#rows, this.#signer);
    return this.#head;
  }

  /** One group after the other; what arrives while one is written forms the next. */
  async #commitWaiting(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0);
      try {
        const { accepted, refused } = this.#commit(calls);
        await this.ctx.storage.sync();
        for (const { call, indices } of accepted) call.resolve(indices);
        for (const { call, problem } of refused) call.reject(problem);
      } catch (problem) {
        // Perhaps all of it is written, perhaps nothing: the callers ask again, by label.
        this.#head = undefined;
        for (const { reject } of calls) reject(problem);
      }
    }
    // In the same turn as the last look at the waiting calls, or one could be left asleep.
    this.#committing = false;
  }

  #commit(calls: readonly WaitingCall[]): GroupPlan<WaitingCall> {
    const { tree } = this.#newest();
    const { size } = tree.frontier;
    if (size < this.#known) {
      // Or somebody who has seen fewer would make it grow again, after the next start.
      this.ctx.storage.kv.put(KNOWN, this.#known);
      throw new Error(`the log has ${size} entries and had ${this.#known}; it signs nothing more`);
    }
    const plan = planGroup(calls, size, (label) => this.#rows.labelled(label));
    // A second checkpoint of the same size would be the same one.
    if (plan.added.length === 0) return plan;

    const entries = plan.added.map(({ entry }) => entry);
    const grown = growTree(tree, entries);
    this.#head = this.ctx.storage.transactionSync(() => {
      for (const [place, entry] of plan.added.entries()) this.#rows.insertEntry(size + place, entry);
      for (const tile of grown.filled) this.#rows.insertTile(tile);
      return signHead(grown.tree, this.#rows, this.#signer);
    });
    return plan;
  }
}
