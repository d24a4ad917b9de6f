// What the clients were told, and may hold the product to for good.

export type Wrong = "lost" | "duplicate" | "gap" | "contradiction";

/** Something that must never be. */
export class Violation extends Error {
  readonly wrong: Wrong;

  constructor(wrong: Wrong, what: string) {
    super(`${wrong.toUpperCase()}: ${what}`);
    this.name = "Violation";
    this.wrong = wrong;
  }
}

export interface Told {
  readonly status: string;
  /** Of an outcome that people signed: the others show before they are sealed. */
  readonly index: number | null;
  /** Of the assertion that came with the outcome. */
  readonly assertionHash: string | null;
}

export interface Entry {
  readonly tenant: number;
  readonly id: string;
  readonly payloadHash: string;
  /** Acknowledged by the decision door. */
  decided?: { readonly word: "approved" | "rejected"; readonly assertionHash: string };
  decisionRefused?: true;
  cancelled?: "acknowledged" | "refused";
  /** The outcome, as the requester heard of it. */
  told?: Told;
  /** The names under which it was used, and whether each was told that it had the use. */
  readonly uses: Map<string, boolean>;
}

export class Ledger {
  readonly entries = new Map<string, Entry>();
  /** What has been said about these since the last audit looked. */
  #touched = new Set<Entry>();
  readonly acknowledged = { creates: 0, decisions: 0, cancels: 0, uses: 0 };

  created(tenant: number, id: string, payloadHash: string): Entry {
    if (this.entries.has(id)) throw new Violation("duplicate", `${id} was given to two requests`);
    const entry: Entry = { tenant, id, payloadHash, uses: new Map() };
    this.entries.set(id, entry);
    this.acknowledged.creates++;
    return this.#touch(entry);
  }

  decided(entry: Entry, word: "approved" | "rejected", assertionHash: string): void {
    if (entry.decided === undefined) this.acknowledged.decisions++;
    entry.decided = { word, assertionHash };
    this.#oneOutcome(this.#touch(entry));
  }

  decisionRefused(entry: Entry): void {
    entry.decisionRefused = true;
    this.#oneOutcome(this.#touch(entry));
  }

  cancelled(entry: Entry, answer: "acknowledged" | "refused"): void {
    entry.cancelled = answer;
    if (answer === "acknowledged") this.acknowledged.cancels++;
    this.#oneOutcome(this.#touch(entry));
  }

  told(entry: Entry, told: Told): void {
    const { id, told: before, decided } = entry;
    if (told.status === "pending") {
      if (before !== undefined) throw new Violation("lost", `${id} was ${before.status} and reads pending`);
      return;
    }
    const signed = told.status === "approved" || told.status === "rejected";
    if (signed && (told.index === null || told.assertionHash === null)) {
      throw new Violation("contradiction", `${id} reads ${told.status} without its place in the log`);
    }
    if (before !== undefined && !same(before, told)) {
      throw new Violation("contradiction", `${id} was ${show(before)} and reads ${show(told)}`);
    }
    if (signed && decided !== undefined && decided.assertionHash !== told.assertionHash) {
      throw new Violation("lost", `${id} has another signature than the acknowledged one`);
    }
    if (before === undefined) entry.told = told;
    this.#oneOutcome(before === undefined ? this.#touch(entry) : entry);
  }

  used(entry: Entry, name: string, succeeded: boolean): void {
    this.#touch(entry);
    const before = entry.uses.get(name);
    if (before !== undefined && before !== succeeded) {
      throw new Violation("contradiction", `${entry.id}: the use "${name}" was answered in two ways`);
    }
    if (before === undefined && succeeded) {
      if (usesOf(entry) > 0) throw new Violation("duplicate", `${entry.id} was used twice`);
      this.acknowledged.uses++;
    }
    entry.uses.set(name, succeeded);
  }

  takeTouched(): readonly Entry[] {
    const touched = [...this.#touched];
    this.#touched = new Set();
    return touched;
  }

  #touch(entry: Entry): Entry {
    this.#touched.add(entry);
    return entry;
  }

  #oneOutcome(entry: Entry): void {
    outcomeOf(entry);
  }
}

export const usesOf = ({ uses }: Entry): number => [...uses.values()].filter(Boolean).length;

/** The one outcome that everything acknowledged agrees on; undefined while nothing is known. */
export function outcomeOf({ id, decided, decisionRefused, cancelled, told }: Entry): string | undefined {
  const words = new Set([
    ...(decided === undefined ? [] : [decided.word]),
    ...(cancelled === "acknowledged" || decisionRefused === true ? ["cancelled"] : []),
    ...(told === undefined ? [] : [told.status]),
  ]);
  if (words.size > 1)
    throw new Violation("contradiction", `${id} was told to be ${[...words].join(" and ")}`);
  return [...words][0];
}

const same = (one: Told, other: Told): boolean => show(one) === show(other);
const show = ({ status, index, assertionHash }: Told): string => `${status} at ${index} by ${assertionHash}`;
