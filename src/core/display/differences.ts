import { canonicalText } from "../encoding/jcs.ts";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import { itemLabel, labelOf } from "./member-labels.ts";

// Where two payloads differ, for a short comparison beside the content. Nobody signs it.

/** A longer text is described by its length, never cut. */
const TEXT_MAX_CHARACTERS = 60;
/** A name can have 64 KiB. */
const LABEL_MAX_CHARACTERS = 40;
const LABELS_MAX = 4;

export interface Difference {
  /** The labels on the way to it, such as "Lines › Item 2 › Price". */
  readonly name: string;
  /** Undefined where the payload has no such field. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

export interface Differences {
  /** Members of the outermost object first, each group in the order of the names. */
  readonly first: readonly Difference[];
  /** How many are not in the list. */
  readonly more: number;
}

export function differencesOf(before: JsonObject, after: JsonObject, max: number): Differences {
  const all: Found[] = [];
  compare(all, [], before, after);
  const isInside = ({ path }: Found) => Number(path.length > 1);
  const sorted = all.toSorted((one, other) => isInside(one) - isInside(other));
  const first = sorted.slice(0, max).map(({ path, ...sides }) => ({ name: nameOf(path), ...sides }));
  return { first, more: all.length - first.length };
}

/** What a value is, in words, where it is no short text, number or the like. Undefined where it is shown as it is. */
export function wordsFor(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return "absent";
  if (typeof value === "string") {
    if (value === "") return "empty text";
    const isShort = value.length <= TEXT_MAX_CHARACTERS && !value.includes("\n");
    return isShort ? undefined : `a text of ${value.length.toLocaleString("en")} characters`;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const [count, noun] = isJsonList(value) ? [value.length, "item"] : [Object.keys(value).length, "field"];
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

interface Found extends Omit<Difference, "name"> {
  readonly path: readonly string[];
}

function compare(
  all: Found[],
  path: readonly string[],
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): void {
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    for (const name of names) compare(all, [...path, labelOf(name)], own(before, name), own(after, name));
  } else if (isJsonList(before) && isJsonList(after)) {
    const length = Math.max(before.length, after.length);
    for (let at = 0; at < length; at++) compare(all, [...path, itemLabel(at)], before[at], after[at]);
  } else if (!isSame(before, after)) all.push({ path, before, after });
}

function nameOf(path: readonly string[]): string {
  const labels = path.map((label) => (label.length > LABEL_MAX_CHARACTERS ? "(long name)" : label));
  const shown = labels.length > LABELS_MAX ? ["…", ...labels.slice(1 - LABELS_MAX)] : labels;
  return shown.join(" › ");
}

/** Not what every object inherits: a field can be named "toString". */
function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalText(one) === canonicalText(other);
}
