// The fenced blocks of a document, and what the words after the language say about them. The rules are in
// web/docs/contributing.md, "Examples in documents".

/** What may follow each language. A reason not to run a block is here or nowhere. */
const MARKS = {
  bash: ["", "rejected", "refused", "starts-the-product", "runs-the-tests", "deploys"],
  ts: ["", "rejected", "refused", "needs-a-browser"],
  js: ["", "rejected", "refused", "needs-a-browser"],
  json: ["", "answer", "body", "example"],
  yaml: [""],
  http: [""],
  text: ["", "output"],
  py: [""],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Language = keyof typeof MARKS;

/** These blocks are read, but not run. */
const NOT_RUN: readonly string[] = ["starts-the-product", "runs-the-tests", "deploys", "needs-a-browser"];

export interface Block {
  readonly language: Language;
  /** The first word after the language, or empty. */
  readonly mark: string;
  /** The words after the mark: the call of a body or an example. */
  readonly rest: string;
  readonly text: string;
  /** Of its fence in the document. */
  readonly line: number;
  /** The headings of the second and third level above it, or empty. */
  readonly chapter: string;
  readonly section: string;
  /** The line above it that names a call, such as "POST /api/keys", or empty. */
  readonly call: string;
}

export function isRun({ language, mark }: Block): boolean {
  return ["bash", "ts", "js", "yaml"].includes(language) && !NOT_RUN.includes(mark);
}

/** For the count of blocks: how it is treated. */
export function kindOf({ language, mark }: Block): string {
  return mark === "" ? language : `${language} ${mark}`;
}

/** All blocks in their order. Throws for one that the rules do not know. */
export function blocksOf(markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let [chapter, section, call] = ["", "", ""];
  for (let at = 0; at < lines.length; at++) {
    const [, level, heading = ""] = /^(##|###) (.+)$/.exec(lines[at] ?? "") ?? [];
    if (level === "##") [chapter, section] = [heading, ""];
    if (level === "###") section = heading;
    call = /^`((?:GET|POST|PUT|DELETE) \/[^`]*)`/.exec(lines[at] ?? "")?.[1] ?? call;
    const [, indent, fence, info] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(lines[at] ?? "") ?? [];
    if (indent === undefined || fence === undefined || info === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end < 0) throw new Error(`line ${at + 1}: the block has no end`);
    const text = lines.slice(at + 1, end).map((line) => line.slice(Math.min(indent.length, leading(line))));
    blocks.push({ ...blockOf(info, text.join("\n"), at + 1), chapter, section, call });
    at = end;
  }
  return blocks;
}

/** How many spaces it begins with. */
export function leading(line: string): number {
  return line.length - line.trimStart().length;
}

export function blockOf(info: string, text: string, line: number): Block {
  const [language = "", mark = "", ...rest] = info.trim().split(/\s+/);
  if (language === "") throw new Error(`line ${line}: the block names no language`);
  if (!isLanguage(language)) throw new Error(`line ${line}: "${language}" is no language of the documents`);
  const marks: readonly string[] = MARKS[language];
  if (!marks.includes(mark)) throw new Error(`line ${line}: no ${language} block is "${mark}"`);
  const needsCall = mark === "body" || mark === "example";
  if (needsCall !== rest.length > 0)
    throw new Error(`line ${line}: "${info}" ${needsCall ? "names no call" : "has too many words"}`);
  return { language, mark, rest: rest.join(" "), text, line, chapter: "", section: "", call: "" };
}

function isLanguage(text: string): text is Language {
  return Object.hasOwn(MARKS, text);
}
