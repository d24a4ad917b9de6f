import { performance } from "node:perf_hooks";
import type { Countersign } from "./peers/countersign.ts";
import { approvedAt } from "./peers/countersign.ts";
import { median } from "./measure/measure.ts";

// Many calls that wait at the same time: are all connections kept, and do calls with an outcome still wake at once?

export const WAITERS = 1_000;
const CREATES_AT_ONCE = 10;
const DECIDED = 10;
const WAIT_SECONDS = 50;
/** The server is idle when a poll takes at most this long, several times in a row. */
const IDLE_POLL_MAX_MILLISECONDS = 15;
const IDLE_POLLS = 10;
const IDLE_WAIT_MAX_MILLISECONDS = 25_000;

export interface WaiterFigures {
  /** Calls that still wait once all have started waiting. */
  readonly waiting: number;
  readonly failed: number;
  /** From sending a decision until the waiting call has it, p50. */
  readonly wake: number;
  readonly woken: number;
}

export async function measureWaiters(
  { create, wait, sign, poll }: Countersign,
  whileWaiting: () => void,
): Promise<WaiterFigures> {
  const ids: string[] = [];
  while (ids.length < WAITERS) {
    ids.push(...(await Promise.all(Array.from({ length: CREATES_AT_ONCE }, create))));
  }
  // Signed before the waiting starts, since reading the pages is not measured.
  const decisions = new Map<string, Awaited<ReturnType<typeof sign>>>();
  for (const id of ids.slice(0, DECIDED)) decisions.set(id, await sign(id));
  const abort = new AbortController();
  let waiting = WAITERS;
  let failed = 0;
  const waiters = ids.map((id) => {
    const seen = wait(id, WAIT_SECONDS, abort.signal).then(approvedAt);
    seen.catch(() => failed++).finally(() => waiting--);
    return { id, seen };
  });
  await idle(() => poll(ids.at(-1) ?? ""));
  const [stillWaiting, failedSoFar] = [waiting, failed];
  whileWaiting();
  const times: number[] = [];
  for (const { id, seen } of waiters.slice(0, DECIDED)) {
    const sent = performance.now();
    const [at] = await Promise.all([seen, decisions.get(id)?.()]);
    times.push(at - sent);
  }
  abort.abort();
  await Promise.allSettled(waiters.map(({ seen }) => seen));
  return { waiting: stillWaiting, failed: failedSoFar, wake: median(times), woken: times.length };
}

async function idle(poll: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + IDLE_WAIT_MAX_MILLISECONDS;
  for (let fastPolls = 0; fastPolls < IDLE_POLLS && performance.now() < end;) {
    const start = performance.now();
    await poll();
    fastPolls = performance.now() - start < IDLE_POLL_MAX_MILLISECONDS ? fastPolls + 1 : 0;
  }
}
