import type { ChannelKind } from "../core/notice/notice-kinds.ts";
import type { NoticeText } from "../core/notice/notice-text.ts";
import type { NoticeChannel, NoticeSender } from "./notice-channel.ts";
import type { Outbound } from "./outbound.ts";
import { chatSender } from "./send-chat.ts";
import { sendEmail } from "./send-email.ts";
import { sendPush } from "./send-push.ts";
import type { SendResult } from "./send-result.ts";

const SENDERS: Readonly<Record<ChannelKind, NoticeSender>> = {
  push: sendPush,
  email: sendEmail,
  slack: chatSender("slack"),
  teams: chatSender("teams"),
  chat: chatSender("chat"),
};

export async function sendNotice(
  send: Outbound,
  channel: NoticeChannel,
  text: NoticeText,
): Promise<SendResult> {
  return SENDERS[channel.kind](send, channel, text);
}
