import { DurableObject } from "cloudflare:workers";
import { visibleStatus } from "../core/confirmation/decision.ts";
import type { Env } from "../env.ts";
import { insertConfirmations, type NewConfirmation } from "../store/confirmation/new-confirmations.ts";
import type { CommittedRecord } from "../store/confirmation/steps.ts";
import { storeOfDesk } from "../store/tenant-lookup.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { tickDue } from "../app/confirmation/apply-unsigned.ts";
import { loadConfirmation } from "../app/confirmation/load.ts";
import { createRuntime } from "../app/create-runtime.ts";
import type { ClientCall, Runtime, WaitResult } from "../app/runtime.ts";
import { nextBatch, seal, sealAll, type StreamEnd } from "../app/sealing/seal.ts";
import { CreateQueue } from "./create-queue.ts";
import { Waiters } from "./waiters.ts";

/** After this time the alarm retries a failed sealing, unless another request for sealing comes first. */
const RETRY_SECONDS = 5;
/** Woken calls answer first. Only the person who decided waits until the rows are marked. */
const WAKE_FIRST_MILLISECONDS = 2;

/**
 * One for each tenant, named after it. It stores nothing: what must be sealed and what is due are rows in D1, and a
 * desk that is lost with its memory is replaced by one that reads them.
 */
export class Desk extends DurableObject<Env> {
  readonly #runtime: Runtime;
  readonly #store: TenantStore;
  readonly #waiters = new Waiters();
  readonly #creates = new CreateQueue((drafts) => this.#insert(drafts));
  /** Whether a request for sealing came without its record, so that rows must be read. */
  #mustRead = false;
  readonly #committed: CommittedRecord[] = [];
  /** Where the last sealing ended. It only saves reads. */
  #end: StreamEnd | undefined;
  #running: Promise<void> | undefined;
  /** The alarm's latest possible time. If undefined or past, only the storage knows it. */
  #alarm: number | undefined;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#runtime = createRuntime(env, { desk: () => this });
    this.#store = storeOfDesk(this.#runtime.databases, state.id.name ?? "");
  }

  /** Returns once everything that was committed before the call is sealed. */
  async requestSealing(committed?: CommittedRecord): Promise<void> {
    if (committed) this.#committed.push(committed);
    else this.#mustRead = true;
    // One loop at a time. It clears `#running` in the same turn as its last check of the requests, so none is lost.
    this.#running ??= this.#sealRequested();
    await this.#running;
  }

  async #sealRequested(): Promise<void> {
    try {
      while (this.#mustRead || this.#committed.length > 0) {
        const committed = this.#committed.splice(0);
        // If these are not the next records of the stream, the ones before them must be read.
        const batch = this.#mustRead ? undefined : nextBatch(this.#end, committed);
        this.#mustRead = false;
        const onSealed = (records: readonly CommittedRecord[]) => this.#wakeWaiters(records);
        if (batch) this.#end = await seal(this.#store, this.#runtime.log, batch, onSealed);
        else this.#end = await sealAll(this.#store, this.#runtime.log, onSealed);
      }
    } catch (problem) {
      // How far it got must be read from the rows.
      this.#end = undefined;
      await this.wakeAt(this.#runtime.now() + RETRY_SECONDS * 1_000);
      throw problem;
    } finally {
      this.#running = undefined;
    }
  }

  async #wakeWaiters(records: readonly CommittedRecord[]): Promise<void> {
    const outcomes = records.flatMap(({ row }) => row.confirmationId ?? []);
    if (this.#waiters.wake(outcomes) > 0) await scheduler.wait(WAKE_FIRST_MILLISECONDS);
  }

  async create(draft: NewConfirmation): Promise<boolean> {
    return await this.#creates.add(draft);
  }

  async #insert(drafts: readonly NewConfirmation[]): Promise<ReadonlySet<string>> {
    const inserted = await insertConfirmations(this.#store, drafts);
    await this.wakeAt(Math.min(...drafts.map(({ row }) => row.dueAt)));
    return inserted;
  }

  async wait(confirmation: string, seconds: number, caller: ClientCall): Promise<WaitResult> {
    const isSettled = () => this.#isSettled(confirmation);
    const attended = await this.#waiters.waitFor(confirmation, seconds, caller, isSettled);
    return { attended, outcome: null };
  }

  async abandonWait(caller: ClientCall): Promise<void> {
    this.#waiters.abandon(caller);
  }

  async #isSettled(confirmation: string): Promise<boolean> {
    const loaded = await loadConfirmation(this.#store, confirmation);
    if (loaded === undefined) return true;
    if (visibleStatus(loaded.state) !== "pending") return true;
    if (loaded.state.status !== "pending") this.ctx.waitUntil(this.requestSealing());
    return false;
  }

  /** The alarm is the earliest of all requested times. */
  async wakeAt(at: number): Promise<number> {
    const remembered = this.#alarm;
    if (remembered !== undefined && remembered > this.#runtime.now() && remembered <= at) return remembered;
    const current = await this.ctx.storage.getAlarm();
    if (current === null || at < current) await this.ctx.storage.setAlarm(at);
    this.#alarm = Math.min(at, current ?? at);
    return this.#alarm;
  }

  override async alarm(): Promise<void> {
    this.#alarm = undefined;
    let next: number | undefined;
    try {
      next = await tickDue(this.#runtime, this.#store);
      await this.requestSealing();
    } catch {
      next = this.#runtime.now() + RETRY_SECONDS * 1_000;
    } finally {
      // The platform retries a failed alarm six times and then drops it. So this one never fails and sets itself again.
      if (next !== undefined) await this.wakeAt(next);
    }
  }
}
