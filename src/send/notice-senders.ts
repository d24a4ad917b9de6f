import type { ChannelKind } from "../core/notice/notice-kinds.ts";
import type { NoticeText } from "../core/notice/notice-text.ts";
import type { Outbound } from "./outbound.ts";
import type { SendResult } from "./send-result.ts";

/** Where a notice goes. */
export interface NoticeChannel {
  readonly kind: ChannelKind;
  /** The e-mail address, the address of the chat room's hook, or of the push service. */
  readonly address: string;
  /** JSON: the browser's keys `p256dh` and `auth`; of push only. */
  readonly keys: string | null;
  /** The page that ends the channel without a sign-in; null if it is the channel of a project. */
  readonly unsubscribeLink: string | null;
}

/** Sends to one kind of channel. It never throws, and returns within seconds. */
export type NoticeSender = (send: Outbound, channel: NoticeChannel, text: NoticeText) => Promise<SendResult>;

/** Kinds whose sender is missing, or not set up on this deployment, send nothing. */
const SENDERS: Partial<Readonly<Record<ChannelKind, NoticeSender>>> = {};

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
