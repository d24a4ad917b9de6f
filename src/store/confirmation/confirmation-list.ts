import { and, desc, eq, gt, gte, lt, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Status } from "../../core/confirmation/decision.ts";
import { earliestConfirmationId } from "../../core/confirmation/confirmation-id.ts";
import { audience, confirmations, outbox, people } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";
import { isOutcomeSealed } from "./confirmations.ts";

// The decisions of a project, page by page. The cost of a page does not grow with the tenant's history.

export interface ListFilter {
  readonly project: string;
  readonly status?: Status | undefined;
  readonly approver?: string | undefined;
  readonly createdAfter?: number | undefined;
  readonly limit: number;
  /** Only older ones than this id: `next` of the page before. */
  readonly after?: string | undefined;
  /** None older than this id. */
  readonly from?: string | undefined;
}

export interface ListPage {
  readonly rows: readonly ListedRow[];
  /** Older ones may match, also if this page has fewer rows than its limit. */
  readonly next: string | undefined;
}

/** What a list shows of a confirmation. A payload can have 64 KiB, so it is read only with its own confirmation. */
const LISTED = [
  "id",
  "action",
  "payloadHash",
  "policyHash",
  "policyName",
  "metadata",
  "status",
  "createdAt",
  "expiresAt",
  "dueAt",
  "executeWithinMs",
  "decidedAt",
  "decidedSeq",
  "consumedAt",
  "approverId",
  "projectMode",
] as const;
export type ListedRow = Pick<ConfirmationRow, (typeof LISTED)[number]>;

/** A page of one approver looks at so many of that person's requests. Most can have another status or project. */
export const APPROVER_MAX_SCANNED = 500;

/** Decisions that match and are not erased, newest first. */
export async function listConfirmations(store: TenantStore, filter: ListFilter): Promise<ListPage> {
  const { approver, createdAfter, after, limit } = filter;
  const floor = approver === undefined ? "" : await oldestScanned(store, approver, after);
  const bound = latest(
    filter.from ?? "",
    createdAfter === undefined ? "" : earliestConfirmationId(createdAfter),
  );
  const range = (id: SQLiteColumn) => isBetween(id, latest(bound, floor), after);
  const matches = and(
    sql`${confirmations.type} = 'decision' AND ${confirmations.erasedAt} IS NULL`,
    eq(confirmations.projectId, filter.project),
    createdAfter === undefined ? undefined : gt(confirmations.createdAt, createdAfter),
    approver === undefined ? range(confirmations.id) : isAskedOf(store, approver, range),
  );
  const select = (condition: SQL) =>
    store
      .selectColumns(confirmations, LISTED, and(matches, condition))
      .orderBy(desc(confirmations.id))
      .limit(limit + 1);
  const [first, ...others] = conditionsFor(store, filter.status);
  const found = (await store.read([select(first), ...others.map(select)])).flat();
  const rows = found.toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
  if (found.length > limit) return { rows, next: rows.at(-1)?.id };
  return { rows, next: floor > bound ? floor : undefined };
}

type Conditions = readonly [SQL, ...SQL[]];

/**
 * One condition for each part of the index, which SQLite reads in the order of ids. A decision that people signed is
 * pending until it is sealed; few are not.
 */
function conditionsFor(store: TenantStore, status: Status | undefined): Conditions {
  const has = (one: Status) => sql`${confirmations.status} = ${one}`;
  const isSealed = isOutcomeSealed(store);
  switch (status) {
    case undefined:
      return [has("pending"), has("approved"), has("rejected"), has("expired"), has("cancelled")];
    case "pending":
      return [has("pending"), sql`${isUnsealed(store)} AND NOT ${isSealed}`];
    case "approved":
    case "rejected":
      return [sql`${has(status)} AND ${isSealed}`];
    default:
      return [has(status)];
  }
}

function isUnsealed({ tenantId }: TenantStore): SQL {
  return sql`${confirmations.status} IN ('approved', 'rejected') AND ${confirmations.id} IN (
    SELECT ${outbox.confirmationId} FROM ${outbox}
    WHERE ${outbox.tenantId} = ${tenantId} AND ${outbox.index} IS NULL)`;
}

/** The last id that a page of this approver looks at; empty if the person's requests are fewer. */
async function oldestScanned(store: TenantStore, approver: string, after?: string): Promise<string> {
  const [oldest] = await store
    .selectColumns(
      audience,
      ["confirmationId"],
      and(isMember(store, approver), isBefore(audience.confirmationId, after)),
    )
    .orderBy(desc(audience.confirmationId))
    .limit(1)
    .offset(APPROVER_MAX_SCANNED - 1);
  return oldest?.confirmationId ?? "";
}

function isAskedOf(store: TenantStore, approver: string, range: (id: SQLiteColumn) => SQL | undefined): SQL {
  const condition = and(isMember(store, approver), range(audience.confirmationId));
  return sql`${confirmations.id} IN (SELECT ${audience.confirmationId} FROM ${audience}
    WHERE ${audience.tenantId} = ${store.tenantId} AND ${condition})`;
}

function isMember({ tenantId }: TenantStore, username: string): SQL {
  return sql`${audience.personId} = (SELECT ${people.id} FROM ${people}
    WHERE ${people.tenantId} = ${tenantId} AND ${people.username} = ${username})`;
}

function isBetween(id: SQLiteColumn, from: string, after: string | undefined): SQL | undefined {
  return and(gte(id, from), isBefore(id, after));
}

function isBefore(id: SQLiteColumn, after: string | undefined): SQL | undefined {
  return after === undefined ? undefined : lt(id, after);
}

function latest(one: string, other: string): string {
  return one > other ? one : other;
}
