import { RIGHTS, roleHas, type Right } from "../../core/account/rights.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { isPrivileged } from "../../core/confirmation/scopes.ts";
import { findPerson } from "../../store/account/people.ts";
import type { Principal } from "../account/principal.ts";
import type { Session } from "../account/passkey-session.ts";

/**
 * The one place that says whether a session may do something besides deciding: the role must have the right, and a
 * change needs a recent touch of the passkey. The caller has checked that the session's passkey counts.
 */
export function requireRight(
  { person, elevatedUntil }: Session,
  right: Right,
  now: number,
): Result<"allowed"> {
  const { roles, text, changes } = RIGHTS[right];
  if (!roleHas(person.role, right)) {
    const who = `only ${roles.join(", ")} may do this: ${lowerFirst(text)}`;
    return refuse("not_allowed", `your role is ${person.role}; ${who}; ask one of them`);
  }
  if (changes && (elevatedUntil === null || elevatedUntil <= now))
    return refuse("elevation_required", "confirm with your passkey first; that lasts ten minutes");
  return accept("allowed");
}

/**
 * A key does no more than the person who created it may do now. What people have signed for stays: the scopes of such a
 * key do not come from its creator. An operator's key has no creator.
 */
export async function requireCreatorsRight(
  { store, key }: Principal,
  right: Right,
): Promise<Result<"allowed">> {
  const { scope } = RIGHTS[right];
  if (key.personId === null || scope === null || isPrivileged([scope])) return accept("allowed");
  const creator = await findPerson(store, key.personId);
  return creator === undefined || roleHas(creator.role, right)
    ? accept("allowed")
    : refuse(
        "not_allowed",
        `the person who created this key is ${creator.role} now; use a key of somebody else`,
      );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
