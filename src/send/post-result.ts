import type { OutboundAnswer } from "./guarded-fetch.ts";
import type { SendResult } from "./send-result.ts";

interface Receiver {
  /** In words, such as "the chat". */
  readonly name: string;
  /** Besides faults of the receiver itself: the same message is taken later. */
  readonly retryStatuses: readonly number[];
}

/** Push services and chats say by these two that the address is not used any more. */
const GONE_STATUSES = [404, 410];

/** What the answer to a POST means for the message. */
export function postResult(answer: OutboundAnswer, { name, retryStatuses }: Receiver): SendResult {
  if (!answer.ok) return { kind: "retry", status: null, error: answer.error };
  const { status, retryAfterSeconds } = answer;
  if (status >= 200 && status < 300) return { kind: "sent", status };
  const error = `${name} answered ${status}`;
  if (GONE_STATUSES.includes(status)) return { kind: "gone", status, error };
  if (status < 500 && !retryStatuses.includes(status)) return { kind: "failed", status, error };
  return {
    kind: "retry",
    status,
    error,
    ...(retryAfterSeconds === null ? {} : { afterSeconds: retryAfterSeconds }),
  };
}
