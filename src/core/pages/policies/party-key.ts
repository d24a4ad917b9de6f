import type { Usernames } from "../../policy/policy-sentence.ts";
import { DECIDING_ROLES, type Party } from "../../policy/policy-document.ts";

// A party of a policy as the value of a check box: `group:finance`, `role:admin`, `person:u_…`.

export function partyKey(party: Party): string {
  switch (party.kind) {
    case "person":
      return `person:${party.id}`;
    case "group":
      return `group:${party.name}`;
    case "role":
      return `role:${party.role}`;
  }
}

/** Undefined if the text is no such value. A person without a user name keeps the id, and resolving says so. */
export function partyFromKey(key: string, usernames: Usernames): Party | undefined {
  const colon = key.indexOf(":");
  const [kind, value] = [key.slice(0, colon), key.slice(colon + 1)];
  if (value === "") return undefined;
  if (kind === "group") return { kind, name: value };
  if (kind === "person") return { kind, id: value, username: usernames.get(value) ?? value };
  const role = DECIDING_ROLES.find((one) => one === value);
  return kind === "role" && role !== undefined ? { kind, role } : undefined;
}
