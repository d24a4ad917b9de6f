// Timing for the benchmarks: several runs, of which the median counts. Several subjects are measured alternately.

const RUNS = 7;
const RUN_MILLISECONDS = 150;
const WARM_UP_MILLISECONDS = 100;

interface Figure {
  readonly perSecond: number;
  readonly microseconds: number;
}

export async function measure(work: () => unknown): Promise<Figure> {
  return (await measureAlternately([work]))[0] as Figure;
}

/** Measures A B A B …, so that a machine that slows down affects all of them. */
export async function measureAlternately(works: readonly (() => unknown)[]): Promise<readonly Figure[]> {
  for (const work of works) await repeat(work, WARM_UP_MILLISECONDS);
  const times = works.map((): number[] => []);
  for (let run = 0; run < RUNS; run++) {
    for (const [index, work] of works.entries()) times[index]?.push(await repeat(work, RUN_MILLISECONDS));
  }
  return times.map((each) => {
    const middle = median(each);
    return { perSecond: 1_000 / middle, microseconds: 1_000 * middle };
  });
}

/** Milliseconds per call, over as many calls as fit into the time. */
async function repeat(work: () => unknown, milliseconds: number): Promise<number> {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < milliseconds) {
    const result = work();
    if (result instanceof Promise) await result;
    count++;
    elapsed = performance.now() - start;
  }
  return elapsed / count;
}

/** The value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

export function row(name: string, figure: string, note = "", aim = ""): string {
  return `${name.padEnd(44)} ${figure.padStart(18)}  ${note.padEnd(40)} ${aim}`.trimEnd();
}

export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString("en")}/s`;
}
