/** A sentence names no more of a list one by one. */
export const LISTED_MAX_NAMES = 16;

type Party =
  | { readonly kind: "person"; readonly username: string }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "role"; readonly role: string };

/** As sentences and the needs of a request's policy name it. No person and no group has a name with a space. */
export function partyName(one: Party): string {
  if (one.kind === "person") return one.username;
  return one.kind === "group" ? one.name : `the ${one.role}s`;
}
