import type { ChannelKind } from "../core/notice/notice-kinds.ts";
import type { NoticeText } from "../core/notice/notice-text.ts";
import type { NoticeChannel, NoticeSender } from "./notice-channel.ts";
import type { Outbound } from "./outbound.ts";
import { chatSender } from "./send-chat.ts";
import { sendEmail } from "./send-email.ts";
import { sendPush } from "./send-push.ts";
import type { SendResult } from "./send-result.ts";

/** Kinds whose sender is missing, or not set up on this deployment, send nothing. */
const SENDERS: Partial<Readonly<Record<ChannelKind, NoticeSender>>> = {
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
  const sender = SENDERS[channel.kind];
  if (sender === undefined)
    return { kind: "failed", status: null, error: `this deployment sends nothing by ${channel.kind}` };
  return sender(send, channel, text);
}
