import { eq, sql } from "drizzle-orm";
import type { Confirmation } from "../../core/confirmation/decision.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { parsePolicy, singleApproverPolicy, type Policy } from "../../core/confirmation/policy.ts";
import { expectOk } from "../../core/refusal.ts";
import {
  audience,
  confirmations,
  credentials,
  outbox,
  people,
  votes,
  type ConfirmationRow,
  type CredentialRow,
  type OutboxRow,
  type PersonRow,
  type VoteRow,
} from "../../store/schema.ts";
import type { SealedRows } from "../../store/steps.ts";
import { prepared, type TenantStore } from "../../store/tenant-store.ts";

/** A confirmation with all that its next step and its readers need, of one moment. */
export interface Loaded {
  readonly row: ConfirmationRow;
  readonly votes: readonly VoteRow[];
  /** Everyone who is asked or has signed. */
  readonly people: ReadonlyMap<string, PersonRow>;
  readonly decided: OutboxRow | undefined;
  readonly consumed: OutboxRow | undefined;
  readonly policy: Policy;
  readonly state: Confirmation;
}

type LoadedRows = readonly [
  readonly ConfirmationRow[],
  readonly VoteRow[],
  readonly CredentialRow[],
  readonly PersonRow[],
  readonly OutboxRow[],
];

const ID = sql.placeholder("id");
const CONFIRMATION = prepared(confirmations, (scope) =>
  scope.select(confirmations, eq(confirmations.id, ID)),
);
const VOTES = prepared(votes, (scope) => scope.select(votes, eq(votes.confirmationId, ID)).orderBy(votes.at));
const PASSKEYS_OF_VOTES = prepared(credentials, (scope) =>
  scope.select(
    credentials,
    sql`${credentials.id} IN (SELECT ${votes.credentialId} FROM ${votes}
      WHERE ${votes.tenantId} = ${scope.tenantId} AND ${votes.confirmationId} = ${ID})`,
  ),
);
const ASKED = prepared(people, (scope) =>
  scope.select(
    people,
    sql`${people.id} IN (SELECT ${audience.personId} FROM ${audience}
      WHERE ${audience.tenantId} = ${scope.tenantId} AND ${audience.confirmationId} = ${ID})`,
  ),
);
const RECORDS = prepared(outbox, (scope) =>
  scope.select(outbox, eq(outbox.confirmationId, ID)).orderBy(outbox.seq),
);

export async function loadConfirmation(store: TenantStore, id: string): Promise<Loaded | undefined> {
  return loadedFrom(await store.run(rowsOf(id)));
}

/** What a confirmation is loaded from, to be read together with whatever else is needed of the same moment. */
export function rowsOf(id: string) {
  return [
    CONFIRMATION.with({ id }),
    VOTES.with({ id }),
    PASSKEYS_OF_VOTES.with({ id }),
    ASKED.with({ id }),
    RECORDS.with({ id }),
  ] as const;
}

export function loadedFrom([[row], cast, keys, members, sealed]: LoadedRows): Loaded | undefined {
  if (row === undefined) return undefined;
  const decided = sealed.find(({ seq }) => seq === row.decidedSeq);
  const active = new Set(keys.filter(({ revokedAt }) => revokedAt === null).map((key) => key.id));
  return {
    row,
    votes: cast,
    people: new Map(members.map((person) => [person.id, person])),
    decided,
    consumed: sealed.find(({ type }) => type === "consumed"),
    policy: policyOf(row, members),
    state: stateOf(row, cast, active, decided),
  };
}

/** The same confirmation with the outcome whose record was made of these rows. */
export function decidedBy(
  before: Loaded,
  { row: decided, confirmation: row, votes: cast }: SealedRows & { readonly confirmation: ConfirmationRow },
): Loaded {
  // Only signatures that counted are in a record.
  const active = new Set(cast.map(({ credentialId }) => credentialId));
  return { ...before, row, votes: cast, decided, state: stateOf(row, cast, active, decided) };
}

function policyOf(row: ConfirmationRow, members: readonly PersonRow[]): Policy {
  if (row.policy === null) return singleApproverPolicy(members[0]?.id ?? "");
  return expectOk(parsePolicy(expectOk(parseJsonText(row.policy))));
}

function stateOf(
  row: ConfirmationRow,
  cast: readonly VoteRow[],
  active: ReadonlySet<string>,
  decided: OutboxRow | undefined,
): Confirmation {
  return {
    status: row.status,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    executeWithinMilliseconds: row.executeWithinMs,
    requester: row.requesterPerson,
    payloadHash: row.payloadHash,
    votes: cast.flatMap(({ personId, decision, at, credentialId }) =>
      decision === "break-glass"
        ? []
        : [{ person: personId, decision, at, credentialActive: active.has(credentialId) }],
    ),
    escalated: row.escalated,
    decidedAt: row.decidedAt,
    overriddenBy: row.overriddenBy,
    sealed: decided !== undefined && decided.index !== null,
    consumedAt: row.consumedAt,
  };
}
