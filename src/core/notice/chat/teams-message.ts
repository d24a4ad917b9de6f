import type { NoticeText } from "../notice-text.ts";
import { chatLines, fitted } from "./chat-text.ts";

// The message that the workflow "Send webhook alerts to a channel" of Microsoft Teams takes: one Adaptive Card. Texts
// are runs of a RichTextBlock, since the text of a TextBlock is Markdown. The action is a link, which Teams opens.

/** A message has at most 28 KB. There are fewer than ten lines, and a character has at most 6 bytes in JSON. */
const TEXT_MAX_UNITS = 400;

export function teamsMessage(notice: NoticeText): object {
  const { title, link, linkText } = notice;
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          fallbackText: `${linkText}: ${link}`,
          body: [
            textBlock(title, { size: "Large", weight: "Bolder" }),
            ...chatLines(notice).map((line) => textBlock(line, {}, { spacing: "Small" })),
          ],
          actions: [{ type: "Action.OpenUrl", title: linkText, url: link }],
        },
      },
    ],
  };
}

function textBlock(text: string, style: object, block: object = {}): object {
  return {
    type: "RichTextBlock",
    ...block,
    inlines: [{ type: "TextRun", text: fitted(text, TEXT_MAX_UNITS, withoutFunctions), ...style }],
  };
}

/** Cards put another text in the place of `{{DATE(…)}}` and `{{TIME(…)}}`. */
function withoutFunctions(text: string): string {
  return text.replaceAll(/\{(?=\{)/g, "{\u2060");
}
