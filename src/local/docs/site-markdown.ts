import { marked, type Token, type Tokens } from "marked";
import { linkTarget, type Library } from "./document-links.ts";
import type { ParsedDocument } from "./parse-document.ts";

/**
 * A document as the site serves it for programs: its links lead to the other documents of the site, and a link to a file
 * of the repository, which the site does not have, is its text.
 */
export function siteMarkdown(document: ParsedDocument, library: Library): string {
  const changes = new Map<string, string>();
  void marked.walkTokens(document.tokens, (token) => {
    if (!isLink(token)) return;
    const target = linkTarget(token.href, document, library);
    if (target.kind === "document") changes.set(token.raw, `[${token.text}](${addressOf(target)})`);
    if (target.kind === "repository") changes.set(token.raw, token.text);
  });
  return [...changes].reduce((text, [from, to]) => text.replaceAll(from, () => to), document.markdown);
}

function isLink(token: Token): token is Tokens.Link {
  return token.type === "link";
}

function addressOf({ document, hash }: { readonly document: ParsedDocument; readonly hash: string }): string {
  return `${document.name}.md${hash}`;
}
