import { standardBody, type ReportedEvent } from "../../core/webhook/body.ts";
import { isEventType } from "../../core/webhook/event-types.ts";
import { ocsfBody } from "../../core/webhook/ocsf.ts";
import type { DeliveryRow, Tenant, WebhookRow } from "../../store/rows.ts";
import type { Platform } from "../runtime.ts";

/** The bytes that are sent: in each attempt and each replay the same. */
export function deliveryBody(
  { origin }: Pick<Platform, "origin">,
  { stream }: Pick<Tenant, "stream">,
  { format }: Pick<WebhookRow, "format">,
  delivery: DeliveryRow,
): string {
  const event = eventOf(delivery);
  return format === "standard" ? standardBody(event, origin) : ocsfBody(event, origin, stream);
}

function eventOf({ type, ...delivery }: DeliveryRow): ReportedEvent {
  if (!isEventType(type)) throw new RangeError(`a delivery has the unknown type ${type}`);
  return { ...delivery, type };
}
