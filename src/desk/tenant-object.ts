import { DurableObject } from "cloudflare:workers";
import { visibleStatus } from "../core/confirmation/decision.ts";
import type { Env } from "../env.ts";
import { insertConfirmations, type NewConfirmation } from "../store/confirmation/new-confirmations.ts";
import { Memory } from "../store/memory/desk-memory.ts";
import { openDeleted, openTenant } from "../store/tenant-lookup.ts";
import type { CommittedRecord } from "../store/confirmation/steps.ts";
import type { ConfirmationRow } from "../store/rows.ts";
import type { TenantStore } from "../store/tenant-store.ts";
import { tickDue } from "../app/confirmation/apply-unsigned.ts";
import { loadConfirmation } from "../app/confirmation/load.ts";
import { eraseOld } from "../app/evidence/erase-old.ts";
import { createPlatform } from "../app/create-platform.ts";
import { dropOldDeliveries } from "../app/webhooks/drop-old-deliveries.ts";
import { usageNotices } from "../app/organisation/usage-notices.ts";
import { moveTenant, type MoveProgress } from "../app/move-tenant.ts";
import { endSandbox } from "../app/sandbox/end-sandbox.ts";
import { destroyDeleted } from "../app/organisation/destroy-deleted.ts";
import type { DeskPort, Runtime } from "../app/runtime.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { Callers } from "./callers.ts";
import { CreateQueue } from "./create-queue.ts";
import { DESK_LIMITS, type DeskLimits } from "./desk-limits.ts";
import { RateLimits } from "./rate-limits.ts";
import { SealingLoop } from "./sealing-loop.ts";
import { SendingLoop } from "./sending-loop.ts";
import { Waiters } from "./waits/waiters.ts";

/** After this time the alarm retries a failed sealing, unless another request for sealing comes first. */
const RETRY_MILLISECONDS = 5_000;
/** After this time the tenant's place is looked up again: it may be created, moved or deleted. */
const OPEN_MILLISECONDS = 10_000;

/**
 * What a Desk consists of. It is one Durable Object for each tenant, named by the tenant's ref. It stores only its
 * alarm: what must be sealed and what is due are rows in D1, and a Desk that is lost with its memory is replaced by one
 * that reads them.
 */
