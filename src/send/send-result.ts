/**
 * What became of one attempt to send a notice. `status` is that of HTTP; null if there was no answer, and for mails.
 * `error` says it in plain words, never what the receiver answered.
 */
export type SendResult =
  | { readonly kind: "sent"; readonly status: number | null }
  | {
      readonly kind: "retry";
      readonly status: number | null;
      readonly error: string;
      /** The receiver asks to wait so long. */
      readonly afterSeconds?: number;
    }
  /** The address does not exist any more: nothing is ever sent to it again. */
  | { readonly kind: "gone"; readonly status: number | null; readonly error: string }
  /** This notice can't be sent, however often it is tried. */
  | { readonly kind: "failed"; readonly status: number | null; readonly error: string };
