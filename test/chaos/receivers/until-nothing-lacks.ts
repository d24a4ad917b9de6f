import { setTimeout as sleep } from "node:timers/promises";
import { Violation } from "../acknowledged.ts";

const POLL_MILLISECONDS = 500;

/** Looks until nothing lacks any more. `look` says what does: after this time it is lost. */
export async function untilNothingLacks(
  look: () => Promise<string | undefined>,
  maxMilliseconds: number,
): Promise<void> {
  const deadline = performance.now() + maxMilliseconds;
  for (;;) {
    const lacking = await look();
    if (lacking === undefined) return;
    if (performance.now() > deadline) throw new Violation("lost", lacking);
    await sleep(POLL_MILLISECONDS);
  }
}
