import { drawText } from "../display/text/segments.ts";
import { accept, refuse, type Result } from "../refusal.ts";

/** UTF-16 units. They are shown beside other things on a phone. */
export const PROJECT_NAME_MAX_CHARACTERS = 80;
export const KEY_LABEL_MAX_CHARACTERS = 80;
export const WEBHOOK_NAME_MAX_CHARACTERS = 80;

/** Some keyboards and pasted texts have spaces of other kinds. */
const SPACES = /\p{Zs}+/gu;

/**
 * A name as it is stored: with composed letters, and with one plain space wherever there are spaces. People judge by
 * it, so every character of it must be one that a page draws as itself. `maxCharacters` are UTF-16 units.
 */
export function readVisibleName(text: string, maxCharacters: number): Result<string> {
  const wrong = (detail: string) => refuse("shape_mismatch", detail);
  if (!text.isWellFormed()) return wrong("contains half of a surrogate pair; type the name again");
  const name = text.normalize("NFC").replaceAll(SPACES, " ").trim();
  if (name === "") return wrong("must not be empty");
  if (name.length > maxCharacters)
    return wrong(`has ${name.length} characters; at most ${maxCharacters} are allowed, so shorten it`);
  const hidden = drawText(name).find((segment) => segment.hidden !== undefined)?.hidden;
  return hidden === undefined
    ? accept(name)
    : wrong(`contains ${hidden.codePoint} (${hidden.name}), which can hide or mislead; remove it`);
}
