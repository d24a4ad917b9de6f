import { RIGHTS, roleHas, type Right } from "../../core/account/rights.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { isPrivileged } from "../../core/confirmation/scopes.ts";
import { findPerson } from "../../store/account/people.ts";
import { isSandbox } from "../../store/shards/sandboxes.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Principal } from "../account/principal.ts";
import type { Session } from "../account/passkey-session.ts";

/**
 * The one place that says whether a session may do something besides deciding: the role must have the right, and a
 * change needs a recent touch of the passkey. The caller has checked that the session's passkey counts.
 */
export async function requireRight(
  store: TenantStore,
  { person, elevatedUntil }: Session,
  right: Right,
  now: number,
): Promise<Result<"allowed">> {
  const { roles, text, changes } = RIGHTS[right];
  if (!roleHas(person.role, right)) {
    const who = `only ${roles.join(", ")} may do this: ${lowerFirst(text)}`;
    return refuse("not_allowed", `your role is ${person.role}; ${who}; ask one of them`);
  }
  // Before the touch of the passkey, which would be for nothing.
  const inSandbox = await checkSandbox(store, right);
  if (!inSandbox.ok) return inSandbox;
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
  const inSandbox = await checkSandbox(store, right);
  if (!inSandbox.ok) return inSandbox;
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

/** What people change in a sandbox, too: the requester's own request. */
const CHANGES_IN_SANDBOX: readonly Right[] = ["requests.cancel"];

async function checkSandbox(store: TenantStore, right: Right): Promise<Result<"allowed">> {
  const isOpen = !RIGHTS[right].changes || CHANGES_IN_SANDBOX.includes(right);
  return isOpen ? accept("allowed") : requireRealOrganisation(store);
}

/**
 * A sandbox belongs to somebody unknown. So nothing leaves it: it invites nobody, sends nothing and publishes nothing. What
 * changes something without one of the rights, and is more than a decision or an own passkey, calls this itself.
 */
export async function requireRealOrganisation(store: TenantStore): Promise<Result<"allowed">> {
  return (await isSandbox(store))
    ? refuse(
        "demo_organisation",
        "this is a demo organisation: in it you decide, cancel and use requests; to do more, create your own organisation",
      )
    : accept("allowed");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
