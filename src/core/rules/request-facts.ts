import type { Statement } from "../confirmation/statement.ts";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";

// What rules can see of a request. All of it is in what people sign, so an audit of the signed statements computes the
// same. Nothing else goes in: no clock, no address, nothing that the service alone says.

/** The parts of a statement that rules see. They are known before there is a statement. */
export type FactSource = Pick<Statement, "action" | "project" | "requester" | "created">;

/** The types of the variables, as the expressions' package names them. */
export const FACT_TYPES = {
  action: "string",
  payload: "map",
  project: "map<string, string>",
  requester: "map<string, string>",
  tool: "string",
  time: "map<string, int>",
} as const;

export type FactName = keyof typeof FACT_TYPES;

/** The fields of the variables that always have the same. */
export const FACT_FIELDS: Readonly<Partial<Record<FactName, readonly string[]>>> = {
  project: ["id", "name", "mode"],
  requester: ["kind", "id", "name", "person"],
  time: ["year", "month", "day", "hour", "minute", "weekday"],
};

export interface RequestFacts {
  readonly variables: Readonly<Record<FactName, unknown>>;
  /** How much there is to look at: one for each value, and one for each 16 characters of names and texts. */
  readonly weight: number;
  /** The same of the longest text. */
  readonly text: number;
  /** The most members that a list or an object has. */
  readonly longest: number;
}

const CHARACTERS_PER_WEIGHT = 16;

export function requestFacts(source: FactSource, payload: JsonObject): RequestFacts {
  const { action, project, requester } = source;
  const size = { weight: 0, text: 0, longest: 0 };
  const { tool } = payload;
  const variables = {
    action,
    payload: asSeen(payload, size),
    project: mapOf({ id: project.id, name: project.name, mode: project.mode }),
    requester: mapOf({
      kind: requester.kind,
      id: requester.id,
      name: requester.name,
      person: requester.person ?? "",
    }),
    tool: typeof tool === "string" ? tool : "",
    time: timeOf(new Date(source.created)),
  };
  for (const text of [action, project.id, project.name, requester.id, requester.name]) addText(text, size);
  return { ...size, variables };
}

/** In UTC. Whole numbers are BigInts for the package. */
function timeOf(created: Date): ReadonlyMap<string, bigint> {
  return mapOf({
    year: BigInt(created.getUTCFullYear()),
    month: BigInt(created.getUTCMonth() + 1),
    day: BigInt(created.getUTCDate()),
    hour: BigInt(created.getUTCHours()),
    minute: BigInt(created.getUTCMinutes()),
    // Monday is 1 and Sunday 7, as in ISO 8601.
    weekday: BigInt(created.getUTCDay() === 0 ? 7 : created.getUTCDay()),
  });
}

interface Size {
  weight: number;
  text: number;
  longest: number;
}

function addText({ length }: string, size: Size): void {
  const weight = 1 + Math.ceil(length / CHARACTERS_PER_WEIGHT);
  size.weight += weight;
  size.text = Math.max(size.text, weight);
}

/** A JSON number stays a double, and an object becomes a map. */
function asSeen(value: JsonValue, size: Size): unknown {
  if (typeof value === "string") addText(value, size);
  else size.weight++;
  if (isJsonList(value)) {
    size.longest = Math.max(size.longest, value.length);
    return value.map((item) => asSeen(item, size));
  }
  if (!isJsonObject(value)) return value;
  // In the order of canonical JSON, since a loop can see it, and not that of the text that somebody sent.
  const names = Object.keys(value).toSorted();
  size.longest = Math.max(size.longest, names.length);
  const map = emptyMap<unknown>();
  for (const name of names) {
    addText(name, size);
    map.set(name, asSeen(value[name] ?? null, size));
  }
  return map;
}

const noEntries = () => new Map<string, never>().entries();

/**
 * A map and no object: a map has no inherited members, so no name leads to one of JavaScript's own. It shows the package
 * no entries, from which that would derive a type such as "map of lists of maps of texts" and keep it for good: a
 * payload could have a new one each time. Access, comparison and loops do not use `entries`.
 */
function emptyMap<Value>(): Map<string, Value> {
  const map = new Map<string, Value>();
  map.entries = noEntries;
  return map;
}

function mapOf<Value>(members: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  const map = emptyMap<Value>();
  for (const [name, value] of Object.entries(members)) map.set(name, value);
  return map;
}
