import { chatMessage } from "../core/notice/chat/chat-message.ts";
import type { ChatKind } from "../core/notice/notice-kinds.ts";
import type { NoticeSender } from "./notice-channel.ts";
import { postResult } from "./post-result.ts";

/** Slack answers 404 if the hook was removed and 410 if its channel was archived; later, if too slow, early or many. */
const CHAT = { name: "the chat", retryStatuses: [408, 425, 429] };

/** Posts a notice to the incoming webhook of a chat room. */
export function chatSender(kind: ChatKind): NoticeSender {
  return async ({ post }, { address }, text) =>
    postResult(
      await post({
        url: address,
        headers: { "content-type": "application/json" },
        body: chatMessage(kind, text),
      }),
      CHAT,
    );
}
