import type { JsonObject, JsonValue } from "../encoding/strict-json.ts";
import type { Result } from "../refusal.ts";
import { parseGroup, type GroupDocument } from "./group-document.ts";
import { readList, readObject, readPerson, type IdOf } from "./written-parts.ts";

// A group as people write it by hand: {"members": ["alex", "bo"]}.

const CODE = "group_invalid";

/** The whole document under this name. */
export function groupFromWritten(name: string, written: JsonValue, idOf: IdOf): Result<GroupDocument> {
  const fields = readObject(written, "", CODE, ["members"]);
  if (!fields.ok) return fields;
  const members = readList(fields.value["members"], "/members", CODE, readPerson(CODE, idOf));
  if (!members.ok) return members;
  return parseGroup({ v: 1, kind: "countersign/group", name, members: members.value });
}

export function writtenGroup({ members }: GroupDocument): JsonObject {
  return { members: members.map(({ username }) => username) };
}
