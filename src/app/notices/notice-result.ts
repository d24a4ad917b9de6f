import { nextNoticeTry } from "../../core/notice/notice-ladder.ts";
import type { SendResult } from "../../send/send-result.ts";
import type { NoticeOutcome } from "../../store/notices/notice-outcomes.ts";

interface Attempt {
  readonly now: number;
  /** From then on nobody needs the notice. */
  readonly until: number;
  /** This one counted. */
  readonly attempts: number;
  readonly as: "sent" | "digested";
}

/** What this attempt means for its row. */
export function outcomeOf(result: SendResult, { now, until, attempts, as }: Attempt): NoticeOutcome {
  if (result.kind === "sent") return { state: as, dueAt: null, sentAt: now, error: null };
  const { error } = result;
  const next = result.kind === "retry" ? nextNoticeTry(attempts, now, result.afterSeconds) : undefined;
  if (next === undefined || next >= until) return { state: "failed", dueAt: null, sentAt: null, error };
  // One of a digest waits for the next digest.
  return { state: as === "sent" ? "waiting" : "held", dueAt: next, sentAt: null, error };
}
