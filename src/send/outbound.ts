import type { Bytes } from "../core/encoding/bytes.ts";
import type { Mail } from "../core/notice/mail/mail.ts";
import type { Out } from "./guarded-fetch.ts";
import type { SendResult } from "./send-result.ts";

// What the senders get from the platform.

export interface Outbound {
  readonly now: () => number;
  readonly post: Out;
  /** Why nothing is sent to this address, in words that say what to do; undefined if it is allowed. */
  readonly addressProblem: (url: string) => string | undefined;
  /** The secrets of webhooks and of links in mails are derived from it. */
  readonly seed: Bytes;
  /** Null if this deployment has no keys for web push. */
  readonly push: PushKeys | null;
  /** Null if this deployment sends no mail. */
  readonly email: MailOut | null;
}

/** They name this deployment to push services (RFC 8292). In base64url: 65 and 32 bytes of P-256. */
export interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  /** Whom a push service contacts about this deployment. */
  readonly subject: string;
}

/** Hands one mail to the mail service. It never throws. */
export type MailOut = (mail: Mail) => Promise<SendResult>;
