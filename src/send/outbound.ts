import type { Bytes } from "../core/encoding/bytes.ts";

// What the senders get from the platform.

/** A POST to a receiver outside. */
export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Never what the receiver wrote: its body could be shown to people of another tenant. */
export type OutboundAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly retryAfterSeconds: number | null;
      readonly milliseconds: number;
    }
  | { readonly ok: false; readonly error: string; readonly milliseconds: number };

export type Out = (request: OutboundRequest) => Promise<OutboundAnswer>;

export interface Outbound {
  readonly post: Out;
  /** The secrets of webhooks and of links in mails are derived from it. */
  readonly seed: Bytes;
}
