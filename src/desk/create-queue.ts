import { PAYLOAD_MAX_BYTES } from "../core/encoding/strict-json.ts";
import type { NewConfirmation } from "../store/confirmation/new-confirmations.ts";

/** At most four statements each: D1 allows 1,000 in a call. */
const GROUP_MAX_CONFIRMATIONS = 32;
/** Four of the largest payloads in one batch. A single larger one is a batch of its own. */
const GROUP_MAX_CHARACTERS = 4 * PAYLOAD_MAX_BYTES;
/**
 * The pause after each group. Clients that were just answered send their next requests in this time, and larger groups
 * take less time for each. The first draft after a quiet time does not wait.
 */
const LINGER_MILLISECONDS = 1;

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
      await scheduler.wait(LINGER_MILLISECONDS);
    }
    // In the same turn as the last check of the queue. Otherwise a draft could wait forever.
    this.#running = false;
  }

  async #insertGroup(group: readonly Waiting[]): Promise<void> {
    const inserted = await this.#insert(group.map(({ draft }) => draft));
    for (const { draft, resolve } of group) resolve(inserted.has(draft.row.id));
  }
}

/** Removes the first drafts that one transaction takes from the queue. */
function takeGroup(queue: Waiting[]): readonly Waiting[] {
  let characters = 0;
  const end = queue.slice(0, GROUP_MAX_CONFIRMATIONS).findIndex(({ draft }, index) => {
    characters += draft.row.payload.length;
    return index > 0 && characters > GROUP_MAX_CHARACTERS;
  });
  return queue.splice(0, end === -1 ? GROUP_MAX_CONFIRMATIONS : end);
}
