import { desc, eq, isNull, sql } from "drizzle-orm";
import { votes } from "../schema.ts";
import type { VoteRow } from "../rows.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";

/** The votes that the records of these contain. */
export async function countedVotesOf(
  store: TenantStore,
  confirmationIds: readonly string[],
): Promise<readonly VoteRow[]> {
  return store.selectIn(votes, votes.confirmationId, confirmationIds, isNull(votes.endedSeq));
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
