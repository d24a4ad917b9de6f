import type { SearchIndex } from "./search-index.ts";
import { wordsOf } from "./search-words.ts";

// Finds sections of the documentation. Every word of the query must be in the section, its heading or the title of its
// page; the beginning of a word is enough.

export interface FoundSection {
  /** "/docs/NAME#ANCHOR" */
  readonly href: string;
  readonly heading: string;
  /** Where it is: the title of the page, and the headings above it. */
  readonly path: readonly string[];
}

const FOUND_MAX_SECTIONS = 8;
/** One long page must not hide the others. */
const PAGE_MAX_SECTIONS = 3;
const QUERY_MAX_CHARACTERS = 200;
const QUERY_MAX_WORDS = 8;

/** For the whole word, and for its beginning. A heading says best what a section is about. */
const IN_HEADING = [12, 9] as const;
const IN_TITLE = [5, 4] as const;
const IN_TEXT = [2, 1] as const;
/** For a heading that has no other words. */
const WHOLE_HEADING = 6;

export type Search = (query: string) => readonly FoundSection[];

export function openIndex(index: SearchIndex): Search {
  const titles = index.pages.map(({ title }) => wordsOf(title));
  const headings = index.sections.map(({ heading }) => wordsOf(heading));
  return (query) => {
    const words = wordsOf(query.slice(0, QUERY_MAX_CHARACTERS)).slice(0, QUERY_MAX_WORDS);
    if (words.length === 0) return [];
    const inText = words.map((word) => textScores(index, word));
    const scores = index.sections.map(({ page }, section) => {
      const heading = headings[section] ?? [];
      const each = words.map((word, at) =>
        Math.max(
          wordScore(heading, word, IN_HEADING),
          wordScore(titles[page] ?? [], word, IN_TITLE),
          inText[at]?.get(section) ?? 0,
        ),
      );
      if (each.includes(0)) return 0;
      const isWhole = heading.length === words.length && words.every((word) => heading.includes(word));
      return each.reduce((sum, score) => sum + score, isWhole ? WHOLE_HEADING : 0);
    });
    return best(index, scores).map((section) => found(index, section));
  };
}

function wordScore(
  words: readonly string[],
  word: string,
  [whole, start]: readonly [number, number],
): number {
  if (words.includes(word)) return whole;
  return words.some((other) => other.startsWith(word)) ? start : 0;
}

/** The score of each section that has the word in its text. */
function textScores({ words }: SearchIndex, word: string): ReadonlyMap<number, number> {
  const scores = new Map<number, number>();
  const add = (sections: readonly number[], score: number) => {
    for (const section of sections) scores.set(section, score);
  };
  for (const [other, sections] of words) if (other.startsWith(word)) add(sections, IN_TEXT[1]);
  add(words.get(word) ?? [], IN_TEXT[0]);
  return scores;
}

/** The numbers of the best sections, of equal ones the first. */
function best(index: SearchIndex, scores: readonly number[]): readonly number[] {
  const perPage = new Map<number, number>();
  return [...scores.keys()]
    .filter((section) => (scores[section] ?? 0) > 0)
    .toSorted((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other)
    .filter((section) => {
      const page = index.sections[section]?.page ?? 0;
      const count = (perPage.get(page) ?? 0) + 1;
      perPage.set(page, count);
      return count <= PAGE_MAX_SECTIONS;
    })
    .slice(0, FOUND_MAX_SECTIONS);
}

function found({ pages, sections }: SearchIndex, number: number): FoundSection {
  const section = sections[number];
  const page = pages[section?.page ?? 0];
  if (section === undefined || page === undefined) throw new RangeError(`the index has no section ${number}`);
  const { depth, anchor, heading } = section;
  const href = `/docs/${page.name}${anchor === "" ? "" : `#${anchor}`}`;
  return { href, heading, path: depth === 1 ? [] : [page.title, ...headingsAbove(sections, number)] };
}

/** Of a section below another one, without the title of the page. */
function headingsAbove(sections: SearchIndex["sections"], number: number): readonly string[] {
  const above: string[] = [];
  let depth = sections[number]?.depth ?? 0;
  for (let at = number - 1; depth > 2 && at >= 0; at--) {
    const other = sections[at];
    if (other === undefined || other.depth >= depth) continue;
    depth = other.depth;
    if (depth > 1) above.unshift(other.heading);
  }
  return above;
}
