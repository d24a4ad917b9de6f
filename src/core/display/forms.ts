import { hasRightToLeft } from "./text/directions.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";

// How a value is presented. A form changes only the look: every character stays, so a wrong guess does no harm.

export type Form =
  | "plain"
  | "number"
  /** A time with its zone; the reader's local time is drawn beside it. */
  | "time"
  /** An address; its host is emphasised. */
  | "url"
  /** Letters with digits or signs, such as an account number. */
  | "identifier"
  | "code"
  | "diff";

/** The name of a time zone takes longer forms than this, but not in JSON. */
const TIME_MAX_CHARACTERS = 35;
const URL_MAX_CHARACTERS = 2_048;

const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
// Userinfo ends at the last @. A backslash ends the host in some schemes only, so there is no host with one.
const URL_HOST =
  /^([a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#\\]*@)?)(\[[0-9a-f:.]+\]|[^\s/?#\\:@[\]]+)(?::\d*)?(?:[/?#]|$)/i;
const CODE_NAME =
  /(?:^|_)(?:sql|query|statement|command|cmd|script|shell|bash|code|diff|patch|regex|expression|cron)s?$/i;
const SQL =
  /^\s*(?:select\s[^]*?\sfrom\s|insert into\s|update\s+\S+\s+set\s|delete from\s|with\s+\S+\s+as\s*\(|(?:create|alter|drop|truncate)\s+(?:or replace |unique )?(?:table|index|view|database|schema|user|role|function)\b|(?:grant|revoke)\s[^]*?\son\s)/i;
const SHELL =
  /^(?:#!|\$ \S|(?:sudo|git|rm|curl|kubectl|docker|npm|npx|terraform|aws|gcloud|ssh|psql|chmod|chown) (?:-|[a-z/]))/;
const DIFF = /^(?:diff --git .*|@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*|--- .*\n\+\+\+ .*)$/m;
const IDENTIFIER = /^(?=.*[A-Za-z])(?=.*[0-9_/])[!-~]+$/;
/** A text that a person would take for a value that is no text. */
const UNLIKE_TEXT =
  /^(?:(?=.*\d)[+-]?(?:\d+(?:[ ,'.]\d{3})*|\d*)(?:[.,]\d+)?(?:e[+-]?\d+)?|true|false|null|\d+ (?:items?|fields?)|empty (?:text|list|object))$/i;
const UNLIKE_TEXT_MAX_CHARACTERS = 64;

/** `name` is that of the member that holds the text, or the list with the text. */
export function formOf(text: string, name: string): Form {
  if (text.length <= TIME_MAX_CHARACTERS && timeOf(text) !== undefined) return "time";
  if (hostOf(text) !== undefined) return "url";
  const isLines = text.includes("\n");
  if (isLines && DIFF.test(text)) return "diff";
  if (CODE_NAME.test(name) || SQL.test(text) || SHELL.test(text)) return "code";
  return IDENTIFIER.test(text) ? "identifier" : "plain";
}

/** The milliseconds since 1970 of an ISO 8601 time with a zone. */
export function timeOf(text: string): number | undefined {
  const day = TIME.exec(text)?.[1];
  if (day === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) return undefined;
  // Some engines read 30 February as a day in March.
  return new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day) ? time : undefined;
}

/** The place of the host in an address, where programs read it the same way. */
export function hostOf(text: string): { readonly start: number; readonly end: number } | undefined {
  if (text.length > URL_MAX_CHARACTERS || /\s/.test(text) || hasRightToLeft(text)) return undefined;
  const [, before = "", host = ""] = URL_HOST.exec(text) ?? [];
  if (host === "" || !URL.canParse(text)) return undefined;
  const read = new URL(text).hostname;
  if (read !== host.toLowerCase() && !read.includes("xn--")) return undefined;
  return { start: before.length, end: before.length + host.length };
}

/** Whether a text needs to be called a text, because it reads like another kind of value. */
export function isUnlikeText(text: string): boolean {
  return /^[[{]/.test(text) || (text.length <= UNLIKE_TEXT_MAX_CHARACTERS && UNLIKE_TEXT.test(text));
}

export type Side = "before" | "after";

const SIDES: readonly (readonly [before: string, after: string])[] = [
  ["before", "after"],
  ["old", "new"],
];

/** The sides of a change: members called before and after, or old and new, of one type. */
export function sidesOf(object: JsonObject): ReadonlyMap<string, Side> {
  for (const [before, after] of SIDES) {
    if (
      Object.hasOwn(object, before) &&
      Object.hasOwn(object, after) &&
      isSameType(object[before], object[after])
    ) {
      return new Map([
        [before, "before"],
        [after, "after"],
      ]);
    }
  }
  return new Map();
}

/** Or if one of them is null: a value that was set or removed. */
function isSameType(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  const typeOf = (value: JsonValue | undefined) =>
    Array.isArray(value) ? "list" : isJsonObject(value) ? "object" : typeof value;
  return one === null || other === null || typeOf(one) === typeOf(other);
}
