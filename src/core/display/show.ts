import { equalBytes } from "../encoding/bytes.ts";
import { describeHidden, hiddenCharacter, isCombining, type HiddenCharacter } from "./hidden-characters.ts";
import { hostWarnings } from "./host-names.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import {
  isJsonObject,
  parseJsonObject,
  pointer,
  type JsonObject,
  type JsonValue,
} from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { namesInOrder } from "./order.ts";
import { letterWarnings, type TextWarning } from "./scripts.ts";

// The payload as lines for a person. Different payloads never give the same lines: a character that could be
// mistaken is shown as a marker, such as ⟨U+202E right-to-left override⟩, and so are the characters that markers
// start with. Nothing is omitted, shortened or linked.

/** A piece of text. If `hidden` is set, `text` is the marker of that character. */
export interface Segment {
  readonly text: string;
  readonly hidden?: HiddenCharacter;
}

type LineKind =
  | "text"
  | "empty text"
  | "number"
  | "true or false"
  | "nothing"
  | "object"
  | "empty object"
  | "list"
  | "empty list";

export interface Line {
  /** 0 for the members of the outermost object. */
  readonly depth: number;
  readonly pointer: string;
  /** For reading only: different keys can have the same label. */
  readonly label: string;
  /** The exact name, or the index if `item` is set. */
  readonly key: readonly Segment[];
  /** Whether this is an item of a list; otherwise it is a member of an object. */
  readonly item: boolean;
  readonly kind: LineKind;
  /** The value; for an object or a list, the number of lines one level deeper that belong to it. */
  readonly value: readonly Segment[];
  readonly warnings: readonly TextWarning[];
}

const MARKER_OPEN = "\u27e8";
const MARKER_CLOSE = "\u27e9";
/** Vietnamese uses two accents on a letter, phonetic alphabets three; more could reach into other lines. */
const COMBINING_MAX_MARKS = 3;

/**
 * One line for every value of the payload; none for an empty payload. The members of an object are sorted by name,
 * as in the payload's bytes, but the outermost object's members at the positions in `order` come first.
 */
export function show(payload: Uint8Array, order: readonly number[] = []): Result<readonly Line[]> {
  const parsed = parseJsonObject(payload);
  if (!parsed.ok) return parsed;
  if (!equalBytes(canonicalBytes(parsed.value), payload)) {
    return refuse("json_not_canonical", "the bytes are not in canonical form (RFC 8785)", "");
  }
  const keys = namesInOrder(parsed.value, order);
  if (keys === undefined) return refuse("order_invalid", "not distinct positions of top-level members", "");
  const lines: Line[] = [];
  addMembers(lines, parsed.value, keys, 0, "");
  return accept(lines);
}

/** Shows line breaks, spaces at either end and other easily overlooked characters as markers. */
export function drawText(text: string): readonly Segment[] {
  const segments: Segment[] = [];
  const { start, end } = withoutOuterSpaces(text);
  let plain = "";
  let at = 0;
  let marksLeft = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    const combining = isCombining(codePoint);
    let hidden = hiddenCharacter(codePoint);
    if (at < start || at >= end) hidden = describeHidden(codePoint, "space", false);
    if (combining && marksLeft === 0) hidden = describeHidden(codePoint, "combining mark", true);
    if (hidden === undefined) plain += character;
    else {
      if (plain !== "") segments.push({ text: plain });
      plain = "";
      segments.push({ text: `${MARKER_OPEN}${hidden.codePoint} ${hidden.name}${MARKER_CLOSE}`, hidden });
    }
    if (combining && marksLeft > 0) marksLeft--;
    else marksLeft = hidden === undefined && isLetter(codePoint) ? COMBINING_MAX_MARKS : 0;
    at += character.length;
  }
  if (plain !== "") segments.push({ text: plain });
  return segments;
}

/** Warnings about a text. */
export function textWarnings(text: string): readonly TextWarning[] {
  return [...hiddenNotes(drawText(text)), ...letterWarnings(text), ...hostWarnings(text)];
}

/** A line as plain text, for terminals, mail and tests: one row, and a row for each warning. */
export function drawLine(line: Line): string {
  const indentation = "  ".repeat(line.depth);
  const key = line.item ? textOf(line.key) : `"${unquoted(textOf(line.key))}"`;
  const value = textOf(line.value);
  const row = `${indentation}${unquoted(line.label)} [${key}] ${line.kind}`;
  return [
    // The value ends where the row ends, so quotation marks inside it need no marker.
    value === "" ? row : `${row}: ${line.kind === "text" ? `"${value}"` : value}`,
    // No text can imitate a warning, because in a text this character is always shown as a marker.
    ...line.warnings.map((warning) => `${indentation}  ${MARKER_OPEN}!${MARKER_CLOSE} ${warning.detail}`),
  ].join("\n");
}

