import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type RefusalCode, type Result } from "../refusal.ts";
import type { Party } from "./policy-document.ts";

// What the documents that people write by hand are made of. People are given by their user names; the ids that are
// signed are added when a document is read.

/** The id of the person who has this user name; undefined if nobody has it. */
export type IdOf = (username: string) => string | undefined;

/** Reads one value; `at` is the JSON Pointer to it. */
export type Read<Value> = (value: JsonValue, at: string) => Result<Value>;

export function readList<Value>(
  value: JsonValue | undefined,
  at: string,
  code: RefusalCode,
  read: Read<Value>,
): Result<readonly Value[]> {
  if (value === undefined) return refuse(code, "is required", at);
  if (!isJsonList(value)) return refuse(code, "must be a list", at);
  const items: Value[] = [];
  for (const [place, item] of value.entries()) {
    const one = read(item, `${at}/${place}`);
    if (!one.ok) return one;
    items.push(one.value);
  }
  return accept(items);
}

/** An object without other fields than these. */
export function readObject(
  value: JsonValue | undefined,
  at: string,
  code: RefusalCode,
  names: readonly string[],
): Result<JsonObject> {
  if (value === undefined || !isJsonObject(value)) return refuse(code, "must be an object", at);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  return unknown === undefined
    ? accept(value)
    : refuse(code, `has no field “${unknown}”; it may have ${names.join(", ")}`, at);
}

/** One value where a list may be: `"a"` for `["a"]`. */
export function asList(value: JsonValue | undefined): JsonValue | undefined {
  return value === undefined || isJsonList(value) ? value : [value];
}

/** A list of one as the value alone. */
export function alone(values: readonly JsonValue[]): JsonValue {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}

/** A user name, as a text or as `{"person": …}`. */
export function readPerson(
  code: RefusalCode,
  idOf: IdOf,
): Read<{ readonly id: string; readonly username: string }> {
  return (value, at) => {
    const username = isJsonObject(value) && Object.keys(value).length === 1 ? value["person"] : value;
    if (typeof username !== "string") return refuse(code, "must be a user name", at);
    const id = idOf(username);
    return id === undefined
      ? refuse(code, `there is nobody “${username}” with a passkey; check the user name`, at)
      : accept({ id, username });
  };
}

/** A person, `{"group": …}` or `{"role": …}`. The names of groups and roles are checked with the whole policy. */
export function readParty(code: RefusalCode, idOf: IdOf): Read<JsonObject> {
  const person = readPerson(code, idOf);
  return (value, at) => {
    if (isJsonObject(value) && Object.keys(value).length === 1) {
      const { group, role } = value;
      if (group !== undefined) return accept({ kind: "group", name: group });
      if (role !== undefined) return accept({ kind: "role", role });
    }
    if (typeof value !== "string" && !(isJsonObject(value) && typeof value["person"] === "string"))
      return refuse(code, "must be a user name, or an object with one of person, group and role", at);
    const one = person(value, at);
    return one.ok ? accept({ kind: "person", ...one.value }) : one;
  };
}

export function writtenParty(party: Party): JsonValue {
  switch (party.kind) {
    case "person":
      return party.username;
    case "group":
      return { group: party.name };
    case "role":
      return { role: party.role };
  }
}
