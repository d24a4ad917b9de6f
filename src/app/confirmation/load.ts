import type { Confirmation } from "../../core/confirmation/decision.ts";
import { parsePolicy, singleApproverPolicy, type Policy } from "../../core/policy/policy.ts";
import { parseJsonText } from "../../core/encoding/strict-json.ts";
import { expectOk, refuse } from "../../core/refusal.ts";
import { readConfirmation } from "../../store/confirmation/confirmations.ts";
import type { ConfirmationRow, ConfirmationRows, OutboxRow, PersonRow, VoteRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

/** A request that is absent, another tenant's, or for other people gets the same refusal. */
export const UNKNOWN_REQUEST = refuse("not_found", "there is no such request");

/** Older than the organisation's history: its content, its signatures and the salts of its record are erased. */
export const ERASED_REQUEST = refuse(
  "erased",
  "this request is older than the organisation's history, so its content was erased; a receipt from before stays valid",
);

/** A confirmation with everything that its readers and its next step need, of one moment. */
export interface LoadedConfirmation {
  readonly row: ConfirmationRow;
  readonly votes: readonly VoteRow[];
  /** Everybody who is asked. */
  readonly people: ReadonlyMap<string, PersonRow>;
  readonly decided: OutboxRow | undefined;
  readonly consumed: OutboxRow | undefined;
  readonly policy: Policy;
  readonly state: Confirmation;
}

export async function loadConfirmation(
  store: TenantStore,
  id: string,
): Promise<LoadedConfirmation | undefined> {
  const rows = await readConfirmation(store, id);
  return rows && confirmationFrom(rows);
}

export function confirmationFrom(rows: ConfirmationRows): LoadedConfirmation {
  const { row, votes, audience, records } = rows;
  const decided = records.find(({ seq }) => seq === row.decidedSeq);
  return {
    row,
    votes,
    people: new Map(audience.map((person) => [person.id, person])),
    decided,
    consumed: records.find(({ type }) => type === "consumed"),
    policy: policyOf(row, audience),
    state: stateOf(row, votes, decided),
  };
}

/** A request without a policy is for the one person of its audience. */
export function policyOf(row: ConfirmationRow, audience: readonly PersonRow[]): Policy {
  if (row.policy === null) return singleApproverPolicy(audience[0]?.id ?? "");
  return expectOk(parsePolicy(expectOk(parseJsonText(row.policy))));
}

function stateOf(
  row: ConfirmationRow,
  votes: readonly VoteRow[],
  decided: OutboxRow | undefined,
): Confirmation {
  return {
    status: row.status,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    executeWithinMilliseconds: row.executeWithinMs,
    requester: row.requesterPerson,
    payloadHash: row.payloadHash,
    votes: votes.flatMap(({ personId, vote, stage, at, endedSeq }) =>
      vote === "break-glass" ? [] : [{ person: personId, vote, stage, at, counts: endedSeq === null }],
    ),
    escalated: row.escalated,
    decidedAt: row.decidedAt,
    overriddenBy: row.overriddenBy,
    sealed: decided !== undefined && decided.index !== null,
    consumedAt: row.consumedAt,
  };
}
