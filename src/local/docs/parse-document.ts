import { marked, type Token, type Tokens, type TokensList } from "marked";
import { anchorMaker } from "../../core/docs/anchors.ts";

// A document of Markdown, taken apart: its title, its headings with their anchors, and a description.

export interface Heading {
  readonly depth: number;
  /** Without marks such as backticks. */
  readonly text: string;
  readonly id: string;
}

export interface ParsedDocument {
  /** The file's name without ".md": /docs/NAME. */
  readonly name: string;
  /** From the top of the repository. Links start there. */
  readonly path: string;
  readonly markdown: string;
  readonly tokens: TokensList;
  readonly title: string;
  readonly description: string;
  readonly headings: ReadonlyMap<Token, Heading>;
}

/** Search engines show about so much. */
const DESCRIPTION_MAX_CHARACTERS = 170;

export function parseDocument(name: string, path: string, markdown: string): ParsedDocument {
  const tokens = marked.lexer(markdown);
  const headings = headingsOf(tokens);
  const [first] = headings.values();
  if (first?.depth !== 1) throw new Error(`${path} must begin with its title: "# Title"`);
  return { name, path, markdown, tokens, title: first.text, description: descriptionOf(tokens), headings };
}

function headingsOf(tokens: TokensList): ReadonlyMap<Token, Heading> {
  const anchor = anchorMaker();
  const headings = new Map<Token, Heading>();
  void marked.walkTokens(tokens, (token) => {
    if (!isHeading(token)) return;
    headings.set(token, { depth: token.depth, text: plainText(token.tokens), id: anchor(token.text) });
  });
  return headings;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

/** The text of some Markdown without its marks. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ("tokens" in token && token.tokens ? plainText(token.tokens) : inlineText(token)))
    .join("");
}

function inlineText(token: Token): string {
  if (token.type === "br") return " ";
  return "text" in token ? token.text.replaceAll("\n", " ") : "";
}

/** The first paragraph, or its first sentences. */
function descriptionOf(tokens: TokensList): string {
  const paragraph = tokens.find((token): token is Tokens.Paragraph => token.type === "paragraph");
  const text = plainText(paragraph?.tokens ?? []);
  if (text.length <= DESCRIPTION_MAX_CHARACTERS) return text;
  const start = text.slice(0, DESCRIPTION_MAX_CHARACTERS);
  const sentences = /^.+[.?!](?= )/.exec(start)?.[0];
  return sentences ?? `${start.replace(/[\s,;:]+\S*$/, "")}…`;
}
