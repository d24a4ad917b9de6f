import { utf8 } from "../encoding/bytes.ts";
import type { NoticeText } from "./notice-text.ts";

// A notice as a browser's service worker gets it. Only the browser can decrypt it.

/** A push service takes 4,096 bytes; the rest is for the encryption (RFC 8291). */
const PUSH_NOTICE_MAX_BYTES = 3_993;

export interface PushNotice {
  readonly title: string;
  readonly body: string;
  /** It takes the place of an earlier one with the same tag. */
  readonly tag: string;
  /** The page to open. */
  readonly link: string;
  /** When it was sent: a device that was off gets it later. */
  readonly at: number;
  readonly isUrgent: boolean;
  /** Without a sound: nobody has to do anything. */
  readonly replaces: boolean;
  /** How many requests wait for the person; left out if that is not known. */
  readonly waiting?: number;
}

/** In JSON. If it is too long, the last lines are left out: the page shows everything. */
export function pushNoticeText(
  { title, lines, tag, link, isUrgent, replaces }: NoticeText,
  more: Pick<PushNotice, "at" | "waiting">,
): string {
  const withLines = (count: number) => {
    const body = lines.slice(0, count).join("\n");
    return JSON.stringify({ title, body, tag, link, isUrgent, replaces, ...more } satisfies PushNotice);
  };
  let count = lines.length;
  while (count > 0 && utf8(withLines(count)).length > PUSH_NOTICE_MAX_BYTES) count--;
  return withLines(count);
}
