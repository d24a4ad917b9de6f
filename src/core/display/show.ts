import { equalBytes } from "../encoding/bytes.ts";
import { formOf, sidesOf, type Form, type Side } from "./forms.ts";
import { hostWarnings } from "./text/host-names.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import {
  isJsonObject,
  parseJsonObject,
  pointer,
  type JsonObject,
  type JsonValue,
} from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { namesInOrder } from "../confirmation/member-order.ts";
import { letterWarnings, type TextWarning } from "./text/scripts.ts";
import { drawText, type Segment } from "./text/segments.ts";
import { itemLabel, labelOf } from "./member-labels.ts";

// The payload as lines for a person. Different payloads never give the same lines. Nothing is omitted, shortened or
// linked.

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
  readonly form: Form;
  /** The side of a change, if the object describes one. */
  readonly side?: Side;
  /** Whether a template emphasises it. */
  readonly prominent?: boolean;
  /** The value as a template's format writes it. The exact value is drawn beside it. */
  readonly formatted?: readonly Segment[];
  readonly warnings: readonly TextWarning[];
}

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

/** Of a member, where another one beside it has the same label. */
export const SAME_LABEL: TextWarning = { code: "same-label", detail: "another name here reads the same" };

/** Warnings about a text. */
export function textWarnings(text: string): readonly TextWarning[] {
  return [...hiddenNotes(drawText(text)), ...letterWarnings(text), ...hostWarnings(text)];
}

function addMembers(
  lines: Line[],
  object: JsonObject,
  keys: readonly string[],
  depth: number,
  path: string,
): void {
  const labels = keys.map(labelOf);
  const sides = sidesOf(object);
  const uses = new Map<string, number>();
  for (const label of labels) uses.set(label, (uses.get(label) ?? 0) + 1);
  keys.forEach((key, index) => {
    const label = labels[index] ?? "";
    const warnings: TextWarning[] = textWarnings(key).map((warning) => ({
      ...warning,
      detail: `in the name: ${warning.detail}`,
    }));
    if ((uses.get(label) ?? 0) > 1) warnings.push(SAME_LABEL);
    const side = sides.get(key);
    const position: Position = {
      depth,
      pointer: path + pointer([key]),
      label,
      key: drawText(key),
      item: false,
      ...(side === undefined ? {} : { side }),
    };
    addValue(lines, position, object[key] ?? null, warnings, key);
  });
}

type Position = Pick<Line, "depth" | "pointer" | "label" | "key" | "item" | "side">;

/** `name` is that of the member that holds the value, also if it is in a list. */
function addValue(
  lines: Line[],
  position: Position,
  value: JsonValue,
  warnings: readonly TextWarning[],
  name: string,
): void {
  const add = (kind: LineKind, text: string) =>
    lines.push({
      ...position,
      kind,
      value: plain(text),
      form: kind === "number" ? "number" : "plain",
      warnings,
    });
  if (value === null) add("nothing", "null");
  else if (typeof value === "boolean") add("true or false", String(value));
  else if (typeof value === "number") add("number", String(value));
  else if (typeof value === "string") {
    lines.push({
      ...position,
      kind: value === "" ? "empty text" : "text",
      value: drawText(value),
      form: formOf(value, name),
      warnings: [...warnings, ...textWarnings(value)],
    });
  } else if (isJsonObject(value)) {
    const keys = keysOf(value);
    add(keys.length === 0 ? "empty object" : "object", countText(keys.length, "field"));
    addMembers(lines, value, keys, position.depth + 1, position.pointer);
  } else {
    add(value.length === 0 ? "empty list" : "list", countText(value.length, "item"));
    value.forEach((item, index) => {
      const itemPosition = {
        depth: position.depth + 1,
        pointer: `${position.pointer}/${index}`,
        label: itemLabel(index),
        key: plain(String(index)),
        item: true,
      };
      addValue(lines, itemPosition, item, [], name);
    });
  }
}

/** Sorted, but what was before a change comes before what is after it. */
function keysOf(object: JsonObject): readonly string[] {
  const keys = Object.keys(object).toSorted();
  const sides = [...sidesOf(object).keys()];
  return sides.length === keys.length ? sides : keys;
}

function plain(text: string): readonly Segment[] {
  return text === "" ? [] : [{ text }];
}

function countText(count: number, noun: string): string {
  if (count === 0) return "";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function hiddenNotes(segments: readonly Segment[]): readonly TextWarning[] {
  const names = segments.flatMap(({ hidden }) => (hidden?.suspicious ? [hidden.name] : []));
  if (names.length === 0) return [];
  const detail = `${countText(names.length, "hidden or unusual character")}: ${[...new Set(names)].join(", ")}`;
  return [{ code: "hidden-characters", detail }];
}
