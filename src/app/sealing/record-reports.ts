import { eventOfRecord, membersOfOutcome } from "../../core/webhook/event-types.ts";
import type { ConfirmationRow, OutboxRow } from "../../store/rows.ts";
import type { SealedRecord } from "../../store/stream/mark-sealed.ts";
import { confirmationEvent } from "../sending/confirmation-event.ts";

/** What webhooks and people hear of a record once it is sealed: nobody outside hears of it before. */
export function reportsOf(
  { stepId, type, outcome, at }: OutboxRow,
  confirmation: ConfirmationRow | undefined,
): Pick<SealedRecord, "event" | "closes"> {
  if (confirmation === undefined || stepId === null) return { event: null, closes: null };
  // A change that was rejected, cancelled or has expired changes nothing.
  const isWithoutEffect = type === "decision" && confirmation.type !== "decision";
  const event = isWithoutEffect ? null : eventOfRecord(type, outcome);
  const status = type === "consumed" ? "approved" : confirmation.status;
  return {
    event:
      event &&
      confirmationEvent(event, confirmation, { id: stepId, at }, { status, ...membersOfOutcome(outcome) }),
    // Of an emergency approval everybody has heard by then.
    closes: type === "consumed" || outcome === "break-glass" ? null : confirmation.id,
  };
}
