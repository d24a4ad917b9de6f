import { person } from "../confirmation/statement.ts";
import { toHex } from "../encoding/bytes.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { DOCUMENT_NAME, DOCUMENT_NAME_MAX_CHARACTERS, DOCUMENT_NAME_RULE } from "./document-name.ts";

// People of an organisation under one name, such as "finance". A manager signs each version. A group holds people only,
// so no group can hold itself.

/** All of them may be asked by one request, and a record holds 64 signatures. */
export const GROUP_MAX_MEMBERS = 64;

export const groupShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/group"),
  name: shape.text(DOCUMENT_NAME_MAX_CHARACTERS, 1),
  /** With the user names, so that people who sign the group can read it. */
  members: shape.list(person, GROUP_MAX_MEMBERS, 1),
});

export type GroupDocument = shape.ShapeOf<typeof groupShape>;

/** A group whose name is valid, with each person once. Whether these people exist is another question. */
export function parseGroup(value: JsonValue): Result<GroupDocument> {
  const matched = shape.matchShape(groupShape, value);
  if (!matched.ok) return matched;
  const { name, members } = matched.value;
  if (!DOCUMENT_NAME.test(name)) return refuse("group_invalid", DOCUMENT_NAME_RULE, "/name");
  for (const [place, { id, username }] of members.entries()) {
    const earlier = members.slice(0, place);
    if (earlier.some((other) => other.id === id || other.username === username))
      return refuse("group_invalid", `has ${username} twice`, `/members/${place}`);
  }
  return accept(matched.value);
}

export function groupHash(group: GroupDocument): string {
  return toHex(hashOfJson(group));
}
