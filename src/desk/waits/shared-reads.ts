/**
 * Equal reads at the same time are made once. A call never gets a read that began before it, because it may know of a
 * later change: while one read runs, all further calls share the next one. So however many ask, there is one read at a
 * time for each key.
 */
export class SharedReads<Value> {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #next = new Map<string, Promise<Value>>();

  async read(key: string, read: () => Promise<Value>): Promise<Value> {
    let next = this.#next.get(key);
    if (next === undefined) {
      next = this.#readAfter(this.#running.get(key), key, read);
      this.#next.set(key, next);
    }
    return await next;
  }

  async #readAfter(
    running: Promise<unknown> | undefined,
    key: string,
    read: () => Promise<Value>,
  ): Promise<Value> {
    // Also without a running read: calls of this moment share the read that begins after it.
    await running?.catch(() => undefined);
    await Promise.resolve();
    this.#next.delete(key);
    const reading = read();
    this.#running.set(key, reading);
    try {
      return await reading;
    } finally {
      if (this.#running.get(key) === reading) this.#running.delete(key);
    }
  }
}
