import type { DocsLink } from "./docs-index.ts";

// Which pages may be meant by an address that has none.

const SUGGESTED_MAX_PAGES = 4;
/** Of the address. No name is as long. */
const WORDS_MAX_CHARACTERS = 60;
/** A word with as many letters may have one wrong for each of these. */
const LETTERS_FOR_EACH_FAULT = 3;

/** The closest ones first: by a word of the name or the title, then by a word of the description. */
export function suggestedPages(path: string, pages: readonly DocsLink[]): readonly DocsLink[] {
  const words = wordsOf(path.slice(0, WORDS_MAX_CHARACTERS));
  return pages
    .map((page) => ({ page, score: scoreOf(words, page) }))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, SUGGESTED_MAX_PAGES)
    .map(({ page }) => page);
}

function scoreOf(words: readonly string[], { name, title, description }: DocsLink): number {
  const inName = wordsOf(`${name} ${title}`);
  const inDescription = wordsOf(description);
  return words.reduce((sum, word) => {
    const closest = Math.max(0, ...inName.map((other) => likeness(word, other)));
    return sum + (closest > 0 ? 2 * closest : inDescription.includes(word) ? 1 : 0);
  }, 0);
}

function wordsOf(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  return [...new Set(words)];
}

/** 1 for the same word, less for one with wrong letters or only its beginning, 0 for another word. */
function likeness(word: string, other: string): number {
  if (word === other) return 1;
  if (word.length > 2 && other.startsWith(word)) return 0.9;
  const faults = editDistance(word, other);
  const allowed = Math.floor(Math.max(word.length, other.length) / LETTERS_FOR_EACH_FAULT);
  return faults > allowed ? 0 : 0.8 - faults / 10;
}

/** How many letters must be added, removed or replaced. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at++) {
      const replaced = (row[at - 1] ?? 0) + (to[at - 1] === from[index] ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
