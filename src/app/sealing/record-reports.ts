import { isPersonEffect } from "../../core/stream/change-effect.ts";
import { everyoneIn } from "../../core/policy/policy.ts";
import { eventOfRecord, membersOfOutcome } from "../../core/webhook/event-types.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { effectOf } from "../../core/stream/change-effect.ts";
import type { ConfirmationRow, OutboxRow } from "../../store/rows.ts";
import type { SealedRecord } from "../../store/stream/mark-sealed.ts";
import type { RecordSource } from "../../store/stream/record-sources.ts";
import { policyOf } from "../confirmation/load.ts";
import { changeOf } from "../directory/change.ts";
import { confirmationEvent } from "../sending/confirmation-event.ts";

/** What webhooks and people hear of a record once it is sealed: nobody outside hears of it before. */
export function reportsOf({
  row: { stepId, type, outcome, at },
  confirmation,
  votes,
}: RecordSource): Pick<SealedRecord, "event" | "closes"> {
  if (confirmation === undefined || stepId === null) return { event: null, closes: null };
  // A change that was rejected, cancelled or has expired changes nothing.
  const isWithoutEffect = type === "decision" && confirmation.type !== "decision";
  const event = isWithoutEffect ? null : eventOfRecord(type, outcome);
  const status = type === "consumed" ? "approved" : confirmation.status;
  // The last signature completed it. Without an outcome nobody decided, even if some people signed.
  const isSigned = outcome === "approved" || outcome === "rejected" || outcome === "break-glass";
  const decidedBy = isSigned ? votes.at(-1)?.personId : undefined;
  const more = {
    status,
    ...(decidedBy !== undefined && { decidedBy }),
    ...membersOfOutcome(outcome),
    ...membersOfChange(confirmation),
  };
  return {
    event: event && confirmationEvent(event, confirmation, { id: stepId, at }, more),
    closes: type === "consumed" ? null : closedOf(confirmation, outcome),
  };
}

function closedOf(row: ConfirmationRow, outcome: OutboxRow["outcome"]): SealedRecord["closes"] {
  const everybody = () => [...everyoneIn(policyOf(row, []))];
  const people = outcome === "break-glass" ? everybody() : null;
  return { confirmation: row.id, project: row.projectId, people };
}

/** Whom a change concerns, by ids only. */
function membersOfChange(confirmation: ConfirmationRow): JsonObject {
  const change = changeOf(confirmation);
  if (change?.change === "tenant.deleted") return { organisation: change.tenant.stream };
  const effect = change && effectOf(change);
  if (!effect || !isPersonEffect(effect)) return {};
  const { person, credential, revoked } = effect;
  return { person, ...(credential && { credential: credential.id }), ...(revoked.length > 0 && { revoked }) };
}
