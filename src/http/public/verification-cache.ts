import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { accept, type Result } from "../../core/refusal.ts";

// Anonymous readers cost no proof each time: an answer is remembered for some seconds and is the same for everyone.

/** For how long a withdrawn publication may still be read. */
export const REMEMBER_SECONDS = 10;
/** An answer has some 3,000 characters, or 20,000 with a usual receipt. */
const ANSWERS_MAX = 1_000;
/** A tenth of the Worker's 128 MB, and shorter than the largest receipts: those are made for each reader. */
const CHARACTERS_MAX = 12_000_000;
const ETAG_BYTES = 16;

export interface RememberedAnswer {
  readonly text: string;
  readonly etag: string;
  /** When the reading of its facts began. */
  readonly at: number;
}

/** Answers by confirmation. The first is the oldest. */
export class VerificationCache {
  readonly #answers = new Map<string, RememberedAnswer>();
  readonly #answersMax: number;
  readonly #charactersMax: number;
  #characters = 0;

  constructor(answersMax: number = ANSWERS_MAX, charactersMax: number = CHARACTERS_MAX) {
    this.#answersMax = answersMax;
    this.#charactersMax = charactersMax;
  }

  /** What is remembered of this confirmation, or what `make` returns. A refusal is not remembered. */
  async get(
    id: string,
    now: () => number,
    make: () => Promise<Result<string>>,
  ): Promise<Result<RememberedAnswer>> {
    const known = this.#newEnough(id, now());
    if (known) return accept(known);
    const at = now();
    const made = await make();
    if (!made.ok) return made;
    // Another call may have made it meanwhile, from a newer checkpoint.
    const first = this.#newEnough(id, now());
    if (first) return accept(first);
    const etag = `"${toHex(sha256(utf8(made.value)).subarray(0, ETAG_BYTES))}"`;
    const answer = { text: made.value, etag, at };
    this.#add(id, answer);
    return accept(answer);
  }

  get size(): { readonly answers: number; readonly characters: number } {
    return { answers: this.#answers.size, characters: this.#characters };
  }

  clear(): void {
    this.#answers.clear();
    this.#characters = 0;
  }

  #newEnough(id: string, now: number): RememberedAnswer | undefined {
    const answer = this.#answers.get(id);
    return answer !== undefined && ageOf(answer, now) < REMEMBER_SECONDS ? answer : undefined;
  }

  #add(id: string, answer: RememberedAnswer): void {
    this.#remove(id);
    if (answer.text.length > this.#charactersMax) return;
    for (const [oldest] of this.#answers) {
      const fits = this.#characters + answer.text.length <= this.#charactersMax;
      if (fits && this.#answers.size < this.#answersMax) break;
      this.#remove(oldest);
    }
    this.#answers.set(id, answer);
    this.#characters += answer.text.length;
  }

  #remove(id: string): void {
    this.#characters -= this.#answers.get(id)?.text.length ?? 0;
    this.#answers.delete(id);
  }
}

/** In seconds. An answer from after `now` counts as old: the clock was set back. */
export function ageOf({ at }: RememberedAnswer, now: number): number {
  return now < at ? REMEMBER_SECONDS : (now - at) / 1_000;
}