/** So that the first two quotation marks of a row always enclose the exact name. */
function unquoted(text: string): string {
  return text.replaceAll('"', `${MARKER_OPEN}U+0022 quotation mark${MARKER_CLOSE}`);
}

/** The text as shown on the screen. */
export function textOf(segments: readonly Segment[]): string {
  return segments.map((segment) => segment.text).join("");
}

function addMembers(
  lines: Line[],
  object: JsonObject,
  keys: readonly string[],
  depth: number,
  path: string,
): void {
  const labels = keys.map(labelOf);
  const uses = new Map<string, number>();
  for (const label of labels) uses.set(label, (uses.get(label) ?? 0) + 1);
  keys.forEach((key, index) => {
    const label = labels[index] ?? "";
    const warnings = textWarnings(key).map((warning) => ({
      ...warning,
      detail: `in the name: ${warning.detail}`,
    }));
    if ((uses.get(label) ?? 0) > 1) {
      warnings.push({ code: "same-label", detail: "another name here reads the same" });
    }
    const position = { depth, pointer: path + pointer([key]), label, key: drawText(key), item: false };
    addValue(lines, position, object[key] ?? null, warnings);
  });
}

type Position = Pick<Line, "depth" | "pointer" | "label" | "key" | "item">;

function addValue(
  lines: Line[],
  position: Position,
  value: JsonValue,
  warnings: readonly TextWarning[],
): void {
  const add = (kind: LineKind, text: string) =>
    lines.push({ ...position, kind, value: plain(text), warnings });
  if (value === null) add("nothing", "null");
  else if (typeof value === "boolean") add("true or false", String(value));
  else if (typeof value === "number") add("number", String(value));
  else if (typeof value === "string") {
    const kind = value === "" ? "empty text" : "text";
    lines.push({
      ...position,
      kind,
      value: drawText(value),
      warnings: [...warnings, ...textWarnings(value)],
    });
  } else if (isJsonObject(value)) {
    const keys = Object.keys(value).toSorted();
    add(keys.length === 0 ? "empty object" : "object", countText(keys.length, "member"));
    addMembers(lines, value, keys, position.depth + 1, position.pointer);
  } else {
    add(value.length === 0 ? "empty list" : "list", countText(value.length, "item"));
    value.forEach((item, index) => {
      const itemPosition = {
        depth: position.depth + 1,
        pointer: `${position.pointer}/${index}`,
        label: `Item ${index + 1}`,
        key: plain(String(index)),
        item: true,
      };
      addValue(lines, itemPosition, item, []);
    });
  }
}

function plain(text: string): readonly Segment[] {
  return text === "" ? [] : [{ text }];
}

function countText(count: number, noun: string): string {
  if (count === 0) return "";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// Words joined by underscores, hyphens or capitals. Not a hyphen before a digit, which may be a minus sign.
const IDENTIFIER = /^[A-Za-z][0-9A-Za-z]*(?:(?:_+|-(?=[A-Za-z]))[0-9A-Za-z]+)*$/;

/** `amount_usd` becomes "Amount Usd". Any other name keeps every character, because signs have meaning. */
function labelOf(key: string): string {
  if (key === "") return "(empty name)";
  if (!IDENTIFIER.test(key)) return textOf(drawText(key));
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function hiddenNotes(segments: readonly Segment[]): readonly TextWarning[] {
  const names = segments.flatMap(({ hidden }) => (hidden?.suspicious ? [hidden.name] : []));
  if (names.length === 0) return [];
  const detail = `${countText(names.length, "hidden or unusual character")}: ${[...new Set(names)].join(", ")}`;
  return [{ code: "hidden-characters", detail }];
}

/** Whether it can carry an accent: ASCII letters, or any character from U+00C0 on. */
function isLetter(codePoint: number): boolean {
  const small = codePoint | 0x20;
  return codePoint >= 0xc0 || (small >= 0x61 && small <= 0x7a);
}

function withoutOuterSpaces(text: string): { readonly start: number; readonly end: number } {
  let start = 0;
  let end = text.length;
  while (text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  return { start, end };
}
