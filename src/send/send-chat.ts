import { chatMessage } from "../core/notice/chat/chat-message.ts";
import type { ChatKind } from "../core/notice/notice-kinds.ts";
import type { OutboundAnswer } from "./guarded-fetch.ts";
import type { NoticeSender } from "./notice-channel.ts";
import type { SendResult } from "./send-result.ts";

/** Slack answers 404 if the hook was removed and 410 if its channel was archived; the others use the same two. */
const GONE_STATUSES = [404, 410];
/** Too slow, too early, too many: the same message is taken later. */
const RETRY_STATUSES = [408, 425, 429];

/** Posts a notice to the incoming webhook of a chat room. */
export function chatSender(kind: ChatKind): NoticeSender {
  return async ({ post }, { address }, text) =>
    resultOf(
      await post({
        url: address,
        headers: { "content-type": "application/json" },
        body: chatMessage(kind, text),
      }),
    );
}

function resultOf(answer: OutboundAnswer): SendResult {
  if (!answer.ok) return { kind: "retry", status: null, error: answer.error };
  const { status, retryAfterSeconds } = answer;
  if (status >= 200 && status < 300) return { kind: "sent", status };
  const error = `the chat answered ${status}`;
  if (GONE_STATUSES.includes(status)) return { kind: "gone", status, error };
  if (status < 500 && !RETRY_STATUSES.includes(status)) return { kind: "failed", status, error };
  return {
    kind: "retry",
    status,
    error,
    ...(retryAfterSeconds === null ? {} : { afterSeconds: retryAfterSeconds }),
  };
}
