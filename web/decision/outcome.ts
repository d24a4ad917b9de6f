import type { ApprovalState } from "../../src/core/pages/approval.ts";
import { clockText } from "../common/time.ts";
import { VOTE_WORDS } from "../common/vote-words.ts";

// The texts for a request's state. Only a sealed approval is shown as approved.

export interface StateText {
  /** For the header and the title. */
  readonly word: string;
  readonly tone: "open" | "good" | "bad" | "over";
  readonly heading: string;
  readonly sentence: string;
  /** Whether this person can decide now. */
  readonly decidable: boolean;
}

/** Whether the state can no longer change. */
export function isFinal({ status, sealed }: ApprovalState): boolean {
  return status === "expired" || status === "cancelled" || (sealed && status !== "pending");
}

/** What follows from the outcome. */
export interface Effect {
  /** Of an approval, if it is only a test. */
  readonly heading?: string;
  readonly approved: string;
  /** Of every other outcome. */
  readonly not: string;
}

/** Of a request. A change of who may sign, or of what is public, takes effect by itself. */
export const OF_ACTION: Effect = { approved: "The action may run once.", not: "The action must not run." };
export const OF_TEST: Effect = {
  heading: "Approved as a test",
  approved: "It was a test: nothing real is approved.",
  not: "It was a test.",
};

export function stateTextOf(state: ApprovalState, timeIsUp: boolean, effect: Effect): StateText {
  if (isFinal(state)) return finalText(state, effect);
  if (state.mine !== null) {
    const { progress } = state;
    const mine = `You ${VOTE_WORDS[state.mine]}.`;
    if (state.status === "pending" && progress !== null && !timeIsUp)
      return stateText(
        "Signed",
        "open",
        "Signed, waiting for others",
        `${mine} Still needed: ${progress.missing}.${moreText(state)} This page updates by itself.`,
      );
    const sentence = `${mine} Your signature counts once it is in the log. This page updates by itself.`;
    return stateText("Signed", "open", "Signed, waiting for the log", sentence);
  }
  if (state.status !== "pending") {
    return stateText(
      "Sealing",
      "open",
      "Decided, waiting for the log",
      "The decision appears here once it is in the log.",
    );
  }
  if (timeIsUp) return stateText("Expired", "over", "Expired", `The time to decide is over. ${effect.not}`);
  if (!state.canDecide) {
    const { title, text } = state.why ?? { title: "You can't decide this request", text: "" };
    return stateText("Waiting", "open", title, `${text}${moreText(state)}`);
  }
  return { ...stateText("Waiting for you", "open", "", ""), decidable: true };
}

function moreText({ progress }: ApprovalState): string {
  const at = progress?.moreAt ?? null;
  return at === null ? "" : ` More people are asked at ${clockText(at)}.`;
}

function finalText(
  { status, index }: ApprovalState,
  { heading = "Approved", approved, not }: Effect,
): StateText {
  const log = index === null ? "" : ` Sealed in the log at index ${index}.`;
  switch (status) {
    case "approved":
      return stateText("Approved", "good", heading, `${approved}${log}`);
    case "rejected":
      return stateText("Rejected", "bad", "Rejected", `${not}${log}`);
    case "expired":
      return stateText("Expired", "over", "Expired", `It was not decided in time. ${not}${log}`);
    case "cancelled":
      return stateText("Cancelled", "over", "Cancelled", `The requester cancelled it. ${not}${log}`);
    default:
      return stateText("Unknown", "over", "Unknown", "This page does not know this state. Treat it as a no.");
  }
}

function stateText(word: string, tone: StateText["tone"], heading: string, sentence: string): StateText {
  return { word, tone, heading, sentence, decidable: false };
}
