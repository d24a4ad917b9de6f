import { performance } from "node:perf_hooks";
import type { Countersign } from "./peers/countersign.ts";
import { approvedAt } from "./peers/countersign.ts";
import { median } from "./measure/measure.ts";

// Many who wait at once: whether they are held, and whether those whose outcome comes still wake at once.

export const WAITERS = 1_000;
const CREATES_AT_ONCE = 10;
const DECIDED = 10;
const WAIT_SECONDS = 50;
/** It is quiet when a look at a request takes no longer than this, several times in a row. */
const QUIET_MILLISECONDS = 15;
const QUIET_LOOKS = 10;
const QUIET_MAX_MILLISECONDS = 25_000;

export interface Held {
  /** Waiting still, when all have come to their waiting. */
  readonly held: number;
  readonly failed: number;
  /** From sending a decision until that request's waiter has it, p50. */
  readonly wake: number;
  readonly woken: number;
}

export async function holdWaiters(
  { create, wait, sign, poll }: Countersign,
  whileHeld: () => void,
): Promise<Held> {
  const ids: string[] = [];
  while (ids.length < WAITERS) {
    ids.push(...(await Promise.all(Array.from({ length: CREATES_AT_ONCE }, create))));
  }
  // Signed before anybody waits, since reading the pages is not what is measured.
  const decisions = new Map<string, Awaited<ReturnType<typeof sign>>>();
  for (const id of ids.slice(0, DECIDED)) decisions.set(id, await sign(id));
  const end = new AbortController();
  let held = WAITERS;
  let failed = 0;
  const waiters = ids.map((id) => {
    const seen = wait(id, WAIT_SECONDS, end.signal).then(approvedAt);
    seen.catch(() => failed++).finally(() => held--);
    return { id, seen };
  });
  await quiet(() => poll(ids.at(-1) ?? ""));
  const [stillHeld, failedSoFar] = [held, failed];
  whileHeld();
  const times: number[] = [];
  for (const { id, seen } of waiters.slice(0, DECIDED)) {
    const sent = performance.now();
    const [at] = await Promise.all([seen, decisions.get(id)?.()]);
    times.push(at - sent);
  }
  end.abort();
  await Promise.allSettled(waiters.map(({ seen }) => seen));
  return { held: stillHeld, failed: failedSoFar, wake: median(times), woken: times.length };
}

async function quiet(look: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + QUIET_MAX_MILLISECONDS;
  for (let looks = 0; looks < QUIET_LOOKS && performance.now() < end;) {
    const start = performance.now();
    await look();
    looks = performance.now() - start < QUIET_MILLISECONDS ? looks + 1 : 0;
  }
}
