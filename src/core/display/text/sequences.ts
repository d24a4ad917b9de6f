// Invisible characters that are ordinary where they are: in an emoji, between the letters of Persian, and after a
// virama in the scripts of India. They are drawn as themselves, and the piece that holds them is marked, so that
// the text without them looks different. This is a grammar instead of the engine's list of emoji: that grows every
// year, and every engine must give the same result.

export interface Sequence {
  readonly text: string;
  /** Together with the visible characters, this determines the invisible ones. */
  readonly kind: "emoji" | "flag" | "joiner" | "non-joiner";
}

/** Tag characters are invisible copies of ASCII. */
const TAG_OFFSET = 0xe0000;
const ZERO_WIDTH_NON_JOINER = "\u200c";
const INVISIBLE = /\u200c|\u200d|\ufe0f|\u{e007f}/u;

// One picture of an emoji: with U+FE0F exactly if it would otherwise be drawn as text.
const PICTURE =
  "(?:\\p{Emoji_Modifier_Base}\\p{Emoji_Modifier}" +
  "|(?![\\p{Emoji_Modifier}\\p{Regional_Indicator}])\\p{Emoji_Presentation}" +
  "|(?![\\p{Emoji_Presentation}0-9#*])\\p{Emoji}\\ufe0f)";
/** An emoji of several people has up to four pictures. */
const MORE_PICTURES_MAX = 3;
const EMOJI = new RegExp(
  `[0-9#*]\\ufe0f\\u20e3|${PICTURE}(?:\\u200d${PICTURE}){1,${MORE_PICTURES_MAX}}` +
    // Keyboards add U+FE0F to single emoji also where it changes nothing.
    "|(?![\\p{Emoji_Modifier}\\p{Regional_Indicator}0-9#*])\\p{Emoji}\\ufe0f",
  "uy",
);

/** England, Scotland and Wales: a black flag, and the region in invisible letters. */
const FLAG = new RegExp(`\\u{1f3f4}(?:${["gbeng", "gbsct", "gbwls"].map(inTags).join("|")})\\u{e007f}`, "uy");

// Only visible marks: an invisible one would be hidden in the sequence.
const ARABIC_MARK = "[\\u064b-\\u065f\\u0670]";
const NUKTA = "[\\u093c\\u09bc\\u0a3c\\u0abc\\u0b3c\\u0c3c\\u0cbc]";
const ARABIC_LETTER = "(?=\\p{L})\\p{Script=Arabic}";
const VIRAMA = "[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca]";
const LETTERS = new RegExp(
  `${ARABIC_LETTER}${ARABIC_MARK}{0,3}\\u200c(?=${ARABIC_LETTER})` +
    `|(?=\\p{L})[\\u0900-\\u0dff]${NUKTA}?${VIRAMA}[\\u200c\\u200d]` +
    // Bengali writes ra before the sign of ya with a joiner.
    "|\\u09b0\\u200d(?=\\u09cd\\u09af)",
  "uy",
);

/** Finds the ordinary sequence that starts at an index of this text. */
export function sequencesOf(text: string): (at: number) => Sequence | undefined {
  if (!INVISIBLE.test(text)) return () => undefined;
  return (at) => {
    const emoji = match(EMOJI, text, at);
    if (emoji !== undefined) return { text: emoji, kind: "emoji" };
    const flag = match(FLAG, text, at);
    if (flag !== undefined) return { text: flag, kind: "flag" };
    const letters = match(LETTERS, text, at);
    if (letters === undefined) return undefined;
    return { text: letters, kind: letters.endsWith(ZERO_WIDTH_NON_JOINER) ? "non-joiner" : "joiner" };
  };
}

/** The region of a flag, such as "gbeng". */
export function flagRegion(flag: string): string {
  return Array.from(flag, (character) => (character.codePointAt(0) ?? 0) - TAG_OFFSET)
    .filter((letter) => letter >= 0x61 && letter <= 0x7a)
    .map((letter) => String.fromCodePoint(letter))
    .join("");
}

function inTags(region: string): string {
  return Array.from(region, (letter) => String.fromCodePoint(TAG_OFFSET + letter.charCodeAt(0))).join("");
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
