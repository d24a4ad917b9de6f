import { mainDirection, type Main } from "./directions.ts";
import { exactText, type Segment } from "./segments.ts";

// A long text in parts that fit on a phone's screen. The first ones are shown at once, the others when they are
// unfolded. Every part must be seen before anyone can decide.

/** Of text in 16 px on a screen of 360 px. */
const LINE_MAX_WIDTH = 36;
const PART_MAX_LINES = 12;
const PART_MAX_WIDTH = PART_MAX_LINES * LINE_MAX_WIDTH;
/** What is shown before the fold: this many lines, or about 1,200 characters. */
const SHOWN_MAX_LINES = 12;
const SHOWN_MAX_WIDTH = 3 * PART_MAX_WIDTH;
/** No fold for less than this: its own line would take as much space. */
const FOLD_MIN_LINES = 4;
/** A part ends after a word, unless the word is longer than this. */
const WORD_MAX_CHARACTERS = 40;
const MARKS_MAX = 16;

const MARK_OR_HALF = /[\p{M}\udc00-\udfff]/u;

export type Tone = "" | "added" | "removed" | "place" | "head";

/** A line of a text, or a piece of a long line. */
export interface Row {
  readonly segments: readonly Segment[];
  /** That of the whole line. */
  readonly main: Main | undefined;
  /** From 1; undefined if it continues the line of the row above. */
  readonly number: number | undefined;
  readonly tone: Tone;
}

export interface TextParts {
  readonly isLines: boolean;
  /** Whether each line ends with a carriage return and a line feed. */
  readonly isWindows: boolean;
  readonly shown: readonly (readonly Row[])[];
  readonly folded: readonly (readonly Row[])[];
  /** What is folded, such as "188 more lines". */
  readonly rest: string;
}

/** Whether a text needs parts: it has several lines, or one that is too long for one part. */
export function isLongText(segments: readonly Segment[]): boolean {
  let width = 0;
  for (const segment of segments) {
    if (isLineFeed(segment)) return true;
    width += widthOf(segment.text);
    if (width > PART_MAX_WIDTH) return true;
  }
  return false;
}

export function textParts(segments: readonly Segment[], isDiff: boolean): TextParts {
  const lines = linesOf(segments);
  const isWindows = lines.length > 1 && lines.slice(0, -1).every((line) => isCarriageReturn(line.at(-1)));
  const isLast = (index: number) => index === lines.length - 1;
  const bare = lines.map((line, index) => (isWindows && !isLast(index) ? line.slice(0, -1) : line));
  const tones = isDiff ? tonesOf(bare.map(exactText)) : [];
  const rows = bare.flatMap((line, index) => {
    const main = mainDirection(exactText(line));
    return piecesOf(line).map((piece, at): Row => {
      const number = at === 0 ? index + 1 : undefined;
      return { segments: piece, main, number, tone: tones[index] ?? "" };
    });
  });
  const parts = partsOf(rows);
  const shown = shownCount(parts);
  const folded = parts.slice(shown);
  return {
    isLines: lines.length > 1,
    isWindows,
    shown: parts.slice(0, shown),
    folded,
    rest: restText(folded),
  };
}

function isLineFeed({ hidden }: Segment): boolean {
  return hidden?.codePoint === "U+000A";
}

function isCarriageReturn(segment: Segment | undefined): boolean {
  return segment?.hidden?.codePoint === "U+000D";
}

function linesOf(segments: readonly Segment[]): readonly (readonly Segment[])[] {
  let line: Segment[] = [];
  const lines = [line];
  for (const segment of segments) {
    if (isLineFeed(segment)) lines.push((line = []));
    else line.push(segment);
  }
  return lines;
}

