import { DurableObject } from "cloudflare:workers";
import type { Checkpoint } from "../core/tlog/checkpoint.ts";
import { encodeVkey } from "../core/tlog/signed-note.ts";
import { encodeLogProof } from "../core/tlog/log-proof.ts";
import { hashesAt, inclusionPlaces } from "../core/tlog/tile-proof.ts";
import { encodeTrustPolicy, NO_QUORUM } from "../core/tlog/trust-policy.ts";
import {
  checkEntries,
  checkLabels,
  planGroup,
  type AppendCall,
  type GroupPlan,
  type LabelledEntry,
} from "./append-group.ts";
import { LogCopy } from "./bucket-copy.ts";
import { COPY_SECONDS, copyRound, ROUND_MAX_ENTRIES } from "./copy-job.ts";
import { compareWithCopy, Guard } from "./rollback-guard.ts";
import { loadHead, signHead, type Head } from "./log-head.ts";
import { moveEarlierRows } from "./log-migrations.ts";
import { ownCheckpoint, restore, type IndexedEntry } from "./log-restore.ts";
import { LogRows } from "./log-rows.ts";
import { serveLog, serveTrouble } from "./public-paths.ts";
import { LOG_NAME, type LogSettings } from "./log-settings.ts";
import { logSigner, type LogSigner } from "./log-signer.ts";
import { growTree, nodeReader, tileReader } from "./log-tree.ts";

/** Some 2 KB of text each: half a megabyte in one answer. */
export const PROOFS_MAX_INDICES = 256;

const KNOWN = "known";
const COPY_DUE = "copy due";

