import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { namesOf, OPENINGS_MAX, writeOpenings, type Opening } from "../store/openings.ts";
import { PAYLOAD_MAX_BYTES } from "../core/json.ts";
import { storeOfClerk } from "../store/lookup.ts";
import type { SealedRows } from "../store/steps.ts";
import type { TenantStore } from "../store/tenant.ts";
import { loadConfirmation } from "./loaded.ts";
import { visibleStatus } from "../core/decision.ts";
import { nextOf, seal, sealAll, type Tail } from "./seal.ts";
import { tickAll } from "./settle.ts";
import type { Caller, Place, WaitEnd, World } from "./world.ts";
import { worldOf } from "./worldof.ts";

/** Waiters cost memory and a timer each; beyond this a wait answers at once, and the caller polls. */
export const WAITERS_MAX = 2_000;
export const WAIT_MAX_SECONDS = 50;
/** Four of the largest payloads in one batch, and always at least one. */
const OPENINGS_MAX_CHARACTERS = 4 * PAYLOAD_MAX_BYTES;
/** A drain that failed is tried again by the alarm after this, or by whoever rings first. */
const RETRY_SECONDS = 5;

interface WaitingOpening {
  readonly opening: Opening;
  readonly resolve: (made: boolean) => void;
  readonly reject: (problem: unknown) => void;
}

/** The first of the queue that may be written together; the others stay in it. */
function takeGroup(queue: WaitingOpening[]): readonly WaitingOpening[] {
  const names = new Set<string>();
  let characters = 0;
  const fits = queue.slice(0, OPENINGS_MAX).findIndex(({ opening }) => {
    const own = namesOf(opening);
    const apart = own.some((name) => names.has(name));
    for (const name of own) names.add(name);
    characters += opening.row.payload.length;
    return apart || (characters > OPENINGS_MAX_CHARACTERS && characters > opening.row.payload.length);
  });
  return queue.splice(0, fits === -1 ? OPENINGS_MAX : fits);
}

interface Waiter {
  readonly wake: (place: Place) => void;
  readonly caller: Caller | undefined;
  gone: boolean;
}

/**
 * One for each tenant, named after it. It holds no truth: what is to be sealed and what is due stands in
 * D1, and a clerk that is lost with everything in its memory is replaced by one that reads it again.
 */
export class Clerk extends DurableObject<Env> {
  readonly #world: World;
  readonly #store: TenantStore;
  readonly #waiters = new Map<string, Set<Waiter>>();
  #waiting = 0;
  readonly #openings: WaitingOpening[] = [];
  #writing = false;
  /** Whether somebody rang without saying for what. */
  #unread = false;
  readonly #written: SealedRows[] = [];
  /** The end of the stream as it was sealed last; nothing but a saving of reads. */
  #tail: Tail | undefined;
  #running: Promise<void> | undefined;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#world = worldOf(env, { clerk: () => this });
    this.#store = storeOfClerk(this.#world.database, state.id.name ?? "");
  }

  /** Returns once everything that was committed before the call is sealed. */
  async ring(written?: SealedRows): Promise<void> {
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
        const tell = (places: ReadonlyMap<string, Place>) => this.#wake(places);
        if (next) this.#tail = await seal(this.#store, this.#world.log, next, tell);
        else this.#tail = await sealAll(this.#store, this.#world.log, tell);
      }
    } catch (problem) {
      // How far it got, only the rows know.
      this.#tail = undefined;
      await this.wakeAt(this.#world.now() + RETRY_SECONDS * 1_000);
      throw problem;
    } finally {
      this.#running = undefined;
    }
  }

  /** What arrives while one batch is written forms the next. */
  async open(opening: Opening): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#openings.push({ opening, resolve, reject });
    void this.#writeOpenings();
    return await promise;
  }

  async #writeOpenings(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#openings.length > 0) {
      const group = takeGroup(this.#openings);
      try {
        await this.#writeGroup(group);
      } catch (problem) {
        // One of them may be what the database can't take: the others are not to fail with it.
        for (const one of group) {
          if (group.length > 1) await this.#writeGroup([one]).catch(one.reject);
          else one.reject(problem);
        }
      }
    }
    // In the same turn as the last look at the queue, or one could be left asleep.
    this.#writing = false;
  }

  async #writeGroup(group: readonly WaitingOpening[]): Promise<void> {
    const openings = group.map(({ opening }) => opening);
    const made = await writeOpenings(this.#store, openings);
    await this.wakeAt(Math.min(...openings.map(({ row }) => row.expiresAt)));
    for (const { opening, resolve } of group) resolve(made.has(opening.row.id));
  }

  async wait(confirmation: string, seconds: number, caller?: Caller): Promise<WaitEnd> {
    if (this.#waiting >= WAITERS_MAX) return { attended: true, place: null };
    const { promise, resolve } = Promise.withResolvers<Place | null>();
    const waiters = this.#waiters.get(confirmation) ?? new Set();
    // Whoever asks again has given up the call before; a client that vanished leaves no other sign.
    for (const earlier of waiters)
      earlier.gone ||= caller !== undefined && earlier.caller?.key === caller.key;
    const waiter: Waiter = { wake: resolve, caller, gone: false };
    this.#waiters.set(confirmation, waiters.add(waiter));
    this.#waiting++;
    const timer = setTimeout(() => resolve(null), Math.min(seconds, WAIT_MAX_SECONDS) * 1_000);
    try {
      // Subscribed first, read second: an outcome between the two is not missed.
      const place = (await this.#isSettled(confirmation)) ? null : await promise;
      return { attended: !waiter.gone, place };
    } finally {
      clearTimeout(timer);
      waiters.delete(waiter);
      this.#waiting--;
      if (waiters.size === 0) this.#waiters.delete(confirmation);
    }
  }

  async hangUp({ key, call }: Caller): Promise<void> {
    for (const waiter of [...this.#waiters.values()].flatMap((each) => [...each])) {
      waiter.gone ||= waiter.caller?.key === key && waiter.caller.call === call;
    }
  }

  async #isSettled(confirmation: string): Promise<boolean> {
    const loaded = await loadConfirmation(this.#store, confirmation);
    if (loaded === undefined) return true;
    if (visibleStatus(loaded.state) !== "pending") return true;
    if (loaded.state.status !== "pending") this.ctx.waitUntil(this.ring());
    return false;
  }

  /** The alarm is the earliest of all that were asked for. */
  async wakeAt(at: number): Promise<void> {
    const current = await this.ctx.storage.getAlarm();
    if (current === null || at < current) await this.ctx.storage.setAlarm(at);
  }

  override async alarm(): Promise<void> {
    let next: number | undefined;
    try {
      next = await tickAll(this.#world, this.#store);
      await this.ring();
    } catch {
      next = this.#world.now() + RETRY_SECONDS * 1_000;
    } finally {
      // An alarm that fails is tried six times and then never again, so it never fails and always re-arms.
      if (next !== undefined) await this.wakeAt(next);
    }
  }

  #wake(places: ReadonlyMap<string, Place>): void {
    for (const [id, place] of places) for (const { wake } of this.#waiters.get(id) ?? []) wake(place);
  }
}
