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
  /** How many requests wait for the person, for the number on an app's icon. Left out: it stays as it is. */
  readonly waiting?: number;
}

/** Sends to one kind of channel. It never throws, and returns within seconds. */
export type NoticeSender = (send: Outbound, channel: NoticeChannel, text: NoticeText) => Promise<SendResult>;
