import { desc, eq, sql, type SQL } from "drizzle-orm";
import { confirmations, credentials, votes } from "../schema.ts";
import type { VoteRow } from "../rows.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";

/**
 * Signatures that a record contains: without those whose passkey was revoked before the outcome. The order of the
 * stream decides, not the clock, so the result is the same whenever the record is built.
 */
function isCounted(): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${credentials} k JOIN ${confirmations} c ON c.tenant_id = k.tenant_id
    WHERE k.tenant_id = ${votes.tenantId} AND k.id = ${votes.credentialId}
      AND c.id = ${votes.confirmationId} AND k.revoked_seq < c.decided_seq)`;
}

export const COUNTED_VOTES = prepared(votes, (scope) =>
  scope.select(votes, sql`${votes.confirmationId} = ${sql.placeholder("confirmation")} AND ${isCounted()}`),
);

export async function countedVotesOf(
  store: TenantStore,
  confirmationIds: readonly string[],
): Promise<readonly VoteRow[]> {
  return store.selectIn(votes, votes.confirmationId, confirmationIds, isCounted());
}

const NEWEST_VOTE = prepared(votes, (scope) =>
  scope
    .select(votes, eq(votes.credentialId, sql.placeholder("credential")))
    .orderBy(desc(votes.at))
    .limit(1),
);

/** The newest vote of each passkey, in the same order. */
export async function newestVotes(
  store: TenantStore,
  passkeys: readonly string[],
): Promise<readonly (VoteRow | undefined)[]> {
  const results = await store.run(passkeys.map((credential) => NEWEST_VOTE.with({ credential })));
  return results.map(([vote]) => vote);
}
