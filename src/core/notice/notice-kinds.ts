/** Where a notice can go. */
export const CHANNEL_KINDS = ["push", "email", "slack", "teams", "chat"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What a notice reports about a request. `closed`: it was decided, cancelled, or has expired. */
export const NOTICE_KINDS = ["asked", "reminder", "escalated", "closed", "break-glass"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A new project reminds people after this share of a request's time. */
export const REMINDER_PERCENT = 50;
