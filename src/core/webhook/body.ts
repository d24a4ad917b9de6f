import { isJsonObject, parseJsonText, type JsonObject } from "../encoding/strict-json.ts";
import { expectOk } from "../refusal.ts";
import type { WebhookEventType } from "./event-types.ts";

// The body of a delivery. It is made of what the row holds and of nothing else, so a repetition has the same bytes:
// a receiver can compare them, and the console can show what was sent.

/** What a delivery reports. */
export interface ReportedEvent {
  /** The same in the deliveries of one event to several webhooks. */
  readonly eventId: string;
  readonly type: WebhookEventType;
  readonly at: number;
  /** The order of the events of one webhook, from 1. */
  readonly sequence: number;
  /** The request or change that it is about, or the webhook of a test event; empty if there is none. */
  readonly subjectId: string;
  /** JSON: the body's `data` without `url`. */
  readonly data: string;
}

/** The body of the format `standard`. */
export function standardBody(event: ReportedEvent, origin: string): string {
  const { type, at, sequence } = event;
  return JSON.stringify({
    type,
    timestamp: new Date(at).toISOString(),
    sequence,
    data: eventData(event, origin),
  });
}

/** What both formats say of the event, with the address at which people read the rest. */
export function eventData({ type, subjectId, data }: ReportedEvent, origin: string): JsonObject {
  const stored = expectOk(parseJsonText(data));
  if (!isJsonObject(stored)) throw new RangeError("the data of a delivery is a JSON object");
  const path = pathOf(type, subjectId);
  return path === null ? stored : { ...stored, url: `${origin}${path}` };
}

function pathOf(type: WebhookEventType, subjectId: string): string | null {
  switch (type) {
    case "quota.warning":
      return "/console/usage";
    case "webhook.test":
      return `/console/webhooks/${subjectId}`;
    case "organisation.deleted":
      // Nobody can read anything of it any more.
      return null;
    case "confirmation.created":
    case "confirmation.approved":
    case "confirmation.rejected":
    case "confirmation.expired":
    case "confirmation.cancelled":
    case "confirmation.consumed":
    case "confirmation.escalated":
    case "confirmation.stage_opened":
    case "credential.endorsed":
    case "credential.revoked":
    case "policy.changed":
      return `/approve/${subjectId}`;
  }
}
