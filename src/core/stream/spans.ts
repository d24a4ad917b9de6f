// The spans of records that an erasure announces.

/** Both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Those of these rising seqs that are in one of the spans. Both lists are read once: a record can announce a thousand
 * spans, and an export can hold millions of erased records.
 */
export function seqsWithin(seqs: Iterable<number>, spans: readonly Span[]): readonly number[] {
  const rising = spans.toSorted((one, other) => one.from - other.from);
  const within: number[] = [];
  let last = -1;
  let next = 0;
  for (const seq of seqs) {
    for (let span = rising[next]; span !== undefined && span.from <= seq; span = rising[++next])
      last = Math.max(last, span.to);
    if (seq <= last) within.push(seq);
  }
  return within;
}
