// What a chat makes of a text with markup: what a person sees, and what it turns into links and mentions. A requester
// who could add markup could write to a whole channel, or put a link of their own on a word of ours.

export type Markup =
  | "slack"
  /** With `mrkdwn: false`: styles are shown as signs, links and mentions are not. */
  | "slack without styles"
  /** The type `plain_text`. */
  | "slack plain text"
  | "markdown"
  | "none";

export interface Rendered {
  /** What a person sees. */
  readonly text: string;
  readonly links: readonly string[];
  /** People and groups that are told of the message. */
  readonly mentions: readonly string[];
}

/** `<!here>`, `<@U1>`, `<#C1>` and `<address|label>`. */
const SLACK_TOKEN = /<([^<>|\n]*)(?:\|([^<>\n]*))?>/g;
const SLACK_STYLES = [/(?<!\w)([*_~])(\S|\S[^\n]*?\S)\1(?!\w)/g, /(`)([^`\n]+)`/g];
const MARKDOWN_LINK = /(?<!\\)\[([^\]\n]*)\]\(([^)\s]*)[^)\n]*\)/g;
const MARKDOWN_STYLES = [
  /(?<![\\\w])(\*\*|__|\*|_|~~)(?=\S)([^\n]*?[^\s\\])\1(?!\w)/g,
  /(?<!\\)(`)([^`\n]+)`/g,
];
const MARKDOWN_ESCAPE = /\\([!-/:-@[-`{-~])/g;
const TEAMS_MENTION = /<at>(.*?)<\/at>/g;
const AT_ALL = /(?<!\w)@(?:all|channel|everyone|here)\b/g;
const BARE_LINK = /\bhttps?:\/\/[^\s<>|)\]]+/g;

export function renderMarkup(source: string, markup: Markup): Rendered {
  switch (markup) {
    case "slack":
      return renderSlack(source, SLACK_STYLES);
    case "slack without styles":
      return renderSlack(source, []);
    case "slack plain text":
      return withBareLinks(unescaped(source), [], []);
    case "markdown":
      return renderMarkdown(source);
    case "none":
      return withBareLinks(source, [], []);
  }
}

function renderSlack(source: string, styles: readonly RegExp[]): Rendered {
  const links: string[] = [];
  const mentions: string[] = [];
  const shown = source.replace(SLACK_TOKEN, (_token, target: string, label?: string) => {
    if (/^[!@#]/.test(target)) mentions.push(target);
    else links.push(unescaped(target));
    return label ?? target;
  });
  return withBareLinks(unescaped(unstyled(shown, styles)), links, mentions);
}

function renderMarkdown(source: string): Rendered {
  const links: string[] = [];
  const mentions: string[] = [];
  const shown = source
    .replace(MARKDOWN_LINK, (_link, label: string, target: string) => {
      links.push(target);
      return label;
    })
    .replace(TEAMS_MENTION, (_mention, name: string) => {
      mentions.push(name);
      return name;
    });
  const text = unstyled(shown, MARKDOWN_STYLES).replace(MARKDOWN_ESCAPE, "$1");
  return withBareLinks(text, links, [...mentions, ...(source.match(AT_ALL) ?? [])]);
}

const unstyled = (text: string, styles: readonly RegExp[]): string =>
  styles.reduce((shown, style) => shown.replace(style, "$2"), text);

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Chats make a link of an address, too. */
function withBareLinks(text: string, links: readonly string[], mentions: readonly string[]): Rendered {
  return { text, links: [...new Set([...links, ...(text.match(BARE_LINK) ?? [])])], mentions };
}
