import { PAYLOAD_MAX_BYTES } from "../core/encoding/strict-json.ts";
import { namesOf, GROUP_MAX_CONFIRMATIONS, type NewConfirmation } from "../store/new-confirmations.ts";

/** Four of the largest payloads in one batch, and always at least one. */
const GROUP_MAX_CHARACTERS = 4 * PAYLOAD_MAX_BYTES;

/** How long until a group that gathers is looked at again, and how many times: longer than that it keeps nobody. */
const LOOK_MILLISECONDS = 1;
const LOOKS_MAX = 4;

/** Of those who were there: while these are written, the rest can be read. */
const GROUP_SHARE = 0.7;

/** Writes these in one transaction, and says which of them were made. */
export type InsertConfirmations = (drafts: readonly NewConfirmation[]) => Promise<ReadonlySet<string>>;

interface Waiting {
  readonly draft: NewConfirmation;
  readonly resolve: (made: boolean) => void;
  readonly reject: (problem: unknown) => void;
}

/** New confirmations of one tenant: what arrives while one batch is written forms the next. */
export class CreateQueue {
  readonly #write: InsertConfirmations;
  readonly #waiting: Waiting[] = [];
  #running = false;
  /**
   * So many make a group. A few are as dear to write as many, so a group doesn't begin with the first that come; nor
   * does it wait for all, who would then stand still together while it is written.
   */
  #enough = 1;

  constructor(write: InsertConfirmations) {
    this.#write = write;
  }

  /** Whether it was made. */
  async add(draft: NewConfirmation): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiting.push({ draft, resolve, reject });
    void this.#writeAll();
    return await promise;
  }

  async #writeAll(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.length > 0) {
      await this.#gather();
      const group = takeGroup(this.#waiting);
      try {
        await this.#writeGroup(group);
      } catch (problem) {
        // One of them may be what the database can't take: the others are not to fail with it.
        for (const one of group) {
          if (group.length > 1) await this.#writeGroup([one]).catch(one.reject);
          else one.reject(problem);
        }
      }
      // Or nearly what it was: one small group is no sign that fewer come.
      const most = Math.ceil((group.length + this.#waiting.length) * GROUP_SHARE);
      this.#enough = Math.min(Math.max(most, this.#enough - 1), GROUP_MAX_CONFIRMATIONS);
      // Whoever has just been answered may ask again at once, and is one of the next group.
      if (this.#waiting.length > 0) await scheduler.wait(LOOK_MILLISECONDS);
    }
    // In the same turn as the last look at the queue, or one could be left asleep.
    this.#running = false;
  }

  /** Who asks alone doesn't wait: then one is enough. */
  async #gather(): Promise<void> {
    for (let looks = 0; looks < LOOKS_MAX && this.#waiting.length < this.#enough; looks++)
      await scheduler.wait(LOOK_MILLISECONDS);
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const made = await this.#write(group.map(({ draft }) => draft));
    for (const { draft, resolve } of group) resolve(made.has(draft.row.id));
  }
}

/** The first of the queue that may be written together; the others stay in it. */
function takeGroup(queue: Waiting[]): readonly Waiting[] {
  const names = new Set<string>();
  let characters = 0;
  const end = queue.slice(0, GROUP_MAX_CONFIRMATIONS).findIndex(({ draft }, place) => {
    const own = namesOf(draft);
    const meets = own.some((name) => names.has(name));
    for (const name of own) names.add(name);
    characters += draft.row.payload.length;
    return meets || (place > 0 && characters > GROUP_MAX_CHARACTERS);
  });
  return queue.splice(0, end === -1 ? GROUP_MAX_CONFIRMATIONS : end);
}
