/** The Durable Object's one alarm, at the earliest of all requested times. */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  readonly #now: () => number;
  /** The alarm's latest possible time. If undefined or past, only the storage knows it. */
  #alarm: number | undefined;

  constructor(storage: DurableObjectStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  async wakeAt(at: number): Promise<void> {
    const remembered = this.#alarm;
    if (remembered !== undefined && remembered > this.#now() && remembered <= at) return;
    const current = await this.#storage.getAlarm();
    if (current === null || at < current) await this.#storage.setAlarm(at);
    this.#alarm = Math.min(at, current ?? at);
  }

  /** The alarm has fired: it is not set any more. */
  fired(): void {
    this.#alarm = undefined;
  }
}
