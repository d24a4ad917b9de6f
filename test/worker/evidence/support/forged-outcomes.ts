import type { Policy } from "../../../../src/core/policy/policy.ts";
import type { Statement } from "../../../../src/core/confirmation/statement.ts";
import type { Outcome } from "../../../../src/core/stream/record.ts";
import { personNamed } from "../../support/signed-decisions.ts";
import { sealedBy, type AttackedTenant } from "./attack-fixture.ts";
import { needOf, staged } from "../../policies/support/frozen-policies.ts";
import { forge, type ForgedVote } from "./forged-rows.ts";

// Real signatures under a policy, sealed by the operator with any outcome.

type Name = "alex" | "maria" | "cy";

export interface Rules {
  readonly of: readonly Name[];
  readonly threshold?: number;
  readonly rejection?: Policy["rejection"];
  readonly breakGlass?: readonly Name[];
  readonly excludeRequester?: boolean;
  /** Enough alone after ten minutes. */
  readonly later?: Name;
}

/** As the service chooses it for this requester, from a document that alex has signed. */
async function policyOf(tenant: AttackedTenant, rules: Rules, requester?: Name): Promise<Policy> {
  const { store } = tenant;
  const { of, threshold = 1, rejection = "first", breakGlass = [], excludeRequester = false, later } = rules;
  const peopleNamed = (names: readonly Name[]) =>
    Promise.all(names.map(async (name) => ({ person: await personNamed(store, name) })));
  const alone = later && [needOf(1, await peopleNamed([later]))];
  const policy = staged([[needOf(threshold, await peopleNamed(of))]], {
    rejection,
    excludeRequester,
    breakGlass: (await peopleNamed(breakGlass)).map(({ person }) => person.id),
    escalations: alone === undefined ? [] : [{ afterSeconds: 600, stage: 1, needs: alone }],
  });
  const person = requester === undefined ? null : (await personNamed(store, requester)).id;
  return sealedBy(tenant, policy, { requester: { kind: "key", id: "k_1", name: "ci", person } });
}

type Votes = Readonly<Partial<Record<Name, Statement["vote"]>>>;

function votesOf(
  tenant: AttackedTenant,
  votes: Votes,
  changes: ForgedVote["changes"],
): readonly ForgedVote[] {
  return (Object.entries(votes) as [Name, Statement["vote"]][]).map(([by, vote]) => ({
    by,
    passkey: tenant[by].passkey,
    vote,
    changes: { reason: vote === "break-glass" ? "The site is down" : "", ...changes },
  }));
}

export interface ForgedOutcome {
  readonly rules?: Rules;
  readonly votes: Votes;
  readonly sealed: Outcome;
  readonly changes?: ForgedVote["changes"];
  readonly requester?: Name;
  /** The request has expired when the record is made. */
  readonly late?: true;
}

/** So short that the policy may have been signed before the request, as far as clocks can tell. */
const LATE_LIFETIME_MILLISECONDS = 60_000;

/** As the operator writes it. The signatures are from the time in which the request could be decided. */
export async function forgeOutcome(tenant: AttackedTenant, forged: ForgedOutcome): Promise<string> {
  const { rules, votes, sealed, late, requester, changes } = forged;
  const policy = rules && (await policyOf(tenant, rules, requester));
  const now = Date.now();
  const created = late === true ? now - LATE_LIFETIME_MILLISECONDS - 1 : now - 1_000;
  const issued = new Date(created + 500).toISOString();
  return forge(tenant, {
    outcome: sealed,
    votes: votesOf(tenant, votes, { issued, ...changes }),
    created,
    at: now,
    ...(late === true && { lifetime: LATE_LIFETIME_MILLISECONDS }),
    ...(policy && { policy }),
    ...(requester && { requester }),
  });
}
