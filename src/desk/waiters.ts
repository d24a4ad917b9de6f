import type { WrittenRows } from "../store/steps.ts";
import type { Caller, WaitEnd } from "../app/runtime.ts";

/** Waiters cost memory and a timer each; beyond this a wait answers at once, and the caller polls. */
const WAITERS_MAX = 2_000;
/** Below the minute after which the common clients give up. */
export const WAIT_MAX_SECONDS = 50;

interface Waiter {
  readonly wake: (told: WrittenRows | null) => void;
  readonly caller: Caller | undefined;
  gone: boolean;
}

/** Whoever waits for an outcome, by confirmation. */
export class Waiters {
  readonly #byConfirmation = new Map<string, Set<Waiter>>();
  #count = 0;

  async wait(
    confirmation: string,
    seconds: number,
    caller: Caller | undefined,
    isSettled: () => Promise<boolean>,
  ): Promise<WaitEnd> {
    if (this.#count >= WAITERS_MAX) return { attended: true, told: null };
    const { promise, resolve } = Promise.withResolvers<WrittenRows | null>();
    const others = this.#byConfirmation.get(confirmation) ?? new Set();
    // Whoever asks again has given up the call before; a client that vanished leaves no other sign.
    for (const earlier of others) earlier.gone ||= caller !== undefined && earlier.caller?.key === caller.key;
    const waiter: Waiter = { wake: resolve, caller, gone: false };
    this.#byConfirmation.set(confirmation, others.add(waiter));
    this.#count++;
    const timer = setTimeout(() => resolve(null), Math.min(seconds, WAIT_MAX_SECONDS) * 1_000);
    try {
      // Subscribed first, read second: an outcome between the two is not missed.
      const told = (await isSettled()) ? null : await promise;
      return { attended: !waiter.gone, told };
    } finally {
      clearTimeout(timer);
      others.delete(waiter);
      this.#count--;
      if (others.size === 0) this.#byConfirmation.delete(confirmation);
    }
  }

  hangUp({ key, call }: Caller): void {
    for (const waiter of [...this.#byConfirmation.values()].flatMap((each) => [...each])) {
      waiter.gone ||= waiter.caller?.key === key && waiter.caller.call === call;
    }
  }

  /** How many were woken. */
  wake(outcomes: readonly WrittenRows[]): number {
    const woken = outcomes.flatMap((told) =>
      [...(this.#byConfirmation.get(told.row.confirmationId ?? "") ?? [])].map((waiter) => ({
        waiter,
        told,
      })),
    );
    for (const { waiter, told } of woken) waiter.wake(told);
    return woken.length;
  }
}
