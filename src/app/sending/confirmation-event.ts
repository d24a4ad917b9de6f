import { canonicalText } from "../../core/encoding/jcs.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { eventIdOf, type WebhookEventType } from "../../core/webhook/event-types.ts";
import type { ConfirmationRow } from "../../store/rows.ts";
import type { NewEvent } from "../../store/webhooks/new-deliveries.ts";

type About = Pick<
  ConfirmationRow,
  | "id"
  | "type"
  | "payloadHash"
  | "projectId"
  | "projectName"
  | "projectMode"
  | "requesterKind"
  | "requesterId"
  | "status"
>;

/** An event about this request, of which this is the row, step or record. Ids and hashes only, and no content. */
export function confirmationEvent(
  type: WebhookEventType,
  row: About,
  of: { readonly id: string; readonly at: number },
  more: JsonObject = {},
): NewEvent {
  const {
    id,
    type: kind,
    payloadHash,
    projectId,
    projectName,
    projectMode,
    requesterKind,
    requesterId,
  } = row;
  return {
    eventId: eventIdOf(of.id),
    type,
    at: of.at,
    subjectId: id,
    // A change of who may sign is of the organisation as a whole.
    projectId: kind === "decision" ? projectId : null,
    data: canonicalText({
      id,
      payloadHash,
      project: { id: projectId, name: projectName, mode: projectMode },
      requester: { kind: requesterKind, id: requesterId },
      status: row.status,
      ...more,
    }),
  };
}
