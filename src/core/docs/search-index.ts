// The index of the documentation's search: a text that the build writes, and that the page reads once somebody searches.
// It has three blocks of lines: the pages, their sections, and the words with the numbers of their sections.

export interface SearchIndex {
  readonly pages: readonly IndexedPage[];
  readonly sections: readonly IndexedSection[];
  readonly words: ReadonlyMap<string, readonly number[]>;
}

export interface IndexedPage {
  readonly name: string;
  readonly title: string;
}

export interface IndexedSection {
  /** The number of its page. */
  readonly page: number;
  /** 1 is the beginning of a page: its anchor is empty. */
  readonly depth: number;
  readonly anchor: string;
  readonly heading: string;
}

const BLOCK = "\n\n";
const FIELD = "\t";
const RADIX = 36;

export function writeIndex({ pages, sections, words }: SearchIndex): string {
  const lines = [
    pages.map(({ name, title }) => [name, title]),
    sections.map(({ page, depth, anchor, heading }) => [`${page}`, `${depth}`, anchor, heading]),
    [...words]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([word, numbers]) => [word, steps(numbers)]),
  ];
  return lines.map((block) => block.map(line).join("\n")).join(BLOCK);
}

export function readIndex(text: string): SearchIndex {
  const [pages = [], sections = [], words = []] = text
    .split(BLOCK)
    .map((block) => block.split("\n").map((each) => each.split(FIELD)));
  return {
    pages: pages.map(([name = "", title = ""]) => ({ name, title })),
    sections: sections.map(([page, depth, anchor = "", heading = ""]) => ({
      page: Number(page),
      depth: Number(depth),
      anchor,
      heading,
    })),
    words: new Map(words.map(([word = "", numbers = ""]) => [word, added(numbers)])),
  };
}

function line(fields: readonly string[]): string {
  return fields.map((field) => field.replaceAll(/\s+/g, " ")).join(FIELD);
}

/** Numbers rise, so each is written as the difference to the one before it: that is short, and compresses well. */
function steps(numbers: readonly number[]): string {
  return numbers.map((number, at) => (number - (numbers[at - 1] ?? 0)).toString(RADIX)).join(" ");
}

function added(numbers: string): readonly number[] {
  let sum = 0;
  return numbers.split(" ").map((step) => (sum += Number.parseInt(step, RADIX)));
}
