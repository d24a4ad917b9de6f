import { isJsonObject, parseJsonText } from "../../src/core/encoding/strict-json.ts";
import type { PushNotice } from "../../src/core/notice/push-notice.ts";
import { showWaiting } from "../common/app-badge.ts";

/** For a message that this version can't read. A browser ends a subscription whose messages show nothing. */
const UNREADABLE: Omit<PushNotice, "at"> = {
  title: "There is something new",
  body: "Open the inbox to see what waits for you.",
  tag: "inbox",
  link: "/inbox",
  isUrgent: true,
  replaces: false,
};

/** Options that TypeScript does not know. */
interface ShownOptions extends NotificationOptions {
  readonly renotify: boolean;
  readonly timestamp: number;
}

export async function showNotice(registration: ServiceWorkerRegistration, message: string): Promise<void> {
  const { title, body, tag, link, at, isUrgent, replaces, waiting } = noticeIn(message);
  const options: ShownOptions = {
    body,
    tag,
    data: { link },
    icon: "/icon-192.png",
    badge: "/icon-status.png",
    lang: "en",
    timestamp: at,
    // One with the same tag takes the place of the earlier one. Without these it would do so without a sound.
    renotify: !replaces,
    silent: replaces,
    // On a computer it stays until the person has seen it: somebody waits for an answer.
    requireInteraction: isUrgent && !replaces,
  };
  if (waiting !== undefined) showWaiting(waiting);
  await registration.showNotification(title, options);
}

function noticeIn(message: string): PushNotice {
  const parsed = parseJsonText(message);
  return parsed.ok && isJsonObject(parsed.value) && typeof parsed.value["title"] === "string"
    ? (parsed.value as unknown as PushNotice)
    : { ...UNREADABLE, at: Date.now() };
}
