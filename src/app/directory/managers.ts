import { and, asc, inArray, ne } from "drizzle-orm";
import {
  otherManagers,
  RECOVERY_SIGNATURES,
  type Directory,
  type Member,
} from "../../core/stream/directory.ts";
import {
  POLICY_MAX_SEATS,
  singleApproverPolicy,
  type Policy,
  type Requirement,
} from "../../core/confirmation/policy.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { people } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

// Who is asked to sign a change of the directory. Only owners manage owners.

/** Each owner of such a policy is named twice, and each way to seat them is tried. */
const OWNERS_MAX_SEATS = 8;

const nobody = () =>
  refuse("recovery_impossible", "nobody is left who could sign for it; an only owner can't be recovered");

/** Any one of those who manage people, but for this person; only owners where an owner is touched. */
export async function anyManager(
  store: TenantStore,
  besides: string,
  touchesOwner: boolean,
): Promise<Result<string | Policy>> {
  const held = inArray(people.role, touchesOwner ? ["owner"] : ["owner", "admin"]);
  const others = await store.select(people, and(held, ne(people.id, besides))).orderBy(asc(people.username));
  const [only] = others;
  if (only === undefined) return nobody();
  if (others.length === 1) return accept(only.id);
  return accept({
    ...singleApproverPolicy(""),
    name: "Any one who manages people",
    require: anyOf("Managers", others.slice(0, POLICY_MAX_SEATS), 1),
  });
}

/** As many of them as a recovery of this person takes. */
export function quorumOfManagers(directory: Directory, person: Member): Result<string | Policy> {
  const others = otherManagers(directory, person.id).toSorted((one, other) =>
    one.username < other.username ? -1 : 1,
  );
  const owners = others.filter(({ role }) => role === "owner");
  const entitled = person.role === "owner" ? owners : others;
  const [first] = entitled;
  if (first === undefined) return nobody();
  if (others.length < RECOVERY_SIGNATURES) return accept(first.id);
  return accept({
    ...singleApproverPolicy(""),
    name: `${RECOVERY_SIGNATURES} who manage people`,
    require: person.role === "owner" ? ownerAndOther(owners, others) : enough(others),
    excludeRequester: true,
  });
}

function enough(others: readonly Member[]): Requirement {
  return anyOf("Managers", others.slice(0, POLICY_MAX_SEATS), RECOVERY_SIGNATURES);
}

/** One of them is an owner; the other one anybody who manages people. */
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
