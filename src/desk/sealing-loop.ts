import type { Runtime } from "../app/runtime.ts";
import { nextRecords, seal, sealAll, type SealingListener, type StreamEnd } from "../app/sealing/seal.ts";
import type { CommittedRecord } from "../store/confirmation/steps.ts";
import type { TenantStore } from "../store/tenant-store.ts";

interface LoopListener extends SealingListener {
  /** The rows of these records have their effects. */
  readonly onMarked: SealingListener["onSealed"];
}

/** Seals what was committed, in order, one batch after the other. */
export class SealingLoop {
  readonly #runtime: Runtime;
  readonly #store: () => Promise<TenantStore | undefined>;
  readonly #listener: LoopListener;
  /** Whether a request came without its record, so that rows must be read. */
  #mustRead = false;
  readonly #committed: CommittedRecord[] = [];
  /** Where the last sealing ended. It only saves reads. */
  #end: StreamEnd | undefined;
  #running: Promise<void> | undefined;

  constructor(runtime: Runtime, store: () => Promise<TenantStore | undefined>, listener: LoopListener) {
    this.#runtime = runtime;
    this.#store = store;
    this.#listener = listener;
  }

  /** Returns once everything that was committed before the call is sealed. */
  async seal(committed?: CommittedRecord): Promise<void> {
    if (committed) this.#committed.push(committed);
    else this.#mustRead = true;
    // One loop at a time. It clears `#running` in the same turn as its last check of the requests, so none is lost.
    this.#running ??= this.#sealRequested();
    await this.#running;
  }

  /** The next sealing reads the rows. */
  forget(): void {
    this.#end = undefined;
  }

  async #sealRequested(): Promise<void> {
    try {
      const store = await this.#store();
      if (store === undefined) return;
      while (this.#mustRead || this.#committed.length > 0) {
        const committed = this.#committed.splice(0);
        // If these are not the next records of the stream, the ones before them must be read.
        const end = this.#mustRead ? undefined : this.#end;
        const next = end && nextRecords(end, committed);
        this.#mustRead = false;
        const { log } = this.#runtime;
        const sealed: CommittedRecord[] = [];
        const { onMarked, ...listener } = this.#listener;
        const onSealed: SealingListener["onSealed"] = (records) => {
          sealed.push(...records);
          listener.onSealed(records);
        };
        const heard = { ...listener, onSealed };
        this.#end = end && next ? await seal(store, log, end, next, heard) : await sealAll(store, log, heard);
        onMarked(sealed);
      }
    } catch (problem) {
      // How far it got must be read from the rows.
      this.#end = undefined;
      throw problem;
    } finally {
      this.#running = undefined;
    }
  }
}
