import { DurableObject } from "cloudflare:workers";
import type { Checkpoint } from "../core/tlog/checkpoint.ts";
import { encodeVkey } from "../core/tlog/signed-note.ts";
import { encodeLogProof } from "../core/tlog/log-proof.ts";
import { hashesAt, inclusionPlaces } from "../core/tlog/tile-proof.ts";
import { encodeTrustPolicy, NO_QUORUM } from "../core/tlog/trust-policy.ts";
import {
  checkEntries,
  checkNewLabels,
  planGroup,
  type AppendCall,
  type GroupPlan,
  type LabelledEntry,
} from "./append-group.ts";
import { LogCopy } from "./bucket-copy.ts";
import { CopyAlarm } from "./copy-alarm.ts";
import { COPY_SECONDS, copyRound, ROUND_MAX_ENTRIES } from "./copy-job.ts";
import { compareWithCopy, RollbackGuard } from "./rollback-guard.ts";
import { loadHead, signHead, type Head } from "./log-head.ts";
import { migrateTables } from "./log-migrations.ts";
import { parseOwnCheckpoint, restore, type IndexedEntry } from "./log-restore.ts";
import { LogRows } from "./log-rows.ts";
import { serveFork, serveLog } from "./public-paths.ts";
import { LOG_NAME, type LogSettings } from "./log-settings.ts";
import { logSigner, type LogSigner } from "./log-signer.ts";
import { growTree, nodeReader, tileReader } from "./log-tree.ts";

const SEEN_SIZE = "seen size";
const SIGNED_AT = "signed at";

/** For the operator of the log. */
interface LogState {
  readonly size: number;
  /** The copy has the whole tree of this size. */
  readonly copiedSize: number;
  /** Why nothing is signed, or why the last copy round failed. */
  readonly error: string | null;
}

/** For everybody who reads the status page. */
interface LogReport {
  readonly vkey: string;
  readonly size: number;
  /** When the newest checkpoint was signed, with the newest entry; null before the first one. */
  readonly signedAt: number | null;
  readonly copiedSize: number;
  /** Whether something is wrong that the operator can read in the state. */
  readonly hasError: boolean;
}

interface WaitingCall extends AppendCall {
  readonly resolve: (indices: readonly number[]) => void;
  readonly reject: (problem: unknown) => void;
}

/**
 * The transparency log. One transaction adds the entries of all waiting calls, the tiles they fill and the signed
 * checkpoint over them. A call is answered once that is on disk. Readers need no extra step: the runtime holds
 * every answer back until earlier writes are on disk.
 */
export class Log extends DurableObject<LogSettings> {
  readonly #rows: LogRows;
  readonly #signer: LogSigner;
  /** Equal to the rows; undefined after a failed write, when only the rows show how far it got. */
  #head: Head | undefined;
  readonly #waiting: WaitingCall[] = [];
  #committing = false;
  readonly #copy: LogCopy;
  readonly #copyAlarm: CopyAlarm;
  #copyError: string | null = null;
  readonly #guard: RollbackGuard;
  /** During a restoration: the checkpoint that the log must reach before it signs anything new. */
  readonly #target: Checkpoint | undefined;
  /** The largest size that a caller has seen. Stored as soon as it is larger than the log. */
  #seenSize: number;
  /** Since this start, some caller has reported the size seen by all tenants. */
  #hasSeenSize = false;

