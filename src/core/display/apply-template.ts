import { pointer } from "../encoding/strict-json.ts";
import { formatNamed } from "./formats.ts";
import { SAME_LABEL, type Line } from "./show.ts";
import { sentenceParts, type Template } from "./template.ts";
import type { TextWarning } from "./text/scripts.ts";
import { drawText, marker, textOf, type Segment } from "./text/segments.ts";

// What a template makes of a payload's lines. It orders, names and formats them, and drops none. A value in the
// sentence is a piece of its own, so that no value can imitate the words around it.

/** Longer values are in the lines below. */
const SLOT_MAX_CHARACTERS = 80;
const BELOW = "(see below)";

/** The template's own words, a value of the payload, or a note in place of a value. */
export interface SentencePiece {
  readonly kind: "words" | "value" | "note";
  readonly segments: readonly Segment[];
}

export interface Templated {
  readonly sentence: readonly SentencePiece[];
  /** The same lines, in the template's order. */
  readonly lines: readonly Line[];
  /** Where the payload is not as the template expects. */
  readonly notes: readonly TextWarning[];
}

type Field = Template["fields"][number];

/** `lines` are those of the whole payload. */
export function applyTemplate(template: Template, lines: readonly Line[]): Templated {
  const blocks = groupBy(lines, memberOf);
  const fields = new Map(template.fields.map((field) => [pointer([field.name]), field]));
  const drawn = [...fields].flatMap(([at, field]) =>
    (blocks.get(at) ?? []).map((line) => (line.depth === 0 ? withField(line, field) : line)),
  );
  const others = lines.filter((line) => !fields.has(memberOf(line)));
  const sentence: SentencePiece[] = [];
  const notes = template.fields.flatMap(({ name }) => (blocks.has(pointer([name])) ? [] : [absence(name)]));
  const parts = sentenceParts(template.sentence);
  for (const part of parts.ok ? parts.value : []) {
    if (part.kind === "words") sentence.push({ kind: "words", segments: drawWords(part.text) });
    else {
      const at = pointer([part.name]);
      const format = part.format ?? fields.get(at)?.format ?? null;
      const { piece, note } = fillSlot(part.name, format, blocks.get(at)?.[0]);
      sentence.push(piece);
      if (note !== undefined) notes.push(note);
    }
  }
  return {
    sentence,
    lines: withSameLabels([...drawn, ...others]),
    notes: [...new Set(notes)].map((detail) => ({ code: "template", detail })),
  };
}

/** The sentence for a terminal or a title, with its values in brackets. */
export function sentenceText(sentence: readonly SentencePiece[]): string {
  return sentence
    .map(({ kind, segments }) =>
      kind === "value" ? marker(segments.map(closed).join("")) : textOf(segments),
    )
    .join("");
}

/** The opening bracket is a marker in every text; the closing one must be, where it would seem to end the value. */
function closed(segment: Segment): string {
  const text = textOf([segment]);
  return segment.hidden === undefined ? text.replaceAll("\u27e9", marker("U+27E9 angle bracket")) : text;
}

/** `Map.groupBy` is missing in Node 20, on which the command-line program runs. */
function groupBy(lines: readonly Line[], nameOf: (line: Line) => string): ReadonlyMap<string, Line[]> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const group = groups.get(nameOf(line));
    if (group === undefined) groups.set(nameOf(line), [line]);
    else group.push(line);
  }
  return groups;
}

/** The pointer of the outermost member that a line belongs to. */
function memberOf({ pointer: at }: Line): string {
  const end = at.indexOf("/", 1);
  return end < 0 ? at : at.slice(0, end);
}

function withField(line: Line, { label, format, prominent }: Field): Line {
  const formatted = format === null ? undefined : formattedValue(line, format);
  const isFormatted = formatted !== undefined && formatted !== textOf(line.value);
  const named = {
    ...line,
    label: textOf(drawText(label)),
    ...(prominent && { prominent }),
    ...(isFormatted && { formatted: drawText(formatted) }),
  };
  if (format === null || formatted !== undefined) return named;
  const detail = `the template expects ${formatNamed(format)?.expects ?? "another value"} here`;
  return { ...named, warnings: [...line.warnings, { code: "template", detail }] };
}

/** Where a label of the template is also that of another member. */
function withSameLabels(lines: readonly Line[]): readonly Line[] {
  const uses = groupBy(
    lines.filter(({ depth }) => depth === 0),
    ({ label }) => label,
  );
  return lines.map((line) => {
    const isKnown = line.depth > 0 || line.warnings.includes(SAME_LABEL);
    if (isKnown || (uses.get(line.label)?.length ?? 0) < 2) return line;
    return { ...line, warnings: [...line.warnings, SAME_LABEL] };
  });
}

const SCALARS: ReadonlySet<Line["kind"]> = new Set(["text", "number", "true or false", "nothing"]);

interface FilledSlot {
  readonly piece: SentencePiece;
  readonly note?: string;
}

function fillSlot(name: string, format: string | null, line: Line | undefined): FilledSlot {
  if (line === undefined) return { piece: noted(`(no ${textOf(drawText(name))})`), note: absence(name) };
  if (line.kind === "empty text") return { piece: noted("(empty)") };
  const formatted = format === null ? textOf(line.value) : formattedValue(line, format);
  if (formatted === undefined || !SCALARS.has(line.kind)) {
    const expected = (format === null ? undefined : formatNamed(format)?.expects) ?? "one value";
    return { piece: noted(BELOW), note: `the template expects ${expected} in ${quoted(name)}` };
  }
  const segments = formatted === textOf(line.value) ? line.value : drawText(formatted);
  return { piece: isShort(segments) ? { kind: "value", segments } : noted(BELOW) };
}

/** A long value, or one of several lines, would move the words behind it out of sight. */
function isShort(segments: readonly Segment[]): boolean {
  const hasLines = segments.some(({ hidden }) => ["U+000A", "U+000D"].includes(hidden?.codePoint ?? ""));
  return !hasLines && textOf(segments).length <= SLOT_MAX_CHARACTERS;
}

/** A hidden character is part of no number and no time, so no format reads it. */
function formattedValue({ kind, value }: Line, format: string): string | undefined {
  const type = kind === "number" ? "number" : kind === "text" || kind === "empty text" ? "text" : undefined;
  return type && formatNamed(format)?.apply({ type, text: textOf(value) });
}

/** The words beside a slot begin or end with a space, which would be drawn as a marker. */
function drawWords(text: string): readonly Segment[] {
  const [, start = "", words = "", end = ""] = /^( *)(.*?)( *)$/su.exec(text) ?? [];
  const spaces = (all: string) => (all === "" ? [] : [{ text: all }]);
  return [...spaces(start), ...drawText(words), ...spaces(end)];
}

function noted(text: string): SentencePiece {
  return { kind: "note", segments: [{ text }] };
}

function absence(name: string): string {
  return `the template names ${quoted(name)}, which the content does not have`;
}

function quoted(name: string): string {
  return `“${textOf(drawText(name))}”`;
}
