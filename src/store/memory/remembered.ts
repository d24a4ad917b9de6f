/** Nothing that was read longer ago is used, so an edit of the database by hand has its effect after this time. */
export const MEMORY_SECONDS = 10;

export interface Bounds<Value> {
  readonly valuesMax: number;
  /** The characters of all values together. */
  readonly charactersMax?: number;
  charactersOf?(value: Value): number;
}

interface Entry<Value> {
  readonly value: Value;
  /** When its reading began, so that nothing in it is older. */
  readonly at: number;
  readonly characters: number;
}

interface Load<Value> {
  readonly at: number;
  readonly value: Promise<Value | undefined>;
}

/** A write that is not answered yet. */
export interface Write<Value = unknown> {
  readonly keys: Keys;
  readonly at: number;
  /** What was remembered of the keys, if it is known which. */
  readonly before: Map<string, Entry<Value>>;
  /** Whether no other write of the same keys overlaps: of two, nobody knows which one the database made first. */
  isAlone: boolean;
}

export type Keys = ReadonlySet<string> | "all";

/** Values by key, with the time of their reading. The least recently used ones are dropped. */
export class Remembered<Value> {
  readonly #now: () => number;
  readonly #bounds: Bounds<Value>;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #loads = new Map<string, Load<Value>>();
  readonly #writes = new Set<Write<Value>>();
  #characters = 0;

  constructor(now: () => number, bounds: Bounds<Value>) {
    this.#now = now;
    this.#bounds = bounds;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#remove(key, entry);
    if (!this.#isFresh(entry.at)) return undefined;
    this.#add(key, entry);
    return entry.value;
  }

  /** The value that another call is reading now. */
  loading(key: string): Promise<Value | undefined> | undefined {
    const load = this.#loads.get(key);
    return load && this.#isFresh(load.at) ? load.value : undefined;
  }

  /** Remembers what this reading finds, unless a write overlaps. What is not found is not remembered. */
  async load(key: string, value: Promise<Value | undefined>): Promise<Value | undefined> {
    const load = { at: this.#now(), value };
    // During a write the database may answer with the rows before it.
    if (!this.#isWritten(key)) this.#loads.set(key, load);
    try {
      const found = await value;
      if (found !== undefined && this.#loads.get(key) === load) this.#store(key, found, load.at);
      return found;
    } finally {
      if (this.#loads.get(key) === load) this.#loads.delete(key);
    }
  }

  beginWrite(keys: Keys): Write<Value> {
    const before = new Map<string, Entry<Value>>();
    for (const key of keys === "all" ? [] : keys) {
      const entry = this.#entries.get(key);
      if (entry) before.set(key, entry);
    }
    const write: Write<Value> = { keys, at: this.#now(), before, isAlone: true };
    for (const other of this.#writes) if (overlap(other.keys, keys)) other.isAlone = write.isAlone = false;
    this.#writes.add(write);
    this.#drop(keys);
    return write;
  }

  endWrite(write: Write<Value>): void {
    this.#writes.delete(write);
    this.#drop(write.keys);
  }

  /** What a write that has ended returned. */
  keep(write: Write<Value>, key: string, value: Value): void {
    if (write.isAlone && !this.#isWritten(key)) this.#store(key, value, write.at);
  }

  /**
   * What was remembered before the write, with what the write changes; undefined if it lacks what was changed. It is as
   * old as it was. Called during the write, it is for those who read meanwhile, and ends with the write.
   */
  update(write: Write<Value>, key: string, change: (value: Value) => Value | undefined): void {
    const entry = write.before.get(key);
    if (entry === undefined || !write.isAlone || this.#isWritten(key, write)) return;
    const value = change(entry.value);
    if (value === undefined) return;
    write.before.set(key, { ...entry, value });
    this.#store(key, value, entry.at);
  }

  clear(): void {
    this.#drop("all");
    for (const write of this.#writes) write.isAlone = false;
  }

  #isFresh(at: number): boolean {
    const age = this.#now() - at;
    // The clock may have been set back.
    return age >= 0 && age < MEMORY_SECONDS * 1_000;
  }

  #isWritten(key: string, except?: Write<Value>): boolean {
    return [...this.#writes].some(
      (write) => write !== except && (write.keys === "all" || write.keys.has(key)),
    );
  }

  #store(key: string, value: Value, at: number): void {
    const { valuesMax, charactersMax = Infinity } = this.#bounds;
    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    this.#add(key, { value, at, characters: this.#bounds.charactersOf?.(value) ?? 0 });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= valuesMax && this.#characters <= charactersMax) return;
      this.#remove(oldest, entry);
    }
  }

  #drop(keys: Keys): void {
    if (keys === "all") {
      this.#entries.clear();
      this.#characters = 0;
      this.#loads.clear();
      return;
    }
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry) this.#remove(key, entry);
      this.#loads.delete(key);
    }
  }

  #add(key: string, entry: Entry<Value>): void {
    this.#entries.set(key, entry);
    this.#characters += entry.characters;
  }

  #remove(key: string, entry: Entry<Value>): void {
    this.#entries.delete(key);
    this.#characters -= entry.characters;
  }
}

function overlap(one: Keys, other: Keys): boolean {
  if (one === "all" || other === "all") return true;
  return [...one].some((key) => other.has(key));
}
