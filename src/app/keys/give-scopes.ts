import { canGive, canGiveByKey } from "../../core/account/scope-terms.ts";
import type { Scope } from "../../core/confirmation/scopes.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Role } from "../../core/stream/record.ts";
import { findPerson } from "../../store/account/people.ts";
import type { ActCall } from "../acts/act.ts";

/** Whether the actor may give these scopes to a key. A key gives no more than the person who created it could. */
export async function checkScopes(call: ActCall, scopes: readonly Scope[]): Promise<Result<"allowed">> {
  const { actor } = call;
  const beyondKeys = scopes.find((scope) => !canGiveByKey(scope));
  if (actor.kind === "key" && beyondKeys !== undefined)
    return refuse(
      "not_allowed",
      `an API key can't give the scope ${beyondKeys} to a key; create such a key in the console`,
      "/scopes",
    );
  const role = await roleOf(call);
  if (role === null) return accept("allowed");
  const beyond = scopes.find((scope) => !canGive(role, scope));
  return beyond === undefined
    ? accept("allowed")
    : refuse(
        "not_allowed",
        `the role ${role} can't give the scope ${beyond} to a key; ask an owner or an admin`,
        "/scopes",
      );
}

/** Of the person who acts, or who created the key that acts. Null for a key that an operator created. */
async function roleOf({ store, actor }: ActCall): Promise<Role | null> {
  if (actor.kind === "person") return actor.person.role;
  const { personId } = actor.key;
  return personId === null ? null : ((await findPerson(store, personId))?.role ?? null);
}
