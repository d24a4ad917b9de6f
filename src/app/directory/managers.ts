import { isManager, otherManagers, type Directory, type Member } from "../../core/stream/directory.ts";
import type { Change } from "../../core/stream/change-format.ts";
import { maySupport, RECOVERY_SIGNATURES } from "../../core/stream/entitlement.ts";
import type { Role } from "../../core/stream/record.ts";
import { singleApproverPolicy, type Policy } from "../../core/policy/policy.ts";
import { placesOf, type Need } from "../../core/policy/seats.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";

// Who is asked to sign a change of the directory: everybody who manages people, has an active passkey and may sign this
// change. Core says who may.

/** Owners of a tenant, invited ones included. */
const OWNERS_MAX = 8;
/**
 * Owners and admins of a tenant, invited ones included. A policy names 64 people at most (POLICY_MAX_PEOPLE), so it can
 * always name all of them.
 */
const MANAGERS_MAX = 56;

/** Refuses a role that would give the tenant too many managers. `members` may include this person. */
export function checkManagerLimit(
  members: Iterable<Pick<Member, "id" | "role">>,
  person: string | undefined,
  role: Role,
): Result<"allowed"> {
  if (!isManager({ role })) return accept("allowed");
  const managers = [...members].filter((member) => member.id !== person && isManager(member));
  const owners = managers.filter((member) => member.role === "owner");
  if (role === "owner" && owners.length >= OWNERS_MAX) return tooMany(`${OWNERS_MAX} owners`);
  if (managers.length >= MANAGERS_MAX) return tooMany(`${MANAGERS_MAX} owners and admins`);
  return accept("allowed");
}

const tooMany = (counted: string) =>
  refuse(
    "too_many_managers",
    `there are ${counted} already, invited ones included; give one of them another role first`,
  );

const noManager = () =>
  refuse("recovery_impossible", "nobody is left who could sign for it; an only owner can't be recovered");

/** One of the managers who may sign this change alone, except the person whom it is about. */
export function anyManager(directory: Directory, change: Change): Result<string | Policy> {
  const subject = "person" in change ? change.person.id : undefined;
  const others = managersBesides(directory, subject).filter(({ id }) => maySupport(directory, change, id));
  const [first] = others;
  if (first === undefined) return noManager();
  if (others.length === 1) return accept(first.id);
  const areOwners = others.every(({ role }) => role === "owner");
  return accept({
    ...policyOf([needOf(areOwners ? "Owners" : "Managers", others, 1)]),
    name: areOwners ? "Any one of the owners" : "Any one who manages people",
  });
}

function managersBesides(directory: Directory, person: string | undefined): readonly Member[] {
  const nameOf = ({ username }: Member) => username ?? "";
  return otherManagers(directory, person).toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

/** As many managers as a recovery of this person needs. */
export function quorumOfManagers(directory: Directory, person: Member): Result<string | Policy> {
  const others = managersBesides(directory, person.id);
  const owners = others.filter(({ role }) => role === "owner");
  const entitled = person.role === "owner" ? owners : others;
  const [first] = entitled;
  if (first === undefined) return noManager();
  if (others.length < RECOVERY_SIGNATURES) return accept(first.id);
  const needs =
    person.role === "owner"
      ? [needOf("Owners", owners, 1), needOf("Managers", others, RECOVERY_SIGNATURES - 1)]
      : [needOf("Managers", others, RECOVERY_SIGNATURES)];
  return accept({
    ...policyOf(needs),
    name: `${RECOVERY_SIGNATURES} who manage people`,
    excludeRequester: true,
  });
}

function policyOf(needs: readonly Need[]): Policy {
  const minimum = placesOf(needs);
  return { ...singleApproverPolicy(""), stages: [{ name: "", needs }], minimum };
}

function needOf(name: string, members: readonly { readonly id: string }[], count: number): Need {
  return { name, count, of: members.map(({ id }) => id) };
}
