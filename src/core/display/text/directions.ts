// The writing direction of a text. Hebrew and Arabic letters run from right to left, and where both directions meet,
// the standard order of drawing (UAX #9) draws some different texts in the same way. So a text of both is drawn with
// its main direction named and with each part of the other direction isolated.

export type Direction = "ltr" | "rtl";

const RIGHT =
  "[\\u05be-\\u05f4\\u0600-\\u0605\\u0608-\\u061b\\u061d-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]";
// Letters, and the digits and marks that have a direction of their own.
const LEFT = `(?!${RIGHT})(?![0-9])[\\p{L}\\p{Nl}\\p{Nd}\\p{Mc}]`;

const IS_RIGHT = new RegExp(RIGHT, "u");
const IS_LEFT = new RegExp(LEFT, "u");
const FIRST = new RegExp(`(${RIGHT})|${LEFT}`, "u");
const ALL = new RegExp(FIRST, "gu");

export function hasRightToLeft(text: string): boolean {
  return IS_RIGHT.test(text);
}

/** Whether a line holds letters of both directions. */
export function isMixed(line: string): boolean {
  return IS_RIGHT.test(line) && IS_LEFT.test(line);
}

/** How a line with letters from right to left is drawn. */
export interface Main {
  /** That of the first letter, as browsers choose it. */
  readonly direction: Direction;
  readonly isMixed: boolean;
}

export function mainDirection(line: string): Main | undefined {
  if (!hasRightToLeft(line)) return undefined;
  const direction = FIRST.exec(line)?.[1] === undefined ? "ltr" : "rtl";
  return { direction, isMixed: isMixed(line) };
}

export interface Part {
  readonly text: string;
  /** Whether its direction is the other one. */
  readonly other: boolean;
}

/** The parts of the other direction, each from its first letter to its last, and what is between them. */
export function partsOf(text: string, main: Direction): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  let other: { readonly start: number; end: number } | undefined;
  const add = (to: number, isOther: boolean) => {
    if (to > end) parts.push({ text: text.slice(end, to), other: isOther });
    end = to;
  };
  const close = () => {
    if (other === undefined) return;
    add(other.start, false);
    add(other.end, true);
    other = undefined;
  };
  for (const { 0: letter, 1: right, index } of text.matchAll(ALL)) {
    if ((right === undefined ? "ltr" : "rtl") === main) close();
    else {
      other ??= { start: index, end: index };
      other.end = index + letter.length;
    }
  }
  close();
  add(text.length, false);
  return parts;
}
