import { hasRightToLeft, isMixed } from "./directions.ts";

// Warnings about the letters and digits of a text. These use the engine's own character tables: for characters of
// Unicode 15.0 they are the same in every engine since, and later characters are shown by their number anyway.

type WarningCode =
  | "hidden-characters"
  | "mixed-scripts"
  | "look-alike-letters"
  | "unusual-letters"
  | "unusual-digits"
  | "unusual-signs"
  | "right-to-left"
  | "not-normalised"
  | "host-in-punycode"
  | "host-differs"
  | "same-label"
  | "template";

/** A warning about a text. `detail` never quotes the payload, which could imitate other content. */
export interface TextWarning {
  readonly code: WarningCode;
  readonly detail: string;
}

const LETTER = /\p{L}/u;
const LATIN = /\p{Script=Latin}/u;
const MIXED_DIGITS = /[0-9](?![0-9])\p{Nd}|(?![0-9])\p{Nd}[0-9]/u;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const BEYOND_ASCII = /[^\u0000-\u007f]/;

// Scripts with letters that look like those of another. Chinese, Japanese and Korean are left out, because their
// ordinary words mix scripts, including Latin.
const SCRIPTS = (
  "Latin Greek Cyrillic Armenian Georgian Hebrew Arabic Cherokee Coptic Lisu Gothic Deseret Osage " +
  "Old_Italic Tifinagh Canadian_Aboriginal Runic Vai Thai Devanagari Bengali Tamil Telugu Malayalam"
)
  .split(" ")
  .map((script) => ({ name: script.replace("_", " "), letter: new RegExp(`\\p{Script=${script}}`, "u") }));

/** Scripts close to Latin, and their letters that look like a Latin letter. */
const NEAR_LATIN = /[\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}]/u;
const LIKE_LATIN = new RegExp(
  "[\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03b9\u03ba\u03bd" +
    "\u03bf\u03c1\u03c5\u03f2\u03f3\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c-\u041e\u0420-\u0423" +
    "\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04ae\u04af\u04bb\u04c0\u04cf" +
    "\u0501\u051a-\u051d\u0555\u0570\u0578\u057d\u0581\u0585]",
  "gu",
);

// Phonetic letters, full width forms, letters in circles and squares, mathematical alphabets.
const UNUSUAL_LETTER =
  /[\u0250-\u02af\u1d00-\u1dbf\u210a-\u2115\u2119-\u211d\u2124\u2128\u212c-\u2139\u2145-\u2149\u2460-\u24ff\uab30-\uab6f\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7cb}\u{1f110}-\u{1f189}]/gu;
/** They look like a full stop, a colon or a slash: an amount or an address would read as another one. */
const UNUSUAL_SIGN = /[\u2024\u2044\u2215\u2236\ua789]/g;
const LETTERS = /\p{L}/gu;
const HAN_OR_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\uff10-\uff19]/u;
const FULL_WIDTH = -1;
const UNUSUAL_DIGIT = /(?![0-9])\p{Nd}/gu;

export function letterWarnings(text: string): readonly TextWarning[] {
  if (!BEYOND_ASCII.test(text)) return [];
  const warnings: TextWarning[] = [];
  const add = (code: WarningCode, detail: string) => warnings.push({ code, detail });
  const words = wordsOf(text);
  const mixed = new Set(words.flatMap(({ scripts }) => (scripts.length > 1 ? scripts : [])));
  if (mixed.size > 0) {
    add("mixed-scripts", `one word holds letters of ${[...mixed].map(({ name }) => name).join(" and ")}`);
  }
  if (lookAlikes(words).length > 0) {
    add("look-alike-letters", "letters that look Latin but belong to another script");
  }
  const letters = codePoints(text.match(UNUSUAL_LETTER));
  if (letters !== "") add("unusual-letters", `letters in an unusual form: ${letters}`);
  const signs = codePoints(text.match(UNUSUAL_SIGN));
  if (signs !== "") add("unusual-signs", `signs that look like a full stop, a colon or a slash: ${signs}`);
  const digits = codePoints(unusualDigits(text));
  if (digits !== "") add("unusual-digits", `digits that are not 0 to 9: ${digits}`);
  if (hasRightToLeft(text) && text.split("\n").some(isMixed)) {
    add("right-to-left", "written in both directions; the arrow shows where it starts");
  }
  if (text.normalize("NFC") !== text) {
    add("not-normalised", "not composed in the usual way (NFC); another text can look the same");
  }
  return warnings;
}

/** Whether the letter at an index of this text belongs to another script than its word, or only looks Latin. */
export function oddLetters(text: string): (at: number) => boolean {
  if (!BEYOND_ASCII.test(text)) return () => false;
  const odd = new Set<number>();
  const words = wordsOf(text);
  for (const { word, index, scripts } of words) {
    if (scripts.length < 2) continue;
    const main = commonest(word, scripts);
    let at = index;
    for (const letter of word) {
      if (scripts.some((script) => script !== main && script.letter.test(letter))) odd.add(at);
      at += letter.length;
    }
  }
  for (const { word, index } of lookAlikes(words)) {
    for (const { index: at } of word.matchAll(LIKE_LATIN)) odd.add(index + at);
  }
  return (at) => odd.has(at);
}

interface Word {
  readonly word: string;
  readonly index: number;
  /** Only of words with letters beyond ASCII, and only of `SCRIPTS`. */
  readonly scripts: typeof SCRIPTS;
}

function wordsOf(text: string): readonly Word[] {
  return Array.from(text.matchAll(WORD), ({ 0: word, index }) => {
    const scripts = BEYOND_ASCII.test(word) ? SCRIPTS.filter(({ letter }) => letter.test(word)) : [];
    return { word, index, scripts };
  }).filter(({ word }) => LETTER.test(word));
}

/** Of equally many letters, the script that comes first in `SCRIPTS`, such as Latin. */
function commonest(word: string, scripts: typeof SCRIPTS) {
  const letters = Array.from(word);
  const counts = scripts.map(({ letter }) => letters.filter((each) => letter.test(each)).length);
  return scripts[counts.indexOf(Math.max(...counts))];
}

/**
 * Words of another script of which every letter looks Latin. In a text with other words of that script, such as
 * Russian, only those between Latin words.
 */
function lookAlikes(words: readonly Word[]): readonly Word[] {
  const near = words.filter(({ word, scripts }) => scripts.length === 1 && NEAR_LATIN.test(word));
  const alike = new Set(near.filter(({ word }) => !NEAR_LATIN.test(word.replace(LIKE_LATIN, ""))));
  if (alike.size === near.length) return near;
  return words.filter((word, at) => {
    if (!alike.has(word)) return false;
    const around = [words[at - 1], words[at + 1]].filter((other) => other !== undefined);
    return around.every((other) => LATIN.test(other.word));
  });
}

/** The digits of other scripts than the text's, or all of them if one number mixes them with 0 to 9. */
function unusualDigits(text: string): readonly string[] {
  const found = text.match(UNUSUAL_DIGIT) ?? [];
  if (found.length === 0 || MIXED_DIGITS.test(text)) return found;
  const own = new Set(Array.from(text.match(LETTERS) ?? [], blockOf));
  return found.filter((digit) => !own.has(blockOf(digit)));
}

/** Unicode gives a script's letters and its digits one block of 128 code points, and 256 to Arabic. */
function blockOf(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (HAN_OR_KANA.test(character)) return FULL_WIDTH;
  return codePoint < 0x700 ? codePoint >> 8 : codePoint >> 7;
}

function codePoints(characters: readonly string[] | null): string {
  return [...new Set(characters)]
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`)
    .join(", ");
}
