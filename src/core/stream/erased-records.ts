import { seqsWithin, type Span } from "./spans.ts";

// Which records of a stream are erased, and which later records announce that. Like `SignedTemplates`, it sees the
// records in their order.

/** A record that announces erased records, and the rule it names. */
export interface Erasure {
  readonly by: number;
  readonly rule: string;
  readonly seqs: number;
}

export class ErasedRecords {
  readonly #seqs = new Set<number>();
  /** Those that no later record announces yet, in rising order. */
  readonly #unannounced = new Set<number>();
  readonly #erasures: Erasure[] = [];

  add(seq: number): void {
    this.#seqs.add(seq);
    this.#unannounced.add(seq);
  }

  announce({ rule, spans }: { readonly rule: string; readonly spans: readonly Span[] }, by: number): void {
    const announced = seqsWithin(this.#unannounced, spans);
    for (const seq of announced) this.#unannounced.delete(seq);
    this.#erasures.push({ by, rule, seqs: announced.length });
  }

  has(seq: number): boolean {
    return this.#seqs.has(seq);
  }

  get count(): number {
    return this.#seqs.size;
  }

  get unannounced(): Iterable<number> {
    return this.#unannounced;
  }

  get erasures(): readonly Erasure[] {
    return this.#erasures;
  }
}
