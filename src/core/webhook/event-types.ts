import type { Outcome, StreamRecord } from "../stream/record.ts";

// What a webhook reports. The types are a contract with the receivers: one that has been sent keeps its name.

/** With the text that people read where they choose what a webhook gets. */
export const EVENT_TEXTS = {
  "confirmation.created": "A request was created",
  "confirmation.approved": "A request was approved",
  "confirmation.rejected": "A request was rejected",
  "confirmation.expired": "A request expired without a decision",
  "confirmation.cancelled": "A request was cancelled",
  "confirmation.consumed": "An approval was used",
  "confirmation.escalated": "More people were asked, because nobody had decided in time",
  "confirmation.stage_opened": "More people were asked, because the stage before is complete",
  "credential.endorsed": "A passkey became active",
  "credential.revoked": "A passkey was removed",
  "policy.changed": "A group, a policy or the rules were changed",
  "quota.warning": "Much of the month's approvals is used",
  "organisation.deleted": "The organisation was deleted",
} as const;

export type ReportedType = keyof typeof EVENT_TEXTS;

/** A test event is sent when a person asks for it, so nobody chooses it. */
export type WebhookEventType = ReportedType | "webhook.test";

export const REPORTED_TYPES = Object.keys(EVENT_TEXTS) as readonly ReportedType[];

export function isEventType(text: string): text is WebhookEventType {
  return text === "webhook.test" || Object.hasOwn(EVENT_TEXTS, text);
}

export function eventText(type: WebhookEventType): string {
  return type === "webhook.test" ? "A test event" : EVENT_TEXTS[type];
}

/** These concern the whole organisation, so a webhook of one project does not get them. */
const OF_ORGANISATION: ReadonlySet<WebhookEventType> = new Set([
  "credential.endorsed",
  "credential.revoked",
  "policy.changed",
  "quota.warning",
  "organisation.deleted",
]);

export function isOfOrganisation(type: WebhookEventType): boolean {
  return OF_ORGANISATION.has(type);
}

/**
 * The event of a sealed record; null if none is reported. A recovery makes a passkey active, and removing a person
 * ends their passkeys. The record of a change that was not approved is a `decision`, too. No event reported that the
 * change was requested, so the caller reports a `decision` only of a confirmation that is one.
 */
export function eventOfRecord(type: StreamRecord["type"], outcome: Outcome | null): ReportedType | null {
  switch (type) {
    case "decision":
      return outcome && EVENT_OF_OUTCOME[outcome];
    case "consumed":
      return "confirmation.consumed";
    case "credential.endorsed":
    case "recovered":
      return "credential.endorsed";
    case "credential.revoked":
    case "person.removed":
      return "credential.revoked";
    case "group.changed":
    case "policy.changed":
    case "rules.changed":
      return "policy.changed";
    case "tenant.deleted":
      return "organisation.deleted";
    case "stream.created":
    case "role.changed":
    case "template.changed":
    case "key.changed":
    case "revealed":
    case "erased":
      return null;
  }
}

const EVENT_OF_OUTCOME: Readonly<Record<Outcome, ReportedType>> = {
  approved: "confirmation.approved",
  // One person approved alone in an emergency; see `membersOfOutcome`.
  "break-glass": "confirmation.approved",
  rejected: "confirmation.rejected",
  expired: "confirmation.expired",
  cancelled: "confirmation.cancelled",
};

/** What the event's `data` has beside id, status and hash. Only an emergency approval has this member. */
export function membersOfOutcome(outcome: Outcome | null): { readonly breakGlass?: true } {
  return outcome === "break-glass" ? { breakGlass: true } : {};
}

/**
 * The id of the event that this row reports: a step, a confirmation, a change. All webhooks get the same id, and so
 * does each repetition, so a receiver can drop what it has seen.
 */
export function eventIdOf(sourceId: string): string {
  return `e${sourceId.slice(sourceId.indexOf("_"))}`;
}
