import type { Status } from "../../../src/core/confirmation/decision.ts";
import type { Html } from "../html-text.ts";

const TONES: Readonly<Record<Status, string>> = {
  pending: "attention",
  approved: "good",
  rejected: "bad",
  expired: "",
  cancelled: "",
};

export function RequestStatus({
  status,
  isUsed,
}: {
  readonly status: Status;
  readonly isUsed: boolean;
}): Html {
  return <span class={`pill ${TONES[status]}`.trimEnd()}>{isUsed ? `${status}, used` : status}</span>;
}
