import { isUnassigned, rangeOf, type Range } from "./unassigned.ts";

// Characters that people cannot see or can mistake: they reorder, join or strike out the text around them, or look
// like a space or like nothing. Fixed tables of hexadecimal code points, single or from-to, so that every engine
// gives the same result.

/** A character that is shown as a marker instead of itself. */
export interface HiddenCharacter {
  readonly codePoint: string;
  readonly name: string;
  /** Whether it deserves a warning: a line feed does not, a direction override does. */
  readonly suspicious: boolean;
}

type Row = readonly [name: string, ranges: string];

/** Common in honest texts. Angle brackets are listed because markers use them, or look-alikes of them. */
const ORDINARY: readonly Row[] = [
  ["tab", "9"],
  ["line feed", "a"],
  ["carriage return", "d"],
  ["angle bracket", "2329 276c 2770 27e8 29fc 3008"],
];

const SUSPICIOUS: readonly Row[] = [
  ["null", "0"],
  ["backspace", "8"],
  ["escape", "1b"],
  ["delete", "7f"],
  ["control character", "1-7 b-c e-1a 1c-1f 80-9f"],
  ["no-break space", "a0 202f"],
  ["unusual space", "1680 2000-200a 205f 3000 303f"],
  ["soft hyphen", "ad"],
  ["grapheme joiner", "34f"],
  ["Arabic letter mark", "61c"],
  ["Hangul filler", "115f-1160 3164 ffa0"],
  ["zero width space", "200b"],
  ["zero width non-joiner", "200c"],
  ["zero width joiner", "200d"],
  ["left-to-right mark", "200e"],
  ["right-to-left mark", "200f"],
  ["line separator", "2028"],
  ["paragraph separator", "2029"],
  ["left-to-right embedding", "202a"],
  ["right-to-left embedding", "202b"],
  ["end of embedding or override", "202c"],
  ["left-to-right override", "202d"],
  ["right-to-left override", "202e"],
  ["word joiner", "2060"],
  ["invisible operator", "2061-2064"],
  ["left-to-right isolate", "2066"],
  ["right-to-left isolate", "2067"],
  ["first strong isolate", "2068"],
  ["end of isolate", "2069"],
  ["deprecated control", "206a-206f"],
  ["overlaying mark", "334-338 488-489 20d0-20f0 a670-a672"],
  ["variation selector", "180b-180d 180f fe00-fe0f e0100-e01ef"],
  ["half of a surrogate pair", "d800-dfff"],
  ["private-use character", "e000-f8ff f0000-ffffd 100000-10fffd"],
  ["byte order mark", "feff"],
  ["interlinear annotation", "fff9-fffb"],
  ["tag character", "e0001 e0020-e007f"],
  ["invisible sign", "17b4-17b5 180e 2800 fffc 1107f 13430-13440 16fe4 1bca0-1bca3 1d159 1d173-1d17a"],
  ["noncharacter", "fdd0-fdef"],
];

/** Accents, which combine with the letter before them. Shown as they are only after a letter. */
const COMBINING = readRows([
  ["combining mark", "300-333 339-34e 350-36f 483-487 1ab0-1aff 1dc0-1dff 302a-302f 3099-309a fe20-fe2f"],
]);

interface NamedRange extends Range {
  readonly name: string;
  readonly suspicious: boolean;
}

const NAMED: readonly NamedRange[] = [...readRows(ORDINARY, false), ...readRows(SUSPICIOUS)].toSorted(
  (left, right) => left.first - right.first,
);

function readRows(rows: readonly Row[], suspicious = true): readonly NamedRange[] {
  return rows.flatMap(([name, ranges]) =>
    ranges.split(" ").map((range) => {
      const [first = 0, last = first] = range.split("-").map((digits) => Number.parseInt(digits, 16));
      return { first, last, name, suspicious };
    }),
  );
}

export function isCombining(codePoint: number): boolean {
  return rangeOf(COMBINING, codePoint) !== undefined;
}

export function describeHidden(codePoint: number, name: string, suspicious: boolean): HiddenCharacter {
  return {
    codePoint: `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`,
    name,
    suspicious,
  };
}

/** How to show this code point, or undefined if it is shown as it is. */
export function hiddenCharacter(codePoint: number): HiddenCharacter | undefined {
  if (codePoint >= 0x20 && codePoint <= 0x7e) return undefined;
  const named = rangeOf(NAMED, codePoint);
  if (named !== undefined) return describeHidden(codePoint, named.name, named.suspicious);
  // The last two code points of every plane.
  if ((codePoint & 0xfffe) === 0xfffe) return describeHidden(codePoint, "noncharacter", true);
  return isUnassigned(codePoint) ? describeHidden(codePoint, "unassigned character", true) : undefined;
}
