import { PAYLOAD_MAX_BYTES } from "../core/encoding/strict-json.ts";
import {
  exclusiveNames,
  GROUP_MAX_CONFIRMATIONS,
  type NewConfirmation,
} from "../store/confirmation/new-confirmations.ts";

/** Four of the largest payloads in one batch. A single larger one is a batch of its own. */
const GROUP_MAX_CHARACTERS = 4 * PAYLOAD_MAX_BYTES;

/** How long a group waits for more drafts: a check each millisecond, at most four. */
const CHECK_MILLISECONDS = 1;
const CHECKS_MAX = 4;

/** The share of simultaneous drafts that form a group: while it is inserted, the other calls are answered. */
const GROUP_SHARE = 0.7;

/** Inserts these in one transaction. Returns the ids of those that were inserted. */
type InsertConfirmations = (drafts: readonly NewConfirmation[]) => Promise<ReadonlySet<string>>;

interface Waiting {
  readonly draft: NewConfirmation;
  readonly resolve: (isInserted: boolean) => void;
  readonly reject: (problem: unknown) => void;
}

/** New confirmations of one tenant. Drafts that arrive while one batch is inserted form the next batch. */
export class CreateQueue {
  readonly #insert: InsertConfirmations;
  readonly #waiting: Waiting[] = [];
  #running = false;
  /**
   * The size of the next group. A few drafts take as long to insert as many, so a group waits for more than the first.
   * It does not wait for all, because then every client would wait while the group is inserted.
   */
  #groupSize = 1;

  constructor(insert: InsertConfirmations) {
    this.#insert = insert;
  }

  /** Whether it was inserted. */
  async add(draft: NewConfirmation): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiting.push({ draft, resolve, reject });
    void this.#insertAll();
    return await promise;
  }

  async #insertAll(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.length > 0) {
      await this.#collect();
      const group = takeGroup(this.#waiting);
      try {
        await this.#insertGroup(group);
      } catch (problem) {
        // The database may refuse one of them. The others must not fail with it.
        for (const waiting of group) {
          if (group.length > 1) await this.#insertGroup([waiting]).catch(waiting.reject);
          else waiting.reject(problem);
        }
      }
      // It shrinks by one at a time, because one small group does not mean that fewer drafts arrive.
      const target = Math.ceil((group.length + this.#waiting.length) * GROUP_SHARE);
      this.#groupSize = Math.min(Math.max(target, this.#groupSize - 1), GROUP_MAX_CONFIRMATIONS);
      // Clients that were just answered may send the next request at once, for the next group.
      if (this.#waiting.length > 0) await scheduler.wait(CHECK_MILLISECONDS);
    }
    // In the same turn as the last check of the queue. Otherwise a draft could wait forever.
    this.#running = false;
  }

  /** Waits for more drafts. A single client does not wait, because the group size is then one. */
  async #collect(): Promise<void> {
    for (let checks = 0; checks < CHECKS_MAX && this.#waiting.length < this.#groupSize; checks++)
      await scheduler.wait(CHECK_MILLISECONDS);
  }

  async #insertGroup(group: readonly Waiting[]): Promise<void> {
    const inserted = await this.#insert(group.map(({ draft }) => draft));
    for (const { draft, resolve } of group) resolve(inserted.has(draft.row.id));
  }
}

/** Removes the first drafts that may be in one transaction from the queue. */
function takeGroup(queue: Waiting[]): readonly Waiting[] {
  const names = new Set<string>();
  let characters = 0;
  const end = queue.slice(0, GROUP_MAX_CONFIRMATIONS).findIndex(({ draft }, index) => {
    const own = exclusiveNames(draft);
    const conflicts = own.some((name) => names.has(name));
    for (const name of own) names.add(name);
    characters += draft.row.payload.length;
    return conflicts || (index > 0 && characters > GROUP_MAX_CHARACTERS);
  });
  return queue.splice(0, end === -1 ? GROUP_MAX_CONFIRMATIONS : end);
}
