import { countOfCall, type CallCount, type MeasuredCall } from "../../core/report/call-figures.ts";
import { addCallCounts } from "../../store/call-figure-rows.ts";
import type { Platform } from "../runtime.ts";

const FLUSH_MILLISECONDS = 60_000;
/** While the database does not answer, the figures of the last hour are kept: the failures belong to them. */
const KEPT_MILLISECONDS = 3_600_000;

/** What one Worker has measured and not stored yet. If it ends, a minute of figures is lost. */
export class CallRecorder {
  #counts = new Map<string, CallCount>();
  /** When it stored its counts last, or measured its first call. */
  #flushedAt: number | undefined;

  note(call: MeasuredCall): void {
    this.#flushedAt ??= call.endedAt;
    this.#add(countOfCall(call));
  }

  /** Also after a clock that was ahead. */
  isDue(now: number): boolean {
    return this.#counts.size > 0 && Math.abs(now - (this.#flushedAt ?? now)) >= FLUSH_MILLISECONDS;
  }

  /** Raises if they could not be stored: the next call stores them then. */
  async flush({ databases, now }: Pick<Platform, "databases" | "now">): Promise<void> {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    this.#flushedAt = now();
    if (counts.length === 0) return;
    try {
      await addCallCounts(databases.first, counts);
    } catch (problem) {
      for (const count of counts) if (count.minute > now() - KEPT_MILLISECONDS) this.#add(count);
      throw problem;
    }
  }

  #add(count: CallCount): void {
    const name = `${count.minute} ${count.kind} ${count.withinMilliseconds}`;
    const { answered = 0, failed = 0 } = this.#counts.get(name) ?? {};
    this.#counts.set(name, {
      ...count,
      answered: answered + count.answered,
      failed: failed + count.failed,
    });
  }
}