export class TenantObject extends DurableObject<Env> {
  /** A benchmark has others. */
  static readonly limits: DeskLimits = DESK_LIMITS;
  protected readonly runtime: Runtime;
  protected readonly callers: Callers;
  protected readonly waiters: Waiters;
  readonly #creates = new CreateQueue((drafts) => this.#insert(drafts));
  readonly #sealing: SealingLoop;
  readonly #sending: SendingLoop;
  readonly #alarm: AlarmClock;
  readonly #memory: Memory;
  readonly #pendingMax: number;
  /** Reads everything again. A field, since a method could be called from outside. */
  protected readonly forget = (): void => {
    this.#memory.clear();
    this.#sealing.forget();
    this.#opened = undefined;
    this.#eraseAt = 0;
    this.#dropAt = 0;
  };
  /** When to look for old content and for old deliveries again. They only save reads. */
  #eraseAt = 0;
  #dropAt = 0;
  #moving: Promise<MoveProgress> | undefined;
  #opened: { readonly at: number; readonly store: Promise<TenantStore | undefined> } | undefined;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const desk: DeskPort = {
      create: (draft) => this.#creates.add(draft),
      seal: (committed) => this.#seal(committed),
      waitFor: (id, seconds, caller) => this.waiters.waitFor(id, seconds, caller, () => this.#isSettled(id)),
      send: (at) => this.#sendAt(at),
      wakePages: (confirmation, people) => this.#wakePages(confirmation, people),
    };
    this.runtime = { ...createPlatform(env), desk };
    const { now } = this.runtime;
    const { rates, sandboxRates, waits, pendingRequests } = new.target.limits;
    this.waiters = new Waiters(waits);
    this.#pendingMax = pendingRequests;
    const open = () => this.#open();
    this.#memory = new Memory(now);
    this.#alarm = new AlarmClock(state.storage, now);
    this.#sealing = new SealingLoop(this.runtime, open, {
      onSealed: (records) => this.waiters.wake(records.flatMap(({ row }) => row.confirmationId ?? [])),
      onMarked: (records) => this.#showChanges(records),
      onReport: (at) => this.#sendAt(at),
    });
    this.#sending = new SendingLoop({
      runtime: this.runtime,
      // Webhooks hear of the deletion after it.
      open: async () => (await open()) ?? (await openDeleted(this.runtime.databases, this.ctx.id.name ?? "")),
      wakeAt: (at) => this.#alarm.wakeAt(at),
      onSent: () => this.waiters.wakeConsole(),
      waitUntil: (running) => state.waitUntil(running),
    });
    this.callers = new Callers({
      runtime: this.runtime,
      rates: new RateLimits(rates, now),
      sandboxRates: new RateLimits(sandboxRates, now),
      open,
    });
  }

  /** The rows of the tenant; undefined if there is no such tenant. */
  async #open(): Promise<TenantStore | undefined> {
    const now = this.runtime.now();
    if (this.#opened === undefined || now >= this.#opened.at + OPEN_MILLISECONDS) {
      const store = openTenant(this.runtime.databases, this.ctx.id.name ?? "", this.#memory, now);
      this.#opened = { at: now, store };
      // The next call tries again.
      store.catch(() => this.forget());
      return await store;
    }
    return await this.#opened.store;
  }

  async #seal(committed?: CommittedRecord): Promise<void> {
    try {
      await this.#sealing.seal(committed);
    } catch (problem) {
      await this.#alarm.wakeAt(this.runtime.now() + RETRY_MILLISECONDS);
      throw problem;
    }
  }

  async #insert(drafts: readonly NewConfirmation[]): Promise<ReadonlySet<string>> {
    const store = await this.#open();
    if (store === undefined) return new Set();
    const notices = usageNotices(drafts);
    const { ids, sendAt } = await insertConfirmations(store, drafts, this.#pendingMax, notices);
    for (const { row, audience } of drafts) if (ids.has(row.id)) this.#wakePages(row, audience);
    if (sendAt !== undefined) this.#sendAt(sendAt);
    await this.#alarm.wakeAt(Math.min(...drafts.map(({ row }) => row.dueAt)));
    return ids;
  }

  /** Sends at once what is due; the alarm does later, and if this fails. */
  #sendAt(at: number): void {
    const isLater = at > this.runtime.now();
    const sending = isLater ? this.#alarm.wakeAt(at) : this.#send();
    // If it fails, the cron finds what is due.
    this.ctx.waitUntil(sending.catch(() => undefined));
  }

  async #send(): Promise<void> {
    try {
      await this.#sending.send();
    } catch {
      await this.#alarm.wakeAt(this.runtime.now() + RETRY_MILLISECONDS);
    }
  }

  /** A change of who may sign is also shown to people who are not asked. */
  #wakePages({ id, type }: Pick<ConfirmationRow, "id" | "type">, people: readonly string[]): void {
    this.waiters.wakePage(id);
    this.waiters.wakeConsole();
    if (type === "decision") this.waiters.wakeInbox(people);
    else this.waiters.wakeAllInboxes();
  }

  /** A sealed change has its effect: a passkey counts, a decision is public, a recovery is announced to everybody. */
  #showChanges(records: readonly CommittedRecord[]): void {
    if (records.length > 0) this.waiters.wakeConsole();
    if (records.some(({ row }) => row.type === "tenant.deleted")) this.#endTenant();
    const others = ["decision", "consumed", "erased"];
    if (records.some(({ row }) => !others.includes(row.type))) this.waiters.wakeAllInboxes();
  }

  /** Nobody is known here any more. What is left is destroyed by the alarm; the cron sets it if this fails. */
  #endTenant(): void {
    this.forget();
    this.waiters.wakeAllInboxes();
    this.ctx.waitUntil(this.#alarm.wakeAt(this.runtime.now()));
  }

  async #isSettled(confirmation: string): Promise<boolean> {
    const store = await this.#open();
    const loaded = store && (await loadConfirmation(store, confirmation));
    if (loaded === undefined || visibleStatus(loaded.state) !== "pending") return true;
    if (loaded.state.status !== "pending") this.ctx.waitUntil(this.#seal());
    return false;
  }

  /** For the cron, in case an alarm or a request for sealing was lost. */
  async wake(): Promise<void> {
    await this.#alarm.wakeAt(this.runtime.now());
    await this.#seal();
  }

  /** For the cron: moves the tenant's rows to another shard, as far as one call gets. */
  async moveTo(shard: string): Promise<MoveProgress> {
    this.#moving ??= this.#moveTo(shard).finally(() => (this.#moving = undefined));
    return await this.#moving;
  }

  async #moveTo(shard: string): Promise<MoveProgress> {
    try {
      return await moveTenant(this.runtime, this.ctx.id.name ?? "", shard);
    } finally {
      // The next call reads the rows in the shard in which they are now.
      this.forget();
    }
  }

  /** Returns when the alarm must look again; undefined if the organisation's history has no limit. */
  async #eraseOld(store: TenantStore): Promise<number | undefined> {
    const now = this.runtime.now();
    if (now < this.#eraseAt) return this.#eraseAt;
    const next = await eraseOld(this.runtime, store);
    this.#eraseAt = next ?? 0;
    return next;
  }

  /** Returns when the alarm must look again; undefined if there are no deliveries. */
  async #dropOld(store: TenantStore): Promise<number | undefined> {
    if (this.runtime.now() < this.#dropAt) return this.#dropAt;
    const next = await dropOldDeliveries(this.runtime, store);
    this.#dropAt = next ?? 0;
    return next;
  }

  override async alarm(): Promise<void> {
    this.#alarm.fired();
    let next: number | undefined;
    try {
      const store = await this.#open();
      if (store === undefined) {
        const ref = this.ctx.id.name ?? "";
        if (await endSandbox(this.runtime, ref)) this.#endTenant();
        next = await destroyDeleted(this.runtime, ref);
        return;
      }
      next = await tickDue(this.runtime, store);
      next = earliest(next, await this.#eraseOld(store), await this.#dropOld(store));
    } catch {
      next = this.runtime.now() + RETRY_MILLISECONDS;
    } finally {
      // Whatever became of the requests that were due. If this fails, it sets the alarm itself.
      await this.#seal().catch(() => undefined);
      await this.#send().catch(() => undefined);
      // The platform retries a failed alarm six times and then drops it. So this one never fails and sets itself again.
      if (next !== undefined) await this.#alarm.wakeAt(next);
    }
  }
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
