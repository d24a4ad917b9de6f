import { marked, type Token } from "marked";
import type { DocsLink } from "../../core/docs/docs-index.ts";
import type { IndexedPage, IndexedSection, SearchIndex } from "../../core/docs/search-index.ts";
import { wordsOf } from "../../core/docs/search-words.ts";
import type { ParsedDocument } from "./parse-document.ts";

/** Deeper headings belong to the section above them. */
const SECTION_MAX_DEPTH = 3;

/** Only its title is found: people search for what is true today. */
const NOT_SEARCHED = "changelog";

/** What the search of the documentation finds: the sections of each page, and the distinct words of each. */
export function buildSearchIndex(
  documents: readonly { readonly link: DocsLink; readonly document: ParsedDocument }[],
): SearchIndex {
  const pages: IndexedPage[] = [];
  const sections: IndexedSection[] = [];
  const words = new Map<string, number[]>();
  for (const { link, document } of documents) {
    const all = sectionsOf(document);
    for (const { depth, id, heading, text } of link.name === NOT_SEARCHED ? all.slice(0, 1) : all) {
      const isFirst = depth === 1;
      for (const word of wordsOf(text)) words.set(word, [...(words.get(word) ?? []), sections.length]);
      sections.push({
        page: pages.length,
        depth,
        anchor: isFirst ? "" : id,
        heading: isFirst ? link.title : heading,
      });
    }
    pages.push({ name: link.name, title: link.title });
  }
  return { pages, sections, words };
}

interface Section {
  readonly depth: number;
  readonly id: string;
  readonly heading: string;
  text: string;
}

function sectionsOf({ tokens, headings }: ParsedDocument): readonly Section[] {
  const sections: Section[] = [];
  for (const token of tokens) {
    const heading = headings.get(token);
    if (heading !== undefined && heading.depth <= SECTION_MAX_DEPTH)
      sections.push({ depth: heading.depth, id: heading.id, heading: heading.text, text: "" });
    const last = sections.at(-1);
    if (last !== undefined) last.text += ` ${textOf(token)}`;
  }
  return sections;
}

function textOf(token: Token): string {
  const parts: string[] = [];
  void marked.walkTokens([token], (inner) => {
    // An example of an answer repeats the names of the table next to it.
    if (inner.type === "code" && inner.lang?.startsWith("json") === true) return;
    const isLeaf = !("tokens" in inner) || inner.tokens === undefined;
    if (isLeaf && "text" in inner && inner.type !== "html") parts.push(inner.text);
  });
  return parts.join(" ");
}
