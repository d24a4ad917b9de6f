import { ACTION_MAX_CHARACTERS } from "../confirmation/statement.ts";
import { toHex } from "../encoding/bytes.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { FORMAT_NAMES, formatNamed } from "./formats.ts";

// An organisation's own way to draw the requests of one action: a sentence with slots, labels, formats, the order.
// People sign it, and every request that it draws carries its hash in what is signed. It can hide nothing: what it does
// not name follows below.

/** Two lines on a phone. */
export const SENTENCE_MAX_CHARACTERS = 300;
const SENTENCE_MAX_SLOTS = 16;
export const LABEL_MAX_CHARACTERS = 60;
export const MEMBER_NAME_MAX_CHARACTERS = 100;
const FORMAT_MAX_CHARACTERS = 16;
/** With 160 characters of 6 bytes each 31 KB, so that a change document with a template is within a payload. */
export const FIELDS_MAX = 32;

const field = shape.object({
  /** The exact name of an outermost member. */
  name: shape.text(MEMBER_NAME_MAX_CHARACTERS),
  label: shape.text(LABEL_MAX_CHARACTERS, 1),
  format: shape.nullable(shape.text(FORMAT_MAX_CHARACTERS, 1)),
  prominent: shape.boolean,
});

export const templateShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/template"),
  /** It draws the requests with exactly this action. */
  action: shape.text(ACTION_MAX_CHARACTERS, 1),
  sentence: shape.text(SENTENCE_MAX_CHARACTERS, 1),
  /** In the order in which they are drawn, before all others. */
  fields: shape.list(field, FIELDS_MAX),
});

export type Template = shape.ShapeOf<typeof templateShape>;

/** Words of the template, or a slot for the value of an outermost member. */
export type SentencePart =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "slot"; readonly name: string; readonly format: string | null };

/** A template whose sentence and formats can be read. */
export function parseTemplate(value: JsonValue): Result<Template> {
  const matched = shape.matchShape(templateShape, value);
  if (!matched.ok) return matched;
  const template = matched.value;
  const parts = sentenceParts(template.sentence);
  if (!parts.ok) return parts;
  const slots = parts.value.flatMap((part) => (part.kind === "slot" ? [part] : []));
  if (slots.length > SENTENCE_MAX_SLOTS)
    return refuse("template_invalid", `has more than ${SENTENCE_MAX_SLOTS} slots`, "/sentence");
  const unknown = slots.find(({ format }) => format !== null && formatNamed(format) === undefined);
  if (unknown !== undefined) return unknownFormat("/sentence");
  for (const [place, { name, label, format }] of template.fields.entries()) {
    const earlier = template.fields.slice(0, place);
    if (earlier.some((other) => other.name === name))
      return refuse("template_invalid", "repeats the name of an earlier field", `/fields/${place}/name`);
    if (earlier.some((other) => other.label === label))
      return refuse("template_invalid", "repeats the label of an earlier field", `/fields/${place}/label`);
    if (format !== null && formatNamed(format) === undefined) return unknownFormat(`/fields/${place}/format`);
  }
  return accept(template);
}

function unknownFormat(at: string) {
  return refuse("template_invalid", `names an unknown format; use ${FORMAT_NAMES}`, at);
}

export function templateHash(template: Template): string {
  return toHex(hashOfJson(template));
}

/** `{name}` and `{name|format}` are slots; `{{` and `}}` are braces. */
export function sentenceParts(sentence: string): Result<readonly SentencePart[]> {
  const parts: SentencePart[] = [];
  let words = "";
  let end = 0;
  for (const match of sentence.matchAll(/\{\{|\}\}|\{([^{}|]*)(?:\|([^{}|]*))?\}|[{}]/g)) {
    words += sentence.slice(end, match.index);
    end = match.index + match[0].length;
    const [token, name, format = null] = match;
    if (name !== undefined) {
      if (words !== "") parts.push({ kind: "words", text: words });
      words = "";
      parts.push({ kind: "slot", name, format });
    } else if (token.length === 2) words += token.charAt(0);
    else
      return refuse(
        "template_invalid",
        `has a brace at character ${match.index} that belongs to no slot; a brace in the text is written twice`,
        "/sentence",
      );
  }
  words += sentence.slice(end);
  if (words !== "") parts.push({ kind: "words", text: words });
  return accept(parts);
}
