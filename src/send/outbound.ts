import type { Bytes } from "../core/encoding/bytes.ts";
import type { Out } from "./guarded-fetch.ts";

// What the senders get from the platform.

export interface Outbound {
  readonly post: Out;
  /** Why nothing is sent to this address, in words that say what to do; undefined if it is allowed. */
  readonly addressProblem: (url: string) => string | undefined;
  /** The secrets of webhooks and of links in mails are derived from it. */
  readonly seed: Bytes;
  /** Null if this deployment has no keys for web push. */
  readonly push: PushKeys | null;
  /** Null if this deployment sends no mail. */
  readonly email: MailPort | null;
}

/** They name this deployment to push services (RFC 8292). In base64url: 65 and 32 bytes of P-256. */
export interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  /** Whom a push service contacts about this deployment. */
  readonly subject: string;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface MailPort {
  /** Raises if the mail is refused. */
  readonly send: (mail: Mail) => Promise<void>;
}
