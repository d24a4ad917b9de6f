import type { NoticeText } from "../notice-text.ts";
import { chatLines, fitted } from "./chat-text.ts";

// The message that Mattermost, Rocket.Chat, Google Chat and Discord (at the address that ends with /slack) take.
// Each reads other signs as markup, and there is no escape that all know: with one, the others would show the escape.
// So a sign of markup is drawn by its wide form, which no chat reads as markup: ＊ for *, ＠ for @.

/** Discord's limit is 2,000, with the link. */
const TITLE_MAX_UNITS = 200;
const LINES_MAX_UNITS = 1_200;
/** From `!` to `~`, a wide form is this much further. */
const WIDE = 0xff01 - 0x21;
/** A colon is markup in `:smile:` and `https:`, and none in `12:30` and before a space. */
const MARKUP = /[#$&*<>@[\\\]^_`|~]|(?<!\d):(?=[^\s])|:(?=\/)/g;

export function plainMessage(notice: NoticeText): object {
  const { title, link, linkText } = notice;
  return {
    text: [
      fitted(title, TITLE_MAX_UNITS, withoutMarkup),
      fitted(chatLines(notice).join("\n"), LINES_MAX_UNITS, withoutMarkup),
      `${linkText}: ${link}`,
    ].join("\n"),
  };
}

function withoutMarkup(text: string): string {
  return text.replaceAll(MARKUP, (sign) => String.fromCodePoint(sign.charCodeAt(0) + WIDE));
}
