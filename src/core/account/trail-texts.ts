/** Everything that the audit trail reports, as a person reads it. */
export const TRAIL_TEXTS = {
  "organisation.created": "Created the organisation",
  "session.opened": "Signed in",
  "session.elevated": "Confirmed with a passkey to change things",
  "session.closed": "Signed out",
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
  "webhook.gone": "Disabled a webhook that answered that it is gone",
  "webhook.failing": "Disabled a webhook to which nothing arrived for five days",
  "change.requested": "Asked people to sign a change",
  "change.signed": "Signed a change that needs more signatures",
  "change.approved": "Signed a change, which is in force",
  "change.rejected": "Rejected a change",
  "change.cancelled": "Cancelled a change that can't be signed any more",
  "change.expired": "A change expired, because nobody signed it in time",
  "person.invited": "Invited a person",
  "invitation.renewed": "Made a new link for a person",
  "invitation.revoked": "Revoked a link",
  "recovery.invited": "Made a link for a person who lost every passkey",
  "person.removed": "Removed a person of whom no passkey counted",
  "passkey.created": "Created a passkey with a link",
  "passkey.link": "Made a link for another device of their own",
  "passkey.added": "Added a passkey",
  "passkey.ended": "Removed a passkey that did not count",
} as const;

export type TrailAct = keyof typeof TRAIL_TEXTS;

/** An entry that an older version wrote may have another name: that is shown as it is. */
export function trailText(act: string): string {
  return Object.hasOwn(TRAIL_TEXTS, act) ? TRAIL_TEXTS[act as TrailAct] : act;
}
