import { DurableObject } from "cloudflare:workers";
import { visibleStatus } from "../core/confirmation/decision.ts";
import type { Env } from "../env.ts";
import { storeOfDesk } from "../store/tenant-lookup.ts";
import { insertConfirmations, type NewConfirmation } from "../store/new-confirmations.ts";
import type { WrittenRows } from "../store/steps.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { loadConfirmation } from "../app/confirmation/load.ts";
import { CreateQueue } from "./create-queue.ts";
import { nextOf, seal, sealAll, type Tail } from "../app/sealing/seal.ts";
import { tickAll } from "../app/confirmation/settle.ts";
import { Waiters } from "./waiters.ts";
import type { Caller, WaitEnd, Runtime } from "../app/runtime.ts";
import { createRuntime } from "../app/create-runtime.ts";

/** A drain that failed is tried again by the alarm after this, or by whoever rings first. */
const RETRY_SECONDS = 5;
/** Whoever is woken answers first: for the writing back nobody waits but the person who decided. */
const WAKE_FIRST_MILLISECONDS = 2;

/**
 * One for each tenant, named after it. It holds no truth: what is to be sealed and what is due stands in
 * D1, and a desk that is lost with everything in its memory is replaced by one that reads it again.
 */
export class Desk extends DurableObject<Env> {
  readonly #runtime: Runtime;
  readonly #store: TenantStore;
  readonly #waiters = new Waiters();
  readonly #creates = new CreateQueue((drafts) => this.#write(drafts));
  /** Whether somebody rang without saying for what. */
  #unread = false;
  readonly #written: WrittenRows[] = [];
  /** The end of the stream as it was sealed last; nothing but a saving of reads. */
  #tail: Tail | undefined;
  #running: Promise<void> | undefined;
  /** When the alarm goes off, at the latest; undefined, or past: only the storage knows. */
  #alarm: number | undefined;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#runtime = createRuntime(env, { desk: () => this });
    this.#store = storeOfDesk(this.#runtime.database, state.id.name ?? "");
  }

  /** Returns once everything that was committed before the call is sealed. */
  async requestSealing(written?: WrittenRows): Promise<void> {
    if (written) this.#written.push(written);
    else this.#unread = true;
    // Single flight: `#running` ends in the same turn as its last look at what was rung for, so no ring is lost.
    this.#running ??= this.#drain();
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#unread || this.#written.length > 0) {
        const written = this.#written.splice(0);
        // What is not the next of the stream has others before it, and those are read.
        const next = this.#unread ? undefined : nextOf(this.#tail, written);
        this.#unread = false;
        const tell = (outcomes: readonly WrittenRows[]) => this.#tell(outcomes);
        if (next) this.#tail = await seal(this.#store, this.#runtime.log, next, tell);
        else this.#tail = await sealAll(this.#store, this.#runtime.log, tell);
      }
    } catch (problem) {
      // How far it got, only the rows know.
      this.#tail = undefined;
      await this.wakeAt(this.#runtime.now() + RETRY_SECONDS * 1_000);
      throw problem;
    } finally {
      this.#running = undefined;
    }
  }

  async #tell(outcomes: readonly WrittenRows[]): Promise<void> {
    if (this.#waiters.wake(outcomes) > 0) await scheduler.wait(WAKE_FIRST_MILLISECONDS);
  }

  async create(draft: NewConfirmation): Promise<boolean> {
    return await this.#creates.add(draft);
  }

  async #write(drafts: readonly NewConfirmation[]): Promise<ReadonlySet<string>> {
    const made = await insertConfirmations(this.#store, drafts);
    await this.wakeAt(Math.min(...drafts.map(({ row }) => row.expiresAt)));
    return made;
  }

  async wait(confirmation: string, seconds: number, caller?: Caller): Promise<WaitEnd> {
    return await this.#waiters.wait(confirmation, seconds, caller, () => this.#isSettled(confirmation));
  }

  async hangUp(caller: Caller): Promise<void> {
    this.#waiters.hangUp(caller);
  }

  async #isSettled(confirmation: string): Promise<boolean> {
    const loaded = await loadConfirmation(this.#store, confirmation);
    if (loaded === undefined) return true;
    if (visibleStatus(loaded.state) !== "pending") return true;
    if (loaded.state.status !== "pending") this.ctx.waitUntil(this.requestSealing());
    return false;
  }

  /** The alarm is the earliest of all that were asked for. */
  async wakeAt(at: number): Promise<number> {
    const known = this.#alarm;
    if (known !== undefined && known > this.#runtime.now() && known <= at) return known;
    const current = await this.ctx.storage.getAlarm();
    if (current === null || at < current) await this.ctx.storage.setAlarm(at);
    this.#alarm = Math.min(at, current ?? at);
    return this.#alarm;
  }

  override async alarm(): Promise<void> {
    this.#alarm = undefined;
    let next: number | undefined;
    try {
      next = await tickAll(this.#runtime, this.#store);
      await this.requestSealing();
    } catch {
      next = this.#runtime.now() + RETRY_SECONDS * 1_000;
    } finally {
      // An alarm that fails is tried six times and then never again, so it never fails and always re-arms.
      if (next !== undefined) await this.wakeAt(next);
    }
  }
}
