import type { Status } from "../../core/confirmation/decision.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { eventIdOf, type WebhookEventType } from "../../core/webhook/event-types.ts";
import type { ConfirmationRow } from "../../store/rows.ts";
import type { NewEvent } from "../../store/webhooks/new-deliveries.ts";

type About = Pick<
  ConfirmationRow,
  "id" | "type" | "payloadHash" | "projectId" | "projectName" | "projectMode" | "status"
>;

/** An event about this request, of which this is the row, step or record. */
export function confirmationEvent(
  type: WebhookEventType,
  { id, type: kind, payloadHash, projectId, projectName, projectMode, status }: About,
  of: { readonly id: string; readonly at: number },
  more: { readonly status?: Status; readonly breakGlass?: true } = {},
): NewEvent {
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
      status,
      ...more,
    }),
  };
}
