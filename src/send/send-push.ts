import { encryptNotification } from "@block65/webcrypto-web-push";
import { toBase64url, utf8, type Bytes } from "../core/encoding/bytes.ts";
import { sha256 } from "../core/encoding/hash.ts";
import { parseJsonText } from "../core/encoding/strict-json.ts";
import type { NoticeText } from "../core/notice/notice-text.ts";
import { pushNoticeText } from "../core/notice/push-notice.ts";
import { expectOk } from "../core/refusal.ts";
import type { NoticeChannel, NoticeSender } from "./notice-channel.ts";
import { postResult } from "./post-result.ts";
import type { SendResult } from "./send-result.ts";
import { vapidAuthorization } from "./vapid.ts";

/** Of a notice that is always of use: it shows a device that was off for some days what became of a request. */
const TTL_USUAL_SECONDS = 7 * 86_400;
/** Push services keep nothing longer. */
const TTL_MAX_SECONDS = 28 * 86_400;
const PUSH_SERVICE = { name: "the push service", retryStatuses: [429] };
/** A topic has at most 32 characters of base64url. */
const TOPIC_CHARACTERS = 32;

/** Sends to a browser, by its push service (RFC 8030). */
export const sendPush: NoticeSender = async (send, channel, text) => {
  const { push, now, post } = send;
  if (push === null) return failed("this deployment has no keys for web push");
  const authorization = await vapidAuthorization(channel.address, push, now()).catch(() => undefined);
  if (authorization === undefined) return failed("this deployment's keys for web push are not valid");
  const body = await encrypted(channel, text, now()).catch(() => undefined);
  if (body === undefined)
    return failed("the keys of this device are not valid; turn notices on again on the device");
  const headers = {
    authorization,
    ttl: String(secondsToLive(text, now())),
    urgency: text.isUrgent ? "high" : "normal",
    topic: topicOf(text),
    "content-encoding": "aes128gcm",
    "content-type": "application/octet-stream",
  };
  return withNextStep(postResult(await post({ url: channel.address, headers, body }), PUSH_SERVICE));
};

/** All messages have the same size, so the push service does not learn how long they are. */
async function encrypted(
  { address, keys, waiting }: NoticeChannel,
  text: NoticeText,
  at: number,
): Promise<Bytes> {
  const message = pushNoticeText(text, waiting === undefined ? { at } : { at, waiting });
  const own = expectOk(parseJsonText(keys ?? "")) as { readonly p256dh: string; readonly auth: string };
  return encryptNotification({ endpoint: address, expirationTime: null, keys: own }, utf8(message));
}

function secondsToLive({ expiresAt }: NoticeText, now: number): number {
  if (expiresAt === null) return TTL_USUAL_SECONDS;
  return Math.min(TTL_MAX_SECONDS, Math.max(0, Math.ceil((expiresAt - now) / 1_000)));
}

/** Of each topic a device that was off gets the last message only. A hash: the push service learns no id of a request. */
function topicOf({ tag }: NoticeText): string {
  return toBase64url(sha256(utf8(tag))).slice(0, TOPIC_CHARACTERS);
}

/** The service does not take this deployment's keys for this subscription. */
function withNextStep(result: SendResult): SendResult {
  const isRefused = result.kind === "failed" && (result.status === 401 || result.status === 403);
  if (!isRefused) return result;
  return { ...result, error: `${result.error}; turn notices off and on again on the device` };
}

function failed(error: string): SendResult {
  return { kind: "failed", status: null, error };
}
