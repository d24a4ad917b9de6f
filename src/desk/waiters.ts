import type { CommittedRecord } from "../store/confirmation/steps.ts";
import type { ClientCall, WaitResult } from "../app/runtime.ts";

/** Each waiter needs memory and a timer. Beyond this number a wait returns at once, and the client polls. */
const WAITERS_MAX = 2_000;
/** Less than the minute after which common clients time out. */
export const WAIT_MAX_SECONDS = 50;

interface Waiter {
  readonly wake: (outcome: CommittedRecord | null) => void;
  readonly caller: ClientCall | undefined;
  isAbandoned: boolean;
}

/** Calls that wait for an outcome, by confirmation. */
export class Waiters {
  readonly #byConfirmation = new Map<string, Set<Waiter>>();
  #count = 0;

  async wait(
    confirmation: string,
    seconds: number,
    caller: ClientCall | undefined,
    isSettled: () => Promise<boolean>,
  ): Promise<WaitResult> {
    if (this.#count >= WAITERS_MAX) return { attended: true, outcome: null };
    const { promise, resolve } = Promise.withResolvers<CommittedRecord | null>();
    const waiters = this.#byConfirmation.get(confirmation) ?? new Set();
    // A client that calls again has given up its earlier call. If it disconnected, there may be no other sign of it.
    for (const other of waiters)
      other.isAbandoned ||= caller !== undefined && other.caller?.key === caller.key;
    const waiter: Waiter = { wake: resolve, caller, isAbandoned: false };
    this.#byConfirmation.set(confirmation, waiters.add(waiter));
    this.#count++;
    const timer = setTimeout(() => resolve(null), Math.min(seconds, WAIT_MAX_SECONDS) * 1_000);
    try {
      // Subscribe first, then read, so that an outcome between the two is not missed.
      const outcome = (await isSettled()) ? null : await promise;
      return { attended: !waiter.isAbandoned, outcome };
    } finally {
      clearTimeout(timer);
      waiters.delete(waiter);
      this.#count--;
      if (waiters.size === 0) this.#byConfirmation.delete(confirmation);
    }
  }

  abandon({ key, call }: ClientCall): void {
    for (const waiter of [...this.#byConfirmation.values()].flatMap((waiters) => [...waiters])) {
      waiter.isAbandoned ||= waiter.caller?.key === key && waiter.caller.call === call;
    }
  }

  /** Returns how many were woken. */
  wake(outcomes: readonly CommittedRecord[]): number {
    const woken = outcomes.flatMap((outcome) =>
      [...(this.#byConfirmation.get(outcome.row.confirmationId ?? "") ?? [])].map((waiter) => ({
        waiter,
        outcome,
      })),
    );
    for (const { waiter, outcome } of woken) waiter.wake(outcome);
    return woken.length;
  }
}
