const DUE = "copy due";

/**
 * The alarm of the next copy round, set in the transaction that adds entries, so that no crash comes between. After
 * a start the Log does not know whether an alarm is set; after its last failed retry there is none. The stored due
 * time survives both, so setting the alarm again never delays it.
 */
export class CopyAlarm {
  readonly #storage: DurableObjectStorage;
  #isSet = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Does nothing if the alarm is set already. */
  setIn(seconds: number): void {
    if (this.#isSet) return;
    this.#isSet = true;
    const { kv } = this.#storage;
    const due = Math.min(kv.get<number>(DUE) ?? Infinity, Date.now() + seconds * 1_000);
    kv.put(DUE, due);
    void this.#storage.setAlarm(due);
  }

  setNow(): void {
    this.#isSet = false;
    this.setIn(0);
  }

  /** To be called when the alarm runs. */
  clear(): void {
    this.#isSet = false;
    this.#storage.kv.delete(DUE);
  }
}