/** By the first character, as `git` writes it. */
function tonesOf(lines: readonly string[]): readonly Tone[] {
  return lines.map((line, index) => {
    if (/^(?:diff |index )/.test(line)) return "head";
    if (line.startsWith("--- ") && lines[index + 1]?.startsWith("+++ ")) return "head";
    if (line.startsWith("+++ ") && lines[index - 1]?.startsWith("--- ")) return "head";
    if (line.startsWith("@@")) return "place";
    if (line.startsWith("+")) return "added";
    return line.startsWith("-") ? "removed" : "";
  });
}

/** Cuts a long line between characters, after a word if possible. */
function piecesOf(line: readonly Segment[]): readonly (readonly Segment[])[] {
  let piece: Segment[] = [];
  let room = PART_MAX_WIDTH;
  const pieces = [piece];
  const cut = () => {
    pieces.push((piece = []));
    room = PART_MAX_WIDTH;
  };
  for (const segment of line) {
    const { text } = segment;
    // A marker or an emoji is never cut.
    const isWhole = segment.hidden !== undefined || segment.joined !== undefined;
    for (let from = 0; from < text.length;) {
      const to = isWhole ? text.length : endOfPiece(text, from, room);
      const part = text.slice(from, to);
      if (to === from || (isWhole && widthOf(text) > room && piece.length > 0)) {
        cut();
        continue;
      }
      piece.push(to - from === text.length ? segment : { ...segment, text: part });
      room -= widthOf(part);
      from = to;
      if (to < text.length) cut();
    }
  }
  return pieces;
}

function endOfPiece(text: string, from: number, room: number): number {
  let to = from;
  let width = 0;
  while (to < text.length && (width += widthAt(text, to)) <= room) to++;
  if (to === text.length) return to;
  const word = text.lastIndexOf(" ", to - 1) + 1;
  if (word > from && word > to - WORD_MAX_CHARACTERS) return word;
  const last = Math.min(to + MARKS_MAX, text.length);
  while (to > from && to < last && MARK_OR_HALF.test(text[to] ?? "")) to++;
  return to;
}

function widthOf(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; at++) width += widthAt(text, at);
  return width;
}

/** Chinese, Japanese and Korean characters are twice as wide. */
function widthAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0x1100 && (unit < 0xd800 || unit > 0xf8ff) ? 2 : 1;
}

function rowWidth({ segments }: Row): number {
  return segments.reduce((sum, { text }) => sum + widthOf(text), 0);
}

function partsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  let part: Row[] = [];
  let room = PART_MAX_LINES;
  const parts: Row[][] = [];
  for (const row of rows) {
    const height = Math.max(1, Math.ceil(rowWidth(row) / LINE_MAX_WIDTH));
    if (part.length === 0 || height > room) {
      parts.push((part = []));
      room = PART_MAX_LINES;
    }
    part.push(row);
    room -= height;
  }
  return parts;
}

function shownCount(parts: readonly (readonly Row[])[]): number {
  let lines = 0;
  let width = 0;
  const sums = parts.map((part) => {
    lines += part.length;
    width += part.reduce((sum, row) => sum + rowWidth(row), 0);
    return { lines, width };
  });
  const fits = sums.findLastIndex((sum) => sum.lines <= SHOWN_MAX_LINES && sum.width <= SHOWN_MAX_WIDTH);
  const shown = Math.max(0, fits);
  const hidden = { lines: lines - (sums[shown]?.lines ?? 0), width: width - (sums[shown]?.width ?? 0) };
  const isSmall = hidden.lines < FOLD_MIN_LINES && hidden.width < FOLD_MIN_LINES * LINE_MAX_WIDTH;
  return isSmall ? parts.length : shown + 1;
}

function restText(folded: readonly (readonly Row[])[]): string {
  const rows = folded.flat();
  const lines = rows.filter(({ number }) => number !== undefined).length;
  const count = lines > 0 ? lines : rows.reduce((sum, { segments }) => sum + exactText(segments).length, 0);
  const noun = lines > 0 ? "line" : "character";
  return `${count.toLocaleString("en")} more ${noun}${count === 1 ? "" : "s"}`;
}
