import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import { classOf, innerClassOf, plainName, rankOf, type FieldClass } from "./field-names.ts";
import { textWarnings } from "./show.ts";
import type { TextWarning } from "./text/scripts.ts";

// What tells a request apart from others of the same action in a list: a few values of its payload, and which warnings
// it raises. A summary, which nobody signs: the approval page shows everything.

export const TELLING_MAX_VALUES = 3;
/** Of a name or a value. Three values fit on two rows of a phone. */
export const TELLING_MAX_CHARACTERS = 40;
/** With fewer, a list also shows the beginning of a long text. */
const VALUES_ENOUGH = 2;
/** The names are compared with a list of words, which must stay cheap for a payload of 10,000 values. */
const CANDIDATES_MAX = 200;
/** Some five phone screens. */
const LONG_MIN_CHARACTERS = 4_000;

export interface TellingValue {
  readonly name: string;
  readonly value: string | number | boolean;
  /** Whether the text goes on. */
  readonly cut?: true;
  /** The first item of a list, and how many follow it. */
  readonly more?: number;
}

/** Kinds of warnings, for marks in a list. */
export type Risk = "hidden-characters" | "look-alikes" | "host-names" | "long";

/** A payload and its canonical text. */
interface Canonical {
  readonly value: JsonObject;
  readonly text: string;
}

export interface Telling {
  readonly values: readonly TellingValue[];
  readonly risks: readonly Risk[];
}

export function tellingOf(action: string, payload: Canonical): Telling {
  return { values: tellingValues(payload.value), risks: risksOf(action, payload) };
}

/** The same for the same payload, in any order of its members. */
export function tellingValues(payload: JsonObject): readonly TellingValue[] {
  const candidates = candidatesOf(payload).toSorted((one, other) => one.rank - other.rank);
  const isText = ({ of }: Candidate) => of === "text" || of === "long text";
  const facts = candidates.filter((one) => !isText(one));
  // One of each class first: an amount and a recipient say more than two amounts.
  const firsts = facts.filter(({ of }, place) => facts.findIndex((one) => one.of === of) === place);
  const chosen = [...new Set([...firsts, ...facts])].slice(0, TELLING_MAX_VALUES);
  for (const one of candidates.filter(isText)) {
    const max = one.of === "text" ? TELLING_MAX_VALUES : VALUES_ENOUGH;
    if (chosen.length < max) chosen.push(one);
  }
  return chosen.map(({ shown }) => shown);
}

interface Candidate {
  readonly of: FieldClass | "flag" | "long text";
  /** Lower is more telling. */
  readonly rank: number;
  readonly shown: TellingValue;
}

/** The short values of the payload and of its members, in the order of their names. */
function candidatesOf(payload: JsonObject): readonly Candidate[] {
  const inside: Candidate[] = [];
  const own: Candidate[] = [];
  const sortedNames = (object: JsonObject) => Object.keys(object).toSorted().slice(0, CANDIDATES_MAX);
  for (const name of sortedNames(payload)) {
    const value = payload[name] ?? null;
    if (isJsonObject(value)) {
      if (inside.length > CANDIDATES_MAX) continue;
      for (const inner of sortedNames(value))
        inside.push(
          ...candidate(`${plainName(name)} ${plainName(inner)}`, innerClassOf(name, inner), value[inner]),
        );
    } else if (isJsonList(value)) {
      const [first] = candidate(plainName(name), classOf(name), value[0]);
      const more = value.length - 1;
      if (first !== undefined) own.push(more === 0 ? first : { ...first, shown: { ...first.shown, more } });
    } else own.push(...candidate(plainName(name), classOf(name), value));
  }
  return [...own, ...inside];
}

const LAST_RANK = 100;

/** None for what says nothing, and for what is itself an object or a list. */
function candidate(name: string, named: FieldClass, value: JsonValue | undefined): readonly Candidate[] {
  if (value === undefined || value === null || typeof value === "object") return [];
  const shortName = cutText(name).text;
  if (typeof value === "boolean")
    return [{ of: "flag", rank: rankOf("other") + 0.5, shown: { name: shortName, value } }];
  // A currency or a word in an object of an amount is no amount.
  const isNoAmount = named === "amount" && !/[0-9]/.test(String(value));
  const of = isNoAmount ? "other" : named;
  if (typeof value === "number") return [{ of, rank: rankOf(of), shown: { name: shortName, value } }];
  if (value.trim() === "") return [];
  const { text, cut } = cutText(value);
  const shown: TellingValue = { name: shortName, value: text, ...(cut ? { cut } : {}) };
  // The beginning of a command says what it does; that of another long text seldom does.
  if (cut && of !== "command") return [{ of: "long text", rank: LAST_RANK + rankOf(of), shown }];
  return [{ of, rank: rankOf(of), shown }];
}

/** The first line, up to the limit. */
function cutText(text: string): { readonly text: string; readonly cut: boolean } {
  // So many code units hold at least as many characters as are kept.
  const characters = Array.from(text.slice(0, 2 * TELLING_MAX_CHARACTERS + 2));
  const lineEnd = characters.findIndex((one, place) => place > 0 && (one === "\n" || one === "\r"));
  const end = Math.min(lineEnd === -1 ? Infinity : lineEnd, TELLING_MAX_CHARACTERS);
  const kept = characters.slice(0, end).join("");
  return { text: kept, cut: kept.length < text.length };
}

/** Null for a warning that is not about one text. */
const RISK_OF: Readonly<Record<TextWarning["code"], Risk | null>> = {
  "hidden-characters": "hidden-characters",
  "right-to-left": "look-alikes",
  "mixed-scripts": "look-alikes",
  "look-alike-letters": "look-alikes",
  "unusual-letters": "look-alikes",
  "unusual-digits": "look-alikes",
  "unusual-signs": "look-alikes",
  "not-normalised": "look-alikes",
  "host-in-punycode": "host-names",
  "host-differs": "host-names",
  "same-label": null,
  template: null,
};
const RISKS: readonly Risk[] = ["hidden-characters", "look-alikes", "host-names", "long"];

/** ASCII without an escape or an address, as most payloads are. Such a text raises no warning. */
const PLAIN = /^[ -.0-[\]-~]*$/;

/** Which kinds of warnings the texts and names raise, each once and in a fixed order. */
function risksOf(action: string, { value, text }: Canonical): readonly Risk[] {
  const found = new Set<Risk | null>();
  const addText = (one: string) => {
    if (!PLAIN.test(one)) for (const { code } of textWarnings(one)) found.add(RISK_OF[code]);
  };
  addText(action);
  if (!PLAIN.test(text)) addTexts(value, addText);
  if (text.length >= LONG_MIN_CHARACTERS) found.add("long");
  return RISKS.filter((risk) => found.has(risk));
}

function addTexts(value: JsonValue, add: (text: string) => void): void {
  if (typeof value === "string") add(value);
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (!isJsonList(value)) add(name);
    addTexts(member, add);
  }
}
