import { PAYLOAD_MAX_BYTES } from "../core/json.ts";
import { namesOf, OPENINGS_MAX, type Opening } from "../store/openings.ts";

/** Four of the largest payloads in one batch, and always at least one. */
const GROUP_MAX_CHARACTERS = 4 * PAYLOAD_MAX_BYTES;

/**
 * From one group to the next, if somebody waits for it. Without it a group begins with the few that are there, is
 * as dear as a large one, and keeps those waiting that arrive just behind it.
 */
const GATHERING_MILLISECONDS = 1;

/** Writes these in one transaction, and says which of them were made. */
export type WriteOpenings = (openings: readonly Opening[]) => Promise<ReadonlySet<string>>;

interface Waiting {
  readonly opening: Opening;
  readonly resolve: (made: boolean) => void;
  readonly reject: (problem: unknown) => void;
}

/** New confirmations of one tenant: what arrives while one batch is written forms the next. */
export class OpeningQueue {
  readonly #write: WriteOpenings;
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(write: WriteOpenings) {
    this.#write = write;
  }

  /** Whether it was made. */
  async open(opening: Opening): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiting.push({ opening, resolve, reject });
    void this.#writeAll();
    return await promise;
  }

  async #writeAll(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.length > 0) {
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
      if (this.#waiting.length > 0) await scheduler.wait(GATHERING_MILLISECONDS);
    }
    // In the same turn as the last look at the queue, or one could be left asleep.
    this.#running = false;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const made = await this.#write(group.map(({ opening }) => opening));
    for (const { opening, resolve } of group) resolve(made.has(opening.row.id));
  }
}

/** The first of the queue that may be written together; the others stay in it. */
function takeGroup(queue: Waiting[]): readonly Waiting[] {
  const names = new Set<string>();
  let characters = 0;
  const end = queue.slice(0, OPENINGS_MAX).findIndex(({ opening }, place) => {
    const own = namesOf(opening);
    const meets = own.some((name) => names.has(name));
    for (const name of own) names.add(name);
    characters += opening.row.payload.length;
    return meets || (place > 0 && characters > GROUP_MAX_CHARACTERS);
  });
  return queue.splice(0, end === -1 ? OPENINGS_MAX : end);
}
