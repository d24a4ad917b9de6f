import { claimJobs, type Job } from "../app/sending/claim-jobs.ts";
import type { Runtime } from "../app/runtime.ts";
import type { TenantStore } from "../store/tenant-store.ts";

/** The platform opens six connections at a time; further ones would use up their seconds waiting. */
const JOBS_MAX = 6;

interface SendingOf {
  readonly runtime: Runtime;
  readonly open: () => Promise<TenantStore | undefined>;
  /** Calls `send` at this time. */
  readonly wakeAt: (at: number) => Promise<void>;
  /** An attempt has ended: pages that show it have changed. */
  readonly onSent: () => void;
  /** Keeps the object until this has ended. */
  readonly waitUntil: (running: Promise<void>) => void;
}

/**
 * Sends notices and deliveries that are due, several at the same time, so that a receiver that does not answer stops no
 * other. What it knows is only which jobs run: everything else is rows.
 */
export class SendingLoop {
  readonly #of: SendingOf;
  /** The targets of the jobs that run. */
  readonly #busy: string[] = [];
  #mustLook = false;
  #looking: Promise<void> | undefined;

  constructor(of: SendingOf) {
    this.#of = of;
  }

  /** Returns once everything that was due before the call is claimed, as far as its targets are free. */
  async send(): Promise<void> {
    this.#mustLook = true;
    this.#looking ??= this.#look();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { runtime, open, wakeAt } = this.#of;
    try {
      const store = await open();
      if (store === undefined) return;
      while (this.#mustLook && this.#busy.length < JOBS_MAX) {
        this.#mustLook = false;
        // Of notices and of deliveries each.
        const most = Math.max(1, Math.floor((JOBS_MAX - this.#busy.length) / 2));
        const { jobs, nextAt } = await claimJobs(runtime, store, this.#busy, most);
        for (const job of jobs) this.#start(job);
        // There may be more.
        if (jobs.length > 0) this.#mustLook = true;
        if (nextAt !== undefined) await wakeAt(nextAt);
      }
    } finally {
      this.#looking = undefined;
    }
  }

  #start({ target, run }: Job): void {
    this.#busy.push(target);
    const running = run()
      // Its row is due again when the claim ends.
      .catch(() => undefined)
      .then(() => {
        this.#busy.splice(this.#busy.indexOf(target), 1);
        this.#of.onSent();
        return this.send();
      });
    this.#of.waitUntil(running.catch(() => undefined));
  }
}
