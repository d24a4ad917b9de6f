import { confirmations } from "../schema.ts";
import type { ConfirmationRow, OutboxRow, VoteRow } from "../rows.ts";
import { countedVotesOf } from "../confirmation/votes.ts";
import type { TenantStore } from "../tenant-store.ts";

/** An outbox row and everything that its record is built from. */
export interface RecordSource {
  readonly row: OutboxRow;
  readonly confirmation: ConfirmationRow | undefined;
  /** Counted signatures in the record's order; none for a use, which is sealed without those before it. */
  readonly votes: readonly VoteRow[];
}

/** The only place where a source is put together, so that a record is the same however often it is built. */
export function recordSource(
  row: OutboxRow,
  confirmation: ConfirmationRow | undefined,
  counted: readonly VoteRow[],
): RecordSource {
  return { row, confirmation, votes: row.type === "consumed" ? [] : counted.toSorted(byTime) };
}

function byTime(one: VoteRow, other: VoteRow): number {
  return one.at - other.at || (one.personId < other.personId ? -1 : 1);
}

/** The sources of these records, in the same order. */
export async function recordSourcesOf(
  store: TenantStore,
  rows: readonly OutboxRow[],
): Promise<readonly RecordSource[]> {
  const ids = rows.flatMap(({ confirmationId }) => (confirmationId === null ? [] : [confirmationId]));
  const [confirmationRows, voteRows] = await Promise.all([
    store.selectIn(confirmations, confirmations.id, ids),
    countedVotesOf(store, ids),
  ]);
  const byId = new Map(confirmationRows.map((confirmation) => [confirmation.id, confirmation]));
  const votes = Map.groupBy(voteRows, ({ confirmationId }) => confirmationId);
  return rows.map((row) => {
    const id = row.confirmationId ?? "";
    return recordSource(row, byId.get(id), votes.get(id) ?? []);
  });
}