  constructor(context: DurableObjectState, settings: LogSettings) {
    super(context, settings);
    if (!context.id.equals(settings.LOG.idFromName(LOG_NAME))) {
      throw new Error(`there is one log, named "${LOG_NAME}"`);
    }
    this.#rows = new LogRows(context.storage.sql);
    this.#signer = logSigner(settings.LOG_ORIGIN, settings.LOG_SEED, settings.LOG_SEED_NEXT);
    // A newline at the end may be missing, since settings are typed or piped.
    const note = settings.LOG_RESTORE?.trimEnd();
    this.#target = note === undefined ? undefined : parseOwnCheckpoint(`${note}\n`, this.#signer);
    this.#seenSize = Math.max(context.storage.kv.get<number>(SEEN_SIZE) ?? 0, this.#target?.size ?? 0);
    this.#copy = new LogCopy(settings.COPY, settings.LOG_ORIGIN);
    this.#copyAlarm = new CopyAlarm(context.storage);
    this.#guard = new RollbackGuard(() => compareWithCopy(this.#copy, this.#rows, this.#newest()));
    // Synchronous, so it runs before the first call. If it throws, the object does not start.
    migrateTables(context.storage, this.#rows);
    this.#newest();
  }

  /**
   * Returns the index of each entry, in order. A label that is in the log with the same entry keeps its index;
   * with another entry the whole call is refused. `seenSize` is the largest log size that the caller has
   * evidence of, over all tenants. If the log is smaller, it was rolled back. Then it appends nothing more,
   * since it would sign a second tree of a size that it has signed before.
   */
  async append(entries: readonly LabelledEntry[], seenSize = 0): Promise<readonly number[]> {
    checkEntries(entries);
    if (!Number.isSafeInteger(seenSize)) throw new RangeError("a number of entries must be a whole number");
    this.#hasSeenSize = true;
    this.#seenSize = Math.max(this.#seenSize, seenSize);
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
    this.#waiting.push({ entries, resolve, reject });
    void this.#commitWaiting();
    return await promise;
  }

  /**
   * The same with a `seenSize` of one tenant only. Returns null and appends nothing if the log has just started: then
   * it needs the size seen by all tenants once, since the copy can lag and this tenant can be behind.
   */
  async appendOfOneTenant(
    entries: readonly LabelledEntry[],
    seenSize: number,
  ): Promise<readonly number[] | null> {
    return this.#hasSeenSize ? await this.append(entries, seenSize) : null;
  }

  /**
   * Restores a log that was rolled back. Works only while LOG_RESTORE is set. Takes the entries of the copy, then
   * these, which must begin where the copy ends. Returns the new size. It can only extend the log, and only to
   * trees that the log has signed before.
   */
  async restore(entries: readonly IndexedEntry[]): Promise<number> {
    const target = this.#target;
    if (target === undefined) throw new Error("LOG_RESTORE is not set");
    const [copy, rows, signer] = [this.#copy, this.#rows, this.#signer];
    const head = (): Head => this.#newest();
    const extend = (added: readonly LabelledEntry[]): void => {
      checkNewLabels(added, (label) => this.#rows.entryByLabel(label));
      this.#extend(added);
    };
    const size = await restore({ copy, rows, signer, target, head, extend }, entries);
    await this.ctx.storage.sync();
    this.#guard.reset();
    return size;
  }

  async state(): Promise<LogState> {
    const { size } = this.#newest().tree.frontier;
    const error = this.#guard.halt?.reason ?? this.#copyError;
    return { size, copiedSize: this.#rows.copiedSize(), error };
  }

  /** Raises if the log has forked, and serves nothing any more. */
  async report(): Promise<LogReport> {
    this.#published();
    const { size, copiedSize, error } = await this.state();
    const signedAt = this.ctx.storage.kv.get<number>(SIGNED_AT) ?? null;
    return { vkey: await this.vkey(), size, signedAt, copiedSize, hasError: error !== null };
  }

  /** A C2SP tlog-proof for the newest checkpoint. */
  async proof(index: number): Promise<string> {
    const { tree, note } = this.#published();
    const readNode = nodeReader(tree, (level, place) => this.#rows.fullTile(level, place));
    const path = hashesAt(inclusionPlaces(index, tree.frontier.size), readNode);
    return encodeLogProof({ index, path, checkpoint: note });
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
    const { halt } = this.#guard;
    if (halt?.isFork === true) return serveFork(request.method, halt.reason);
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

  /** Runs a copy round. It never throws: a failing alarm is retried only six times. */
  override async alarm(): Promise<void> {
    this.#copyAlarm.clear();
    try {
      const signingError = await this.#guard.signingError();
      if (signingError !== undefined) throw signingError;
      await copyRound(this.#copy, this.#rows, this.#newest().tree);
      this.#copyError = null;
    } catch (problem) {
      this.#copyError = `the log is not copied: ${String(problem)}`;
    } finally {
      const lag = this.#newest().tree.frontier.size - this.#rows.copiedSize();
      // A log that was never copied needs many rounds: the next one starts at once.
      if (lag > ROUND_MAX_ENTRIES && this.#copyError === null) this.#copyAlarm.setNow();
      else if (lag > 0) this.#copyAlarm.setIn(COPY_SECONDS);
    }
  }

  /**
   * Readers get only what was signed before. If the log was rolled back, they get an older view, and monitors report
   * that. A forked log shows nothing, since either side contradicts what readers of the other side have seen.
   */
  #published(): Head {
    const { halt } = this.#guard;
    if (halt?.isFork === true) throw new Error(halt.reason);
    return this.#newest();
  }

  /** Recovery after a failed write is a normal load: the rows show what was committed. */
  #newest(): Head {
    this.#head ??= loadHead(this.#rows, this.#signer);
    return this.#head;
  }

  /** Commits one group after the other. Calls that arrive during a commit form the next group. */
  async #commitWaiting(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    while (this.#waiting.length > 0) {
      const signingError = this.#guard.hasPassed ? undefined : await this.#guard.signingError();
      const calls = this.#waiting.splice(0);
      try {
        if (signingError !== undefined) throw signingError;
        const { accepted, refused } = this.#commit(calls);
        await this.ctx.storage.sync();
        for (const { call, indices } of accepted) call.resolve(indices);
        for (const { call, problem } of refused) call.reject(problem);
      } catch (problem) {
        // Either all of it is written or nothing. The callers retry, and labels make that idempotent.
        this.#head = undefined;
        for (const { reject } of calls) reject(problem);
      }
    }
    // No await since the last check for waiting calls, so no call is left waiting.
    this.#committing = false;
  }

  #commit(calls: readonly WaitingCall[]): GroupPlan<WaitingCall> {
    const { tree } = this.#newest();
    const { size } = tree.frontier;
    if (size < this.#seenSize) {
      // Stored, or after the next start a caller with a smaller size could make the log grow again.
      this.ctx.storage.kv.put(SEEN_SIZE, this.#seenSize);
      throw new Error(`the log has ${size} entries and had ${this.#seenSize}; it signs nothing more`);
    }
    const plan = planGroup(calls, size, (label) => this.#rows.entryByLabel(label));
    // Without new entries the checkpoint stays the same.
    if (plan.added.length > 0) this.#extend(plan.added);
    return plan;
  }

  /** The caller has just checked that the labels are new, with no await since: the tables would accept a duplicate. */
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
      this.ctx.storage.kv.put(SIGNED_AT, Date.now());
      return signHead(grown.tree, this.#rows, this.#signer);
    });
    this.#copyAlarm.setIn(COPY_SECONDS);
  }
}
