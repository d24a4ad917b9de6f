const WAIT_MILLISECONDS = 10_000;

interface Waiter<Item> {
  readonly matches: (item: Item) => boolean;
  readonly found: (item: Item) => void;
}

/** What a receiver has received so far. */
export class Arrivals<Item> {
  readonly #what: string;
  readonly all: Item[] = [];
  readonly #waiters = new Set<Waiter<Item>>();

  /** `what` names an item in the message of a timeout. */
  constructor(what: string) {
    this.#what = what;
  }

  add(item: Item): void {
    this.all.push(item);
    for (const { matches, found } of this.#waiters) if (matches(item)) found(item);
  }

  /** The first one that matches, which may have arrived before the call. */
  async received(matches: (item: Item) => boolean, milliseconds = WAIT_MILLISECONDS): Promise<Item> {
    const earlier = this.all.find(matches);
    if (earlier !== undefined) return earlier;
    const { promise, resolve, reject } = Promise.withResolvers<Item>();
    const waiter: Waiter<Item> = { matches, found: resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => reject(new Error(this.#missing(milliseconds))), milliseconds);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    });
  }

  #missing(milliseconds: number): string {
    const last = JSON.stringify(this.all.slice(-5), undefined, 2);
    return `no such ${this.#what} in ${milliseconds} ms; ${this.all.length} arrived, at last ${last}`;
  }
}