/** For whoever runs the log. */
export interface LogState {
  readonly size: number;
  /** As far as the copy has come. */
  readonly copied: number;
  /** Why nothing is signed, or why the last round of copying failed. */
  readonly trouble: string | null;
}

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
  readonly #copy: LogCopy;
  readonly #guard: Guard;
  /** While the log is restored: what it must come to before it signs anything of its own. */
  readonly #seen: Checkpoint | undefined;
  #isAlarmSet = false;
  #copyTrouble: string | null = null;
  /** Entries that were promised to somebody, as far as callers have told; kept once it is more than there are. */
  #known: number;
  #isTold = false;

  constructor(context: DurableObjectState, settings: LogSettings) {
    super(context, settings);
    if (!context.id.equals(settings.LOG.idFromName(LOG_NAME))) {
      throw new Error(`there is one log, and it is called "${LOG_NAME}"`);
    }
    this.#rows = new LogRows(context.storage.sql);
    this.#signer = logSigner(settings.LOG_ORIGIN, settings.LOG_SEED, settings.LOG_SEED_NEXT);
    // Settings are typed in or piped, and either loses a newline at the end.
    const seen = settings.LOG_RESTORE?.trimEnd();
    this.#seen = seen === undefined ? undefined : ownCheckpoint(`${seen}\n`, this.#signer);
    this.#known = Math.max(context.storage.kv.get<number>(KNOWN) ?? 0, this.#seen?.size ?? 0);
    this.#copy = new LogCopy(settings.COPY, settings.LOG_ORIGIN);
    this.#guard = new Guard(() => compareWithCopy(this.#copy, this.#rows, this.#newest()));
    // Synchronous, so no call comes in before it; if it throws, the object doesn't start.
    moveEarlierRows(context.storage, this.#rows);
    this.#newest();
  }

  /**
   * The index of each entry, in order. The same label with the same entry gets the index it has; with
   * another entry the call is refused, and nothing of it is appended. The caller has seen `known` entries
   * of any tenant to be there; a log that has fewer was set back to an earlier state, and appends nothing any
   * more, since that would sign a second tree of a size that was signed before.
   */
  async append(entries: readonly LabelledEntry[], known = 0): Promise<readonly number[]> {
    checkEntries(entries);
    if (!Number.isSafeInteger(known)) throw new RangeError("a number of entries is a whole number");
    this.#isTold = true;
    this.#known = Math.max(this.#known, known);
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
    this.#waiting.push({ entries, resolve, reject });
    void this.#commitWaiting();
    return await promise;
  }

  /**
   * The same, if the caller knows of one tenant's entries only. Null, and nothing is appended: the log has just
   * started, and must be told once what all tenants know, since the copy can lag and the first to come can be
   * one that knows little.
   */
  async appendOfOneTenant(
    entries: readonly LabelledEntry[],
    known: number,
  ): Promise<readonly number[] | null> {
    return this.#isTold ? await this.append(entries, known) : null;
  }

  /**
   * The operator's way back from a log that was set back; it works only while LOG_RESTORE is
   * set. It takes what the copy has, then these entries, which begin where the copy ends, and returns how
   * many there are now. It can only make the log longer, along the trees that it has signed before.
   */
  async restore(entries: readonly IndexedEntry[]): Promise<number> {
    const seen = this.#seen;
    if (seen === undefined) throw new Error("LOG_RESTORE is not set");
    const [copy, rows, signer] = [this.#copy, this.#rows, this.#signer];
    const head = (): Head => this.#newest();
    const extend = (more: readonly LabelledEntry[]): void => {
      checkLabels(more, (label) => this.#rows.labelled(label));
      this.#extend(more);
    };
    const size = await restore({ copy, rows, signer, seen, head, extend }, entries);
    await this.ctx.storage.sync();
    this.#guard.forget();
    return size;
  }

  async state(): Promise<LogState> {
    const { size } = this.#newest().tree.frontier;
    const trouble = this.#guard.trouble?.reason ?? this.#copyTrouble;
    return { size, copied: this.#rows.copiedSize(), trouble };
  }

  /** C2SP tlog-proofs, all to the newest checkpoint. */
  async proofs(indices: readonly number[]): Promise<readonly string[]> {
    if (indices.length > PROOFS_MAX_INDICES) {
      throw new RangeError(`at most ${PROOFS_MAX_INDICES} proofs are made at once`);
    }
    const { tree, note } = this.#published();
    const readNode = nodeReader(tree, (level, index) => this.#rows.fullTile(level, index));
    return indices.map((index) => {
      const path = hashesAt(inclusionPlaces(index, tree.frontier.size), readNode);
      return encodeLogProof({ index, path, checkpoint: note });
    });
  }

  async checkpoint(): Promise<string> {
    return this.#published().note;
  }

  async vkey(): Promise<string> {
    return encodeVkey(this.#signer.keys[0]);
  }

  override async fetch(request: Request): Promise<Response> {
    const { tree, note } = this.#newest();
    const { keys } = this.#signer;
    const url = `${this.env.ORIGIN}/log`;
    const path = new URL(request.url).pathname;
    const { trouble } = this.#guard;
    if (trouble?.isFork === true) return serveTrouble(request.method, trouble.reason);
    return serveLog(request.method, path, {
      size: tree.frontier.size,
      checkpoint: note,
      vkey: encodeVkey(keys[0]),
      trustPolicy: encodeTrustPolicy({
        logs: keys.map((key) => ({ key, url })),
        witnesses: [],
        groups: [],
        quorum: NO_QUORUM,
      }),
      readTile: tileReader(tree, (level, index) => this.#rows.fullTile(level, index)),
      readEntries: (from, count) => this.#rows.entries(from, count),
    });
  }

  /** Copies what is new. An alarm that fails is tried six times and then never again, so it never fails. */
  override async alarm(): Promise<void> {
    this.#isAlarmSet = false;
    this.ctx.storage.kv.delete(COPY_DUE);
    try {
      const objection = await this.#guard.objection();
      if (objection !== undefined) throw objection;
      await copyRound(this.#copy, this.#rows, this.#newest().tree);
      this.#copyTrouble = null;
    } catch (problem) {
      this.#copyTrouble = `the log is not copied: ${String(problem)}`;
    } finally {
      const lag = this.#newest().tree.frontier.size - this.#rows.copiedSize();
      // What was added meanwhile waits for its time; a log that was never copied is a long way ahead.
      const isHasty = lag > ROUND_MAX_ENTRIES && this.#copyTrouble === null;
      if (isHasty) this.#isAlarmSet = false;
      if (lag > 0) this.#copyLater(isHasty ? 0 : COPY_SECONDS);
    }
  }

  /**
   * Written together with what it is to copy: no crash comes between. A start doesn't know whether an alarm
   * is set, and one whose tries were all used up is not; the row knows when it was to be, and stays the same.
   */
  #copyLater(seconds: number): void {
    if (this.#isAlarmSet) return;
    this.#isAlarmSet = true;
    const { kv } = this.ctx.storage;
    const due = Math.min(kv.get<number>(COPY_DUE) ?? Infinity, Date.now() + seconds * 1_000);
    kv.put(COPY_DUE, due);
    void this.ctx.storage.setAlarm(due);
  }

  /**
   * What readers get was signed before, also by a log that was set back: then it is an old view, and
   * monitors say so. Of a fork nothing is shown, since each side of it is a lie to those who saw the other.
   */
  #published(): Head {
    const { trouble } = this.#guard;
    if (trouble?.isFork === true) throw new Error(trouble.reason);
    return this.#newest();
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
      const objection = this.#guard.isClear ? undefined : await this.#guard.objection();
      const calls = this.#waiting.splice(0);
      try {
        if (objection !== undefined) throw objection;
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

    this.#extend(plan.added);
    return plan;
  }

  /** With entries whose labels were found to be new in this same turn: the rows would take a label twice. */
  #extend(added: readonly LabelledEntry[]): void {
    const { tree } = this.#newest();
    const { size } = tree.frontier;
    const grown = growTree(
      tree,
      added.map(({ entry }) => entry),
    );
    this.#head = this.ctx.storage.transactionSync(() => {
      for (const [place, entry] of added.entries()) this.#rows.insertEntry(size + place, entry);
      for (const tile of grown.filled) this.#rows.insertTile(tile);
      return signHead(grown.tree, this.#rows, this.#signer);
    });
    this.#copyLater(COPY_SECONDS);
  }
}
