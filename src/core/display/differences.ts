import { canonicalText } from "../encoding/jcs.ts";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import { classOf, innerClassOf, plainName, rankOf } from "./field-names.ts";

// Where two payloads differ, for a short comparison beside the content. Nobody signs it.

/** A longer text is described by its length, never cut. */
const TEXT_MAX_CHARACTERS = 60;

export interface Difference {
  /** Names and positions in words, such as "lines › item 2 › price". */
  readonly name: string;
  /** Undefined where the payload has no such field. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

export interface Differences {
  /** The most telling first. */
  readonly first: readonly Difference[];
  /** How many are not in the list. */
  readonly more: number;
}

export function differencesOf(before: JsonObject, after: JsonObject, max: number): Differences {
  const all: Ranked[] = [];
  compare(all, { name: "", outer: "", rank: 0 }, before, after);
  const sorted = all.toSorted((one, other) => one.rank - other.rank);
  return { first: sorted.slice(0, max), more: Math.max(0, all.length - max) };
}

/** A value as one line: its exact text, or what it is if it has no short one. */
export function valueInWords(
  value: JsonValue | undefined,
): { readonly exact: string } | { readonly words: string } {
  if (value === undefined) return { words: "absent" };
  if (typeof value === "string") {
    if (value === "") return { words: "empty text" };
    if (value.length <= TEXT_MAX_CHARACTERS && !value.includes("\n")) return { exact: value };
    return { words: `a text of ${value.length.toLocaleString("en")} characters` };
  }
  if (typeof value !== "object" || value === null) return { exact: String(value) };
  const [count, noun] = isJsonList(value) ? [value.length, "item"] : [Object.keys(value).length, "field"];
  return { words: `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}` };
}

interface Ranked extends Difference {
  readonly rank: number;
}

interface Place {
  readonly name: string;
  /** The last name of a member on the way here. */
  readonly outer: string;
  readonly rank: number;
}

function compare(
  all: Ranked[],
  place: Place,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): void {
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    for (const name of names) compare(all, member(place, name), own(before, name), own(after, name));
  } else if (isJsonList(before) && isJsonList(after)) {
    const length = Math.max(before.length, after.length);
    for (let at = 0; at < length; at++) compare(all, item(place, at), before[at], after[at]);
  } else if (!isSame(before, after)) all.push({ name: place.name, rank: place.rank, before, after });
}

/** Not what every object inherits: a field can be named "toString". */
function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function member({ name: path, outer }: Place, name: string): Place {
  const of = outer === "" ? classOf(name) : innerClassOf(outer, name);
  return { name: joined(path, plainName(name)), outer: name, rank: rankOf(of) };
}

function item({ name, outer, rank }: Place, at: number): Place {
  return { name: joined(name, `item ${at + 1}`), outer, rank };
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path} › ${name}`;
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalText(one) === canonicalText(other);
}
