import { otherManagers, type Directory, type Member } from "../../core/stream/directory.ts";
import { RECOVERY_SIGNATURES } from "../../core/stream/entitlement.ts";
import {
  POLICY_MAX_SEATS,
  singleApproverPolicy,
  type Policy,
  type Requirement,
} from "../../core/confirmation/policy.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findOthersWithRole } from "../../store/account/people.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

// Who is asked to sign a change of the directory. Only owners manage owners.

/** Such a policy names each owner twice, and every assignment of people to seats is tried. */
const OWNERS_MAX_SEATS = 8;

const noManager = () =>
  refuse("recovery_impossible", "nobody is left who could sign for it; an only owner can't be recovered");

/** One of the managers except this person. If the change affects an owner, one of the owners. */
export async function anyManager(
  store: TenantStore,
  person: string,
  affectsOwner: boolean,
): Promise<Result<string | Policy>> {
  const others = await findOthersWithRole(store, person, affectsOwner ? ["owner"] : ["owner", "admin"]);
  const [first] = others;
  if (first === undefined) return noManager();
  if (others.length === 1) return accept(first.id);
  return accept({
    ...singleApproverPolicy(""),
    name: "Any one who manages people",
    require: anyOf("Managers", others.slice(0, POLICY_MAX_SEATS), 1),
  });
}

/** As many managers as a recovery of this person needs. */
export function quorumOfManagers(directory: Directory, person: Member): Result<string | Policy> {
  const others = otherManagers(directory, person.id).toSorted((one, other) =>
    one.username < other.username ? -1 : 1,
  );
  const owners = others.filter(({ role }) => role === "owner");
  const entitled = person.role === "owner" ? owners : others;
  const [first] = entitled;
  if (first === undefined) return noManager();
  if (others.length < RECOVERY_SIGNATURES) return accept(first.id);
  return accept({
    ...singleApproverPolicy(""),
    name: `${RECOVERY_SIGNATURES} who manage people`,
    require: person.role === "owner" ? ownerAndOther(owners, others) : quorumOf(others),
    excludeRequester: true,
  });
}

function quorumOf(others: readonly Member[]): Requirement {
  return anyOf("Managers", others.slice(0, POLICY_MAX_SEATS), RECOVERY_SIGNATURES);
}

/** An owner and another manager. */
function ownerAndOther(owners: readonly Member[], others: readonly Member[]): Requirement {
  const some = owners.slice(0, OWNERS_MAX_SEATS);
  return {
    kind: "quorum",
    name: "An owner and one more",
    threshold: RECOVERY_SIGNATURES,
    of: [anyOf("Owners", some, 1), anyOf("Managers", others.slice(0, POLICY_MAX_SEATS - some.length), 1)],
  };
}

function anyOf(name: string, members: readonly { readonly id: string }[], threshold: number): Requirement {
  return { kind: "quorum", name, threshold, of: members.map(({ id }) => ({ kind: "person", person: id })) };
}
