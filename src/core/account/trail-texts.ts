/** Everything that the audit trail reports, as a person reads it. */
export const TRAIL_TEXTS = {
  "organisation.created": "Created the organisation",
  "session.opened": "Signed in",
  "session.elevated": "Confirmed with a passkey to change things",
  "settings.changed": "Changed the settings",
  "plan.changed": "Changed the plan",
  "usage.notice": "Much of the month's approvals is used",
  "history.exported": "Downloaded the complete history",
  "table.exported": "Downloaded the table of requests",
  "organisation.deletion_requested": "Asked that the organisation is deleted",
  "history.erased": "Erased content that is older than the history",
  "request.cancelled": "Cancelled the request",
  "guide.hidden": "Hid the first steps",
  "project.created": "Created the project",
  "project.renamed": "Renamed the project",
  "project.archived": "Archived the project",
  "key.created": "Created the API key",
  "key.rotated": "Rotated the API key",
  "key.revoked": "Revoked the API key",
} as const;

export type TrailAct = keyof typeof TRAIL_TEXTS;

/** An entry that an older version wrote may have another name: that is shown as it is. */
export function trailText(act: string): string {
  return Object.hasOwn(TRAIL_TEXTS, act) ? TRAIL_TEXTS[act as TrailAct] : act;
}
