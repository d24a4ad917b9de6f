import type { ChatKind } from "../notice-kinds.ts";
import type { NoticeText } from "../notice-text.ts";
import { plainMessage } from "./plain-message.ts";
import { slackMessage } from "./slack-message.ts";
import { teamsMessage } from "./teams-message.ts";

const MESSAGES: Readonly<Record<ChatKind, (notice: NoticeText) => object>> = {
  slack: slackMessage,
  teams: teamsMessage,
  chat: plainMessage,
};

/** What is posted to the room, as JSON. It has one link and nothing that decides. */
export function chatMessage(kind: ChatKind, notice: NoticeText): string {
  return JSON.stringify(MESSAGES[kind](notice));
}
