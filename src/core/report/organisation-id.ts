import { parseApiKey } from "../confirmation/api-key.ts";
import { shardOfId } from "../confirmation/confirmation-id.ts";
import { groupedHex } from "../encoding/bytes.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// The organisation id as a person enters it: copied from paper, from a chat or from an e-mail. It is the id of the
// organisation's stream. The verify page and the command line accept the same texts and explain the same mistakes.

const DIGITS = 64;
const ORGANISATION_ID = new RegExp(`^[0-9a-f]{${DIGITS}}$`);
/** What people and programs put between groups of digits. */
const SEPARATORS = /[\s:\u00ad\u2010-\u2015\u200b\u2060\ufeff-]+/g;
const HINT = `An organisation id has ${DIGITS} digits, 0-9 and a-f.`;

/** The id in its one form: lower case, without spaces. */
export function parseOrganisationId(entered: string): Result<string> {
  const id = compact(entered);
  return ORGANISATION_ID.test(id)
    ? accept(id)
    : refuse("encoding_malformed", `${mistakeIn(entered.trim(), id)} ${HINT}`);
}

/** How many of the digits are there, if the text could be the beginning of an id. */
export function digitsSoFar(entered: string): number | undefined {
  const id = compact(entered);
  return /^[0-9a-f]*$/.test(id) && id.length < DIGITS ? id.length : undefined;
}

/** Eight groups of eight digits, to compare by eye. */
export function groupedOrganisationId(id: string): string {
  return groupedHex(id);
}

function compact(entered: string): string {
  return entered.replace(SEPARATORS, "").toLowerCase();
}

type Mistake = readonly [looksSo: (text: string, id: string) => boolean, sentence: string];

/** The first that fits. */
const MISTAKES: readonly Mistake[] = [
  [(text) => text === "", "Nothing was entered."],
  [
    (text) => parseApiKey(text).ok || /^cs_(live|test)_/.test(text),
    "This looks like an API key. Keep it secret.",
  ],
  [(text) => shardOfId(text) !== undefined || /^c_\w*$/.test(text), "This looks like the id of a request."],
  [
    (text) => /^[a-z]{1,2}_[0-9a-z]{20,}$/.test(text),
    "This looks like the id of a person, a project or a key.",
  ],
  [(text) => /^[{[]/.test(text), "This looks like the content of a file."],
  [(text) => /^\w+:\/\//.test(text), "This looks like a link."],
  [(text) => /^[^\s+]+\+[0-9a-f]{8}\+/.test(text), "This looks like the key of a log."],
  [(text) => /^[\w.-]+(:\d+)?\/[\w./-]*$/.test(text), "This looks like the name of a log."],
  [(text) => /^\S+@\S+$/.test(text), "This looks like an e-mail address."],
  [(_text, id) => /^[0-9a-f]{8}$/.test(id), "This looks like a comparison code."],
  [(_text, id) => /^[0-9a-f]{16}$/.test(id), "This looks like the fingerprint of a passkey."],
];

function mistakeIn(text: string, id: string): string {
  const known = MISTAKES.find(([looksSo]) => looksSo(text, id));
  if (known !== undefined) return known[1];
  if (/^[0-9a-f]+$/.test(id) && /\d/.test(id))
    return `This has ${id.length} ${id.length === 1 ? "digit" : "digits"}: some are ${id.length < DIGITS ? "missing" : "too many"}.`;
  return id.length === DIGITS ? "Some of these characters are not digits." : "This looks like a name.";
}
