import { and, desc, eq, gt, lt, sql, type SQL } from "drizzle-orm";
import type { Status } from "../../core/confirmation/decision.ts";
import { audience, confirmations, outbox, people } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import { usernamesOf } from "../account/people.ts";
import type { TenantStore } from "../tenant-store.ts";
import { isOutcomeSealed } from "./confirmations.ts";

export interface ListFilter {
  readonly project: string;
  readonly status?: Status | undefined;
  readonly approver?: string | undefined;
  readonly createdAfter?: number | undefined;
  readonly limit: number;
  /** The last id of the page before. */
  readonly after?: string | undefined;
}

/** What a list shows of a confirmation. Its payload and its policy are read one by one. */
const LISTED = [
  "id",
  "action",
  "payloadHash",
  "policyHash",
  "metadata",
  "status",
  "createdAt",
  "expiresAt",
  "dueAt",
  "executeWithinMs",
  "decidedAt",
  "decidedSeq",
  "consumedAt",
] as const;
export type ListedRow = Pick<ConfirmationRow, (typeof LISTED)[number]>;

/** Decisions that match, newest first: one more than the limit if there are more. */
export async function listConfirmations(
  store: TenantStore,
  filter: ListFilter,
): Promise<readonly ListedRow[]> {
  return store
    .selectColumns(confirmations, LISTED, matching(store, filter))
    .orderBy(desc(confirmations.id))
    .limit(filter.limit + 1);
}

/** A decision that people signed reads pending until it is sealed. */
function matching(store: TenantStore, filter: ListFilter): SQL | undefined {
  const isSealed = isOutcomeSealed(store);
  const isSigned = sql`${confirmations.status} IN ('approved', 'rejected')`;
  const conditions = [eq(confirmations.type, "decision"), eq(confirmations.projectId, filter.project)];
  if (filter.status === "pending")
    conditions.push(sql`(${confirmations.status} = 'pending' OR (${isSigned} AND NOT ${isSealed}))`);
  else if (filter.status !== undefined)
    conditions.push(eq(confirmations.status, filter.status), sql`(NOT ${isSigned} OR ${isSealed})`);
  if (filter.createdAfter !== undefined) conditions.push(gt(confirmations.createdAt, filter.createdAfter));
  if (filter.after !== undefined) conditions.push(lt(confirmations.id, filter.after));
  if (filter.approver !== undefined) {
    conditions.push(sql`${confirmations.id} IN (SELECT ${audience.confirmationId} FROM ${audience}
      JOIN ${people} ON ${people.tenantId} = ${audience.tenantId} AND ${people.id} = ${audience.personId}
      WHERE ${audience.tenantId} = ${store.tenantId} AND ${people.username} = ${filter.approver})`);
  }
  return and(...conditions);
}

/** The ids of those whose outcome is sealed. */
export async function sealedAmong(
  store: TenantStore,
  rows: readonly ListedRow[],
): Promise<ReadonlySet<string>> {
  const seqs = rows.flatMap(({ decidedSeq }) => (decidedSeq === null ? [] : [decidedSeq]));
  const records = await store.selectIn(outbox, outbox.seq, seqs);
  return new Set(
    records.flatMap(({ index, confirmationId }) =>
      index === null || confirmationId === null ? [] : [confirmationId],
    ),
  );
}

/** By confirmation: the username of somebody who is asked. */
export async function approverNames(
  store: TenantStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const pairs = await store.selectIn(audience, audience.confirmationId, ids);
  const usernames = await usernamesOf(
    store,
    pairs.map(({ personId }) => personId),
  );
  return new Map(
    pairs.flatMap(({ confirmationId, personId }) => {
      const username = usernames.get(personId);
      return username === undefined ? [] : [[confirmationId, username] as const];
    }),
  );
}
