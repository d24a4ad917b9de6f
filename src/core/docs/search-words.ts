// Words of the documentation, as its search compares them.

/** A longer one is no word: a hash, or a signature. */
const WORD_MAX_CHARACTERS = 24;
/** A number that is no status of HTTP, and a part of a hash or a key in an example. */
const VALUE = /^(?:\d{1,2}|\d{4,})$|^(?=.*\d)(?=.*[a-z])[a-z0-9]{9,}$/;
/** Words that are on every page say nothing about where to look. */
const COMMON = new Set(
  "a an and are as at be but by can each for from has have if in is it its may no not of on one only or so that the their then there they this to was what when where which who with".split(
    " ",
  ),
);

/** Each word of the text once, in lower case. */
export function wordsOf(text: string): readonly string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? [];
  return [...new Set(words)].filter(
    (word) => word.length > 1 && word.length <= WORD_MAX_CHARACTERS && !COMMON.has(word) && !VALUE.test(word),
  );
}
