// How long calls took, counted with fixed bounds: so what many Workers have measured can be added up.

export const CALL_KINDS = ["ask", "read", "decide", "use"] as const;
export type CallKind = (typeof CALL_KINDS)[number];

const MINUTE_MILLISECONDS = 60_000;
/** Each is at most half as large again as the one before, so a figure is at most half too large. */
const BOUNDS_MILLISECONDS: readonly number[] = [
  1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 3_000,
  4_000, 6_000, 8_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000,
];
/** Longer calls are counted here, too: no client waits for them. */
const LAST_BOUND = 60_000;

/** The calls of one kind and one minute that took about the same time. */
export interface CallCount {
  /** The first millisecond of the minute in which they ended. */
  readonly minute: number;
  readonly kind: CallKind;
  /** None took longer. */
  readonly withinMilliseconds: number;
  readonly answered: number;
  /** Answered with a status of 500 or above. */
  readonly failed: number;
}

export interface MeasuredCall {
  readonly kind: CallKind;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly hasFailed: boolean;
}

export interface CallSummary {
  readonly kind: CallKind;
  readonly answered: number;
  readonly failed: number;
  /** Half of those that were answered took at most this long; null if none was. */
  readonly medianMilliseconds: number | null;
  /** 95 of 100 took at most this long. */
  readonly p95Milliseconds: number | null;
}

/** One call as a count. A clock that was set back makes it a call of no duration. */
export function countOfCall({ kind, startedAt, endedAt, hasFailed }: MeasuredCall): CallCount {
  const duration = endedAt - startedAt;
  return {
    minute: Math.floor(endedAt / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS,
    kind,
    withinMilliseconds: BOUNDS_MILLISECONDS.find((bound) => duration <= bound) ?? LAST_BOUND,
    answered: hasFailed ? 0 : 1,
    failed: hasFailed ? 1 : 0,
  };
}

/** A summary for each kind, also for those without calls. */
export function summariesOf(counts: readonly CallCount[]): readonly CallSummary[] {
  return CALL_KINDS.map((kind) => {
    const own = counts
      .filter((count) => count.kind === kind)
      .toSorted((one, other) => one.withinMilliseconds - other.withinMilliseconds);
    const answered = own.reduce((sum, count) => sum + count.answered, 0);
    return {
      kind,
      answered,
      failed: own.reduce((sum, count) => sum + count.failed, 0),
      medianMilliseconds: boundOf(own, answered / 2),
      p95Milliseconds: boundOf(own, (answered * 95) / 100),
    };
  });
}

/** The first bound within which so many were answered; null for none. */
function boundOf(sorted: readonly CallCount[], many: number): number | null {
  if (many === 0) return null;
  let sum = 0;
  for (const { answered, withinMilliseconds } of sorted) {
    sum += answered;
    if (sum >= many) return withinMilliseconds;
  }
  return null;
}
