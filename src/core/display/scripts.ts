// Warnings about the letters and digits of a text. These use the engine's own character tables: for characters of
// Unicode 15.0 they are the same in every engine since, and later characters are shown by their number anyway.

type WarningCode =
  | "hidden-characters"
  | "mixed-scripts"
  | "look-alike-letters"
  | "unusual-letters"
  | "unusual-digits"
  | "right-to-left"
  | "not-normalised"
  | "host-in-punycode"
  | "host-differs"
  | "same-label";

/** A warning about a text. `detail` never quotes the payload, which could imitate other content. */
export interface TextWarning {
  readonly code: WarningCode;
  readonly detail: string;
}

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
const UNUSUAL_DIGIT = /(?![0-9])\p{Nd}/gu;
const RIGHT_TO_LEFT =
  /[\u05be-\u05f4\u0600-\u0605\u0608-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export function letterWarnings(text: string): readonly TextWarning[] {
  if (!BEYOND_ASCII.test(text)) return [];
  const warnings: TextWarning[] = [];
  const add = (code: WarningCode, detail: string) => warnings.push({ code, detail });
  const mixed = mixedScripts(text);
  if (mixed.length > 0) add("mixed-scripts", `one word holds letters of ${mixed.join(" and ")}`);
  else if (NEAR_LATIN.test(text) && !NEAR_LATIN.test(text.replace(LIKE_LATIN, ""))) {
    add("look-alike-letters", "letters that look Latin but belong to another script");
  }
  const letters = codePoints(text.match(UNUSUAL_LETTER));
  if (letters !== "") add("unusual-letters", `letters in an unusual form: ${letters}`);
  const digits = codePoints(text.match(UNUSUAL_DIGIT));
  if (digits !== "") add("unusual-digits", `digits that are not 0 to 9: ${digits}`);
  if (RIGHT_TO_LEFT.test(text)) {
    add("right-to-left", "holds letters written from right to left, which may be drawn in another order");
  }
  if (text.normalize("NFC") !== text) {
    add("not-normalised", "not composed in the usual way (NFC); another text can look the same");
  }
  return warnings;
}

function mixedScripts(text: string): readonly string[] {
  const names = new Set<string>();
  for (const [word] of text.matchAll(WORD)) {
    if (!BEYOND_ASCII.test(word)) continue;
    const scripts = SCRIPTS.filter(({ letter }) => letter.test(word));
    if (scripts.length > 1) for (const { name } of scripts) names.add(name);
  }
  return [...names];
}

function codePoints(characters: readonly string[] | null): string {
  return [...new Set(characters)]
    .map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`)
    .join(", ");
}
