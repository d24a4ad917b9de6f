import { isCombining } from "./hidden-characters.ts";

// Accents and vowel signs are drawn at the letter before them. The same one twice is drawn once in many fonts, too many
// reach into other lines, and a font that has the letter but not the mark can draw the mark as nothing.

/** Vietnamese uses two accents on a letter, phonetic alphabets three. */
const ACCENTS_MAX = 3;
/** In these scripts fonts pile up whatever is asked for. Pointed Hebrew uses four marks on a letter. */
const PILED = /[\u0590-\u08ff\u0e00-\u0eff]/;
const PILED_MAX = 4;
/** Burmese and Tibetan write parts of a syllable as marks. */
const MARKS_MAX = 8;

const MARK = /\p{M}/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** The accents that fonts with Latin letters have. */
const COMMON_ACCENT = /[\u0300-\u036f]/;
const LATIN_1_END = 0xff;

export interface MarkReader {
  /** Reads the next character. True for a mark that people could overlook. */
  readonly isOdd: (character: string) => boolean;
  /** What comes before the next mark is no letter. */
  readonly forget: () => void;
}

export function markReader(): MarkReader {
  let letter: string | undefined;
  let marks: string[] = [];
  const isOdd = (character: string) => {
    const codePoint = character.codePointAt(0) ?? 0;
    const isAccent = isCombining(codePoint);
    if (!isAccent && !MARK.test(character)) {
      letter = character;
      // The accents of "é".
      marks = Array.from(character.normalize("NFD")).slice(1);
      return false;
    }
    const max = isAccent ? ACCENTS_MAX : PILED.test(character) ? PILED_MAX : MARKS_MAX;
    const isUsual = letter !== undefined && carries(letter, character, isAccent);
    if (isUsual && marks.length < max && !marks.includes(character)) {
      marks.push(character);
      return false;
    }
    letter = undefined;
    return true;
  };
  return { isOdd, forget: () => (letter = undefined) };
}

function carries(letter: string, mark: string, isAccent: boolean): boolean {
  const codePoint = letter.codePointAt(0) ?? 0;
  if (codePoint > LATIN_1_END) return isAccent || LETTER_OR_DIGIT.test(letter);
  return COMMON_ACCENT.test(mark) && (codePoint >= 0xc0 || /[A-Za-z]/.test(letter));
}
