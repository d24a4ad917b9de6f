import type { ApprovalState } from "../../src/core/pages/approval.ts";

// What a state means to the person in front of the page. Only a sealed approval says approved.

export interface Telling {
  /** For the header and the title. */
  readonly word: string;
  readonly tone: "open" | "good" | "bad" | "over";
  readonly heading: string;
  readonly sentence: string;
  /** Whether this person can decide now. */
  readonly open: boolean;
}

/** Whether nothing will change any more. */
export function isFinal({ status, sealed }: ApprovalState): boolean {
  return status === "expired" || status === "cancelled" || (sealed && status !== "pending");
}

export function tellingOf(state: ApprovalState, timeIsUp: boolean): Telling {
  if (isFinal(state)) return final(state);
  if (state.mine !== null) {
    const sentence = `You have signed: ${state.mine}. It counts once it stands in the log; this page will say so.`;
    return told("Signed", "open", "Signed, waiting for the seal", sentence);
  }
  if (state.status !== "pending") {
    return told(
      "Being sealed",
      "open",
      "Decided, waiting for the seal",
      "It will be shown once it is sealed.",
    );
  }
  if (timeIsUp)
    return told("Expired", "over", "Expired", "The time to decide is over. It will not go ahead.");
  if (!state.canDecide) {
    const why = state.why ?? "You can't decide this request.";
    return told("Waiting", "open", "You can't decide this here", why);
  }
  return { ...told("Waiting for you", "open", "", ""), open: true };
}

function final({ status, index }: ApprovalState): Telling {
  const log = index === null ? "" : ` It is sealed in the log at index ${index}.`;
  switch (status) {
    case "approved":
      return told("Approved", "good", "Approved", `It may go ahead, once.${log}`);
    case "rejected":
      return told("Rejected", "bad", "Rejected", `It will not go ahead.${log}`);
    case "expired":
      return told("Expired", "over", "Expired", `Nobody decided in time. It will not go ahead.${log}`);
    case "cancelled":
      return told("Cancelled", "over", "Cancelled", `It was withdrawn. It will not go ahead.${log}`);
    default:
      return told("Unknown", "over", "Unknown", "This page does not know this state. Take it as a no.");
  }
}

function told(word: string, tone: Telling["tone"], heading: string, sentence: string): Telling {
  return { word, tone, heading, sentence, open: false };
}
