import { describeHidden, hiddenCharacter, isCombining, type HiddenCharacter } from "./hidden-characters.ts";
import { markReader } from "./marks.ts";
import { sequencesOf, type Sequence } from "./sequences.ts";
import { oddLetters } from "./scripts.ts";

// A text as the pieces that are drawn. A character that could be mistaken is a marker, such as
// ⟨U+202E right-to-left override⟩, and so are the characters that markers start with. Nothing is omitted.

/** A piece of text, with at most one of the properties. */
export interface Segment {
  readonly text: string;
  /** `text` is the marker of this character. */
  readonly hidden?: HiddenCharacter;
  /** Letters of another script than the rest of their word. */
  readonly odd?: true;
  /** `text` holds invisible characters that are ordinary there. A page marks the piece, a terminal spells it. */
  readonly joined?: Sequence["kind"];
}

const MARKER_OPEN = "\u27e8";
const MARKER_CLOSE = "\u27e9";

/** Printable ASCII without spaces at either end. */
const SIMPLE = /^[!-~](?:[ -~]*[!-~])?$/;
const CHINESE_JAPANESE_KOREAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;
const SPACE_OR_CONTROL = /[\p{Z}\p{C}]/u;

/** Shows line breaks, spaces at the ends and other easily overlooked characters as markers. */
export function drawText(text: string): readonly Segment[] {
  if (text === "") return [];
  if (SIMPLE.test(text)) return [{ text }];
  const segments: Segment[] = [];
  const isOuterSpace = outerSpaces(text);
  const isOdd = oddLetters(text);
  const sequenceAt = sequencesOf(text);
  const hasWideSpaces = CHINESE_JAPANESE_KOREAN.test(text);
  let plain = "";
  let plainIsOdd = false;
  const flush = () => {
    if (plain !== "") segments.push(plainIsOdd ? { text: plain, odd: true } : { text: plain });
    plain = "";
  };
  const marks = markReader();
  for (let at = 0; at < text.length;) {
    const sequence = isOdd(at) ? undefined : sequenceAt(at);
    if (sequence !== undefined) {
      flush();
      segments.push({ text: sequence.text, joined: sequence.kind });
      at += sequence.text.length;
      // The signs of a syllable can follow a joiner, too.
      if (sequence.kind === "emoji" || sequence.kind === "flag") marks.forget();
      else marks.isOdd(characterAt(sequence.text, 0));
      continue;
    }
    const codePoint = text.codePointAt(at) ?? 0;
    const character = characterAt(text, at);
    const combining = isCombining(codePoint);
    let hidden = hiddenCharacter(codePoint);
    if (isOuterSpace(at)) hidden = describeHidden(codePoint, "space", false);
    else if (hidden !== undefined && isOrdinarySpace(text, at, codePoint, hasWideSpaces)) {
      hidden = { ...hidden, suspicious: false };
    }
    if (hidden !== undefined) marks.forget();
    else if (marks.isOdd(character)) hidden = describeHidden(codePoint, "combining mark", true);
    if (hidden === undefined) {
      // An accent belongs to its letter.
      const odd: boolean = combining ? plainIsOdd : isOdd(at);
      if (odd !== plainIsOdd) flush();
      plainIsOdd = odd;
      plain += character;
    } else {
      flush();
      segments.push({ text: markerOf(hidden), hidden });
    }
    at += character.length;
  }
  flush();
  return segments;
}

/** The text with every hidden character spelled, for terminals and titles. */
export function textOf(segments: readonly Segment[]): string {
  return segments.map(({ text, joined }) => (joined === undefined ? text : spelled(text))).join("");
}

/** The text that was drawn. */
export function exactText(segments: readonly Segment[]): string {
  return segments.map(({ text, hidden }) => (hidden === undefined ? text : characterOf(hidden))).join("");
}

export function characterOf(hidden: HiddenCharacter): string {
  return String.fromCodePoint(Number.parseInt(hidden.codePoint.slice(2), 16));
}

/** No text can imitate a marker, because in a text this opening bracket is itself drawn as a marker. */
export function marker(content: string): string {
  return MARKER_OPEN + content + MARKER_CLOSE;
}

function markerOf(hidden: HiddenCharacter): string {
  return marker(`${hidden.codePoint} ${hidden.name}`);
}

function spelled(text: string): string {
  return Array.from(text, (character) => {
    const hidden = hiddenCharacter(character.codePointAt(0) ?? 0);
    return hidden === undefined ? character : markerOf(hidden);
  }).join("");
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

/** The ideographic space in Chinese, Japanese or Korean text, and the no-break space inside a line, as in French. */
function isOrdinarySpace(text: string, at: number, codePoint: number, hasWideSpaces: boolean): boolean {
  if (codePoint === 0x3000) return hasWideSpaces;
  if (codePoint !== 0xa0 && codePoint !== 0x202f) return false;
  const around = [text[at - 1], text[at + 1]];
  return around.every((character) => character !== undefined && !SPACE_OR_CONTROL.test(character));
}

/** Spaces at the start of the text, and at the end of each of its lines. */
function outerSpaces(text: string): (at: number) => boolean {
  const leading = text.search(/[^ ]|$/);
  const trailing = new Set<number>();
  let isAtEnd = true;
  for (let at = text.length - 1; at >= leading; at--) {
    const character = text[at];
    if (character === " " && isAtEnd) trailing.add(at);
    else isAtEnd = character === "\n" || (character === "\r" && text[at + 1] === "\n");
  }
  return (at) => at < leading || trailing.has(at);
}
