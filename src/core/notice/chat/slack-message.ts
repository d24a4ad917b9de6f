import type { NoticeText } from "../notice-text.ts";
import { chatLines, fitted } from "./chat-text.ts";

// The message of an incoming webhook of Slack. The texts of others are of the type `plain_text`, which has no styles,
// mentions or links. The only `mrkdwn` is the link, made of our own words.

/** Slack's limits. */
const HEADER_MAX_UNITS = 150;
const SECTION_MAX_UNITS = 3_000;
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

export function slackMessage(notice: NoticeText): object {
  const { title, link, linkText } = notice;
  return {
    // What a notification on the screen shows.
    text: escaped(title),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: plainText(title, HEADER_MAX_UNITS) },
      { type: "section", text: plainText(chatLines(notice).join("\n"), SECTION_MAX_UNITS) },
      {
        type: "section",
        text: { type: "mrkdwn", text: `<${escaped(link)}|${escaped(linkText)}>`, verbatim: true },
      },
    ],
  };
}

function plainText(text: string, maxUnits: number) {
  return { type: "plain_text", text: fitted(text, maxUnits, escaped), emoji: false };
}

/** Slack wants these three escaped in every text, and shows them as they were. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>]/g, (sign) => ESCAPES[sign] ?? "");
}
