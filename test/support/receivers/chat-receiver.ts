import { Arrivals } from "./arrivals.ts";
import { renderMarkup, type Markup, type Rendered } from "./rendered-markup.ts";
import type { ReceivedCall, Receiver, Reply } from "./receiver.ts";

// The incoming webhook of a chat. It refuses what Slack and Teams refuse, and shows what they show.

export type ChatKind = "slack" | "teams" | "chat";

export interface ChatMessage extends Rendered {
  // oxlint-disable-next-line typescript/no-explicit-any -- the form of the message is what a test checks
  readonly body: any;
  /** When it arrived, by performance.now(). */
  readonly at: number;
}

/** Slack: 50 blocks, and of each kind of text this many characters. */
const SLACK_BLOCKS_MAX = 50;
const SLACK_CHARACTERS_MAX = { text: 40_000, header: 150, section: 3_000, context: 3_000 };
const SLACK_FIELDS_MAX = 10;
/** Teams: 28 KB for a message with a card. */
const TEAMS_MAX_BYTES = 28 * 1_024;
const CARD = "application/vnd.microsoft.card.adaptive";

/** A text in a message, with the markup that applies to it. */
interface Part {
  readonly text: string;
  readonly markup: Markup;
}

class Refused extends Error {}

export class ChatReceiver implements Receiver {
  readonly kind: ChatKind;
  /** An answer instead of the normal one; undefined for the normal one. */
  answer: (call: ReceivedCall) => Reply | undefined = () => undefined;
  readonly #messages = new Arrivals<ChatMessage>("chat message");
  readonly #refused: string[] = [];

  constructor(kind: ChatKind) {
    this.kind = kind;
  }

  get messages(): readonly ChatMessage[] {
    return this.#messages.all;
  }

  /** Why a message was refused. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  received(matches: (message: ChatMessage) => boolean, milliseconds?: number): Promise<ChatMessage> {
    return this.#messages.received(matches, milliseconds);
  }

  readonly handle = (call: ReceivedCall): Reply => {
    const special = this.answer(call);
    if (special !== undefined) return special;
    try {
      this.#messages.add(readMessage(this.kind, call));
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.#refused.push(problem.message);
      return { status: 400, body: problem.message };
    }
    return this.kind === "teams" ? 202 : { status: 200, body: "ok" };
  };
}

function readMessage(kind: ChatKind, { method, headers, body: bytes }: ReceivedCall): ChatMessage {
  check(method === "POST", "not a POST");
  check(/^application\/json\b/.test(headers["content-type"] ?? ""), "not JSON by its content type");
  // oxlint-disable-next-line typescript/no-explicit-any -- checked below
  let body: any;
  try {
    body = JSON.parse(bytes.toString());
  } catch {
    throw new Refused("invalid_payload");
  }
  const parts =
    kind === "slack" ? slackParts(body) : kind === "teams" ? teamsParts(body, bytes) : chatParts(body);
  const rendered = parts.map(({ text, markup }) => renderMarkup(text, markup));
  return {
    body,
    text: rendered.map(({ text }) => text).join("\n"),
    links: [...new Set(rendered.flatMap(({ links }) => links))],
    mentions: [...new Set(rendered.flatMap(({ mentions }) => mentions))],
    at: performance.now(),
  };
}

// oxlint-disable typescript/no-explicit-any -- what arrives can have any form

/** The text is what a notification of Slack shows, the blocks are the message. */
function slackParts({ text = "", blocks = [], mrkdwn }: any): readonly Part[] {
  check(text !== "" || blocks.length > 0, "no_text");
  check(text.length <= SLACK_CHARACTERS_MAX.text, "msg_too_long");
  check(blocks.length <= SLACK_BLOCKS_MAX, "invalid_blocks: too many");
  return [
    { text, markup: mrkdwn === false ? "slack without styles" : "slack" },
    ...blocks.flatMap(slackBlock),
  ];
}

function slackBlock(block: any): readonly Part[] {
  switch (block?.type) {
    case "divider":
      return [];
    case "header":
      return [slackText(block.text, SLACK_CHARACTERS_MAX.header, ["plain_text"])];
    case "section": {
      const texts = [block.text ?? [], block.fields ?? []].flat();
      check(texts.length > 0 && texts.length <= SLACK_FIELDS_MAX + 1, "invalid_blocks: section");
      return texts.map((text) => slackText(text, SLACK_CHARACTERS_MAX.section));
    }
    case "context":
      check(block.elements?.length <= SLACK_FIELDS_MAX, "invalid_blocks: context");
      return block.elements.map((text: any) => slackText(text, SLACK_CHARACTERS_MAX.context));
    default:
      // A button, even one that is only a link, makes Slack call the app, which an incoming webhook does not have.
      throw new Refused(`invalid_blocks: ${block?.type}`);
  }
}

function slackText(text: any, max: number, types = ["plain_text", "mrkdwn"]): Part {
  check(types.includes(text?.type), `invalid_blocks: a text of the type ${text?.type}`);
  check(typeof text.text === "string" && text.text !== "", "invalid_blocks: an empty text");
  check(text.text.length <= max, `invalid_blocks: a text of ${text.text.length} characters`);
  return { text: text.text, markup: text.type === "mrkdwn" ? "slack" : "slack plain text" };
}

function teamsParts({ type, attachments }: any, bytes: Buffer): readonly Part[] {
  check(bytes.length <= TEAMS_MAX_BYTES, `${bytes.length} bytes`);
  check(type === "message" && attachments?.length === 1, "not a message with one card");
  const [{ contentType, content }] = attachments;
  check(contentType === CARD && content?.type === "AdaptiveCard", "not an adaptive card");
  check(typeof content.version === "string", "a card without a version");
  return [...content.body, ...(content.actions ?? [])].flatMap(cardPart);
}

function cardPart(part: any): readonly Part[] {
  switch (part?.type) {
    case "TextBlock":
      check(typeof part.text === "string", "a TextBlock without a text");
      return [{ text: part.text, markup: "markdown" }];
    case "RichTextBlock":
      return part.inlines.map((run: any) => ({ text: run.text, markup: "none" }));
    case "FactSet":
      return part.facts.flatMap(({ title, value }: any) =>
        [title, value].map((text) => ({ text, markup: "markdown" })),
      );
    case "Container":
      return part.items.flatMap(cardPart);
    case "Action.OpenUrl":
      check(typeof part.title === "string" && typeof part.url === "string", "a link without an address");
      return [
        { text: part.title, markup: "none" },
        { text: part.url, markup: "none" },
      ];
    default:
      throw new Refused(`a card cannot have a ${part?.type}`);
  }
}

/** Some chats read Markdown. */
function chatParts({ text }: any): readonly Part[] {
  check(typeof text === "string" && text !== "", "no text");
  return [{ text, markup: "markdown" }];
}

// oxlint-enable typescript/no-explicit-any

function check(holds: boolean, refusal: string): void {
  if (!holds) throw new Refused(refusal);
}
