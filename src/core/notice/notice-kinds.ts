/** Where a notice can go. */
export const CHANNEL_KINDS = ["push", "email", "slack", "teams", "chat"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A chat room's incoming webhook. */
export const CHAT_KINDS = ["slack", "teams", "chat"] as const satisfies readonly ChannelKind[];
export type ChatKind = (typeof CHAT_KINDS)[number];

export const CHANNEL_TITLES: Readonly<Record<ChannelKind, string>> = {
  push: "Push",
  email: "E-mail",
  slack: "Slack",
  teams: "Microsoft Teams",
  chat: "Another chat",
};

/** Whether a channel is used for a request: as the request's project says, always, or never. */
export const CHANNEL_USES = ["default", "always", "never"] as const;
export type ChannelUse = (typeof CHANNEL_USES)[number];

/** What a notice reports about a request. `closed`: it was decided, cancelled, or has expired. */
export const NOTICE_KINDS = ["asked", "reminder", "escalated", "closed", "break-glass"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What asks for a decision: of no use once there is one. Many at the same time are sent in one message. */
export const OPEN_KINDS = ["asked", "reminder", "escalated"] as const satisfies readonly NoticeKind[];
/** They wait for the end of quiet hours and pauses. */
export const QUIET_KINDS = ["asked", "reminder", "closed"] as const satisfies readonly NoticeKind[];

/** A new project reminds people after this share of a request's time. */
export const REMINDER_PERCENT = 50;
/** Later, a reminder would come too late. */
export const REMINDER_MAX_PERCENT = 95;
