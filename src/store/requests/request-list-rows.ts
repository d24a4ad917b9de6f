import { and, asc, desc, eq, gte, lt, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { earliestConfirmationId } from "../../core/confirmation/confirmation-id.ts";
import type { Status } from "../../core/confirmation/decision.ts";
import { IS_PENDING, isOutcomeSealed, isSignedUnsealed } from "../confirmation/confirmations.ts";
import type { ConfirmationRow } from "../rows.ts";
import { apiKeys, audience, confirmations, people, projects } from "../schema.ts";
import type { TenantStore } from "../tenant-store.ts";

// The requests of an organisation, newest first. A page is read along the index of one condition; the others are checked
// row by row, for a limited number of rows. So a page costs the same after years of requests.

export interface RequestConditions {
  readonly status: Status | null;
  readonly project: string | null;
  /** The name of an API key, or a user name. */
  readonly requester: string | null;
  /** The id of a person who is asked. */
  readonly approver: string | null;
  /** Created at or after this time, and before that one. */
  readonly from: number | null;
  readonly until: number | null;
  /** The action contains this, in any case of A to Z. */
  readonly action: string | null;
  readonly id: string | null;
  /** Only older ones than this id. */
  readonly before: string | null;
  readonly limit: number;
}

export interface RequestRows {
  readonly rows: readonly RequestRow[];
  /** The last request that was looked at, if older ones were not; null if no limit was reached. */
  readonly searchedTo: Pick<ConfirmationRow, "id" | "createdAt"> | null;
}

/** What a list shows of a request. A payload can have 64 KiB. */
const LISTED = [
  "id",
  "type",
  "action",
  "projectId",
  "projectName",
  "projectMode",
  "requesterKind",
  "requesterName",
  "status",
  "createdAt",
  "expiresAt",
  "decidedAt",
  "decidedSeq",
  "consumedAt",
  "approverId",
  "erasedAt",
] as const;
export type RequestRow = Pick<ConfirmationRow, (typeof LISTED)[number]>;

/** One read looks at so many requests that meet the first condition. Most can fail the others. */
export const SEARCHED_MAX_REQUESTS = 800;

/** Written as in the indexes of these lists. It always holds. */
const IS_LISTED = sql`${confirmations.createdAt} > 0`;

type Condition = SQL | undefined;

/** One condition that has an index in the order of ids, and the rest. */
interface Walk {
  /** Without a name: all requests. */
  readonly along: "approver" | "requester" | "status" | "project" | null;
  readonly others: readonly Condition[];
}

export async function readRequests(store: TenantStore, wanted: RequestConditions): Promise<RequestRows> {
  const { before, id, limit, from } = wanted;
  if (id !== null) return { rows: await select(store, eq(confirmations.id, id), 1), searchedTo: null };
  const newest = wanted.until === null ? null : earliestConfirmationId(wanted.until);
  const end = [before, newest].filter((one) => one !== null).toSorted()[0];
  const start = from === null ? "" : earliestConfirmationId(from);
  const walk = walkOf(wanted);
  const searchedTo = walk.others.some((one) => one !== undefined)
    ? await lastSearched(store, wanted, walk, start, end)
    : undefined;
  const floor = searchedTo?.id ?? start;
  const rows = await select(
    store,
    and(
      along(store, wanted, walk, (column) => isBetween(column, floor, end)),
      isSettled(store, wanted.status),
      ...walk.others,
    ),
    limit,
  );
  const unsealed =
    wanted.status === "pending" ? await selectUnsealed(store, { ...wanted, status: null }, floor, end) : [];
  return {
    rows: [...rows, ...unsealed].toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit),
    searchedTo: searchedTo ?? null,
  };
}

async function select(store: TenantStore, where: Condition, limit: number): Promise<readonly RequestRow[]> {
  return store.selectColumns(confirmations, LISTED, where).orderBy(desc(confirmations.id)).limit(limit);
}

/** The condition that is met by the fewest requests, as far as one can say without looking. */
function walkOf({ approver, requester, status, project, action }: RequestConditions): Walk {
  const walked =
    approver !== null
      ? "approver"
      : requester !== null
        ? "requester"
        : status === "pending" || (status !== null && project === null)
          ? "status"
          : project !== null
            ? "project"
            : null;
  return {
    along: walked,
    others: [
      walked === "requester" || requester === null
        ? undefined
        : unindexed(confirmations.requesterName, requester),
      walked === "status" || status === null ? undefined : unindexed(confirmations.status, status),
      walked === "project" || project === null
        ? undefined
        : isOfProject(unindexed(confirmations.projectId, project)),
      // Not LIKE: its patterns are limited to 50 bytes.
      action === null ? undefined : sql`instr(lower(${confirmations.action}), lower(${action})) > 0`,
    ],
  };
}

/** The sign keeps SQLite from choosing an index of this column. */
function unindexed(column: SQLiteColumn, value: string): SQL {
  return sql`+${column} = ${value}`;
}

/** A change of who may sign belongs to no project. */
function isOfProject(condition: SQL): SQL {
  return sql`${confirmations.type} = 'decision' AND ${condition}`;
}

/** The condition that is walked along, with the range of ids. */
function along(
  store: TenantStore,
  { approver, requester, status, project }: RequestConditions,
  { along: walked }: Walk,
  range: (id: SQLiteColumn) => Condition,
): Condition {
  switch (walked) {
    case "approver":
      return sql`${confirmations.id} IN (SELECT ${audience.confirmationId} FROM ${audience}
        WHERE ${audience.tenantId} = ${store.tenantId}
        AND ${and(eq(audience.personId, approver ?? ""), range(audience.confirmationId))})`;
    case "requester":
      return and(IS_LISTED, eq(confirmations.requesterName, requester ?? ""), range(confirmations.id));
    case "status":
      return and(IS_LISTED, eq(confirmations.status, status ?? "pending"), range(confirmations.id));
    case "project":
      return and(IS_LISTED, isOfProject(eq(confirmations.projectId, project ?? "")), range(confirmations.id));
    default:
      return range(confirmations.id);
  }
}

/** A decision that people signed is pending until it is sealed. */
function isSettled(store: TenantStore, status: Status | null): Condition {
  return status === "approved" || status === "rejected" ? isOutcomeSealed(store) : undefined;
}

/** Few requests are signed and not sealed. */
async function selectUnsealed(
  store: TenantStore,
  wanted: RequestConditions,
  start: string,
  end: string | undefined,
): Promise<readonly RequestRow[]> {
  const { approver, requester, project, limit } = wanted;
  const isAsked = sql`EXISTS (SELECT 1 FROM ${audience} WHERE ${audience.tenantId} = ${store.tenantId}
    AND ${audience.personId} = ${approver} AND ${audience.confirmationId} = ${confirmations.id})`;
  const { others } = walkOf({ ...wanted, approver: null, requester: null, project: null });
  return select(
    store,
    and(
      isSignedUnsealed(store),
      isBetween(confirmations.id, start, end),
      approver === null ? undefined : isAsked,
      requester === null ? undefined : unindexed(confirmations.requesterName, requester),
      project === null ? undefined : isOfProject(unindexed(confirmations.projectId, project)),
      ...others,
    ),
    limit,
  );
}

/** The last one of as many as a page looks at; undefined if there are fewer. */
async function lastSearched(
  store: TenantStore,
  wanted: RequestConditions,
  walk: Walk,
  start: string,
  end: string | undefined,
): Promise<RequestRows["searchedTo"] | undefined> {
  const place = SEARCHED_MAX_REQUESTS - 1;
  if (walk.along !== "approver") {
    const where = along(store, wanted, walk, (column) => isBetween(column, start, end));
    const [last] = await store
      .selectColumns(confirmations, ["id", "createdAt"], where)
      .orderBy(desc(confirmations.id))
      .limit(1)
      .offset(place);
    return last;
  }
  const isAsked = eq(audience.personId, wanted.approver ?? "");
  const [last] = await store
    .selectColumns(audience, ["confirmationId"], and(isAsked, isBetween(audience.confirmationId, start, end)))
    .orderBy(desc(audience.confirmationId))
    .limit(1)
    .offset(place);
  if (last === undefined) return undefined;
  const isLast = eq(confirmations.id, last.confirmationId);
  return (await store.selectColumns(confirmations, ["id", "createdAt"], isLast).limit(1))[0];
}

function isBetween(id: SQLiteColumn, start: string, end: string | undefined): Condition {
  return and(gte(id, start), end === undefined ? undefined : lt(id, end));
}

/** How many requests are shown as pending, counted up to this number. */
export async function countPending(store: TenantStore, max: number): Promise<number> {
  const [[pending], [signed]] = await store.read([
    store.count(confirmations, max, IS_PENDING),
    store.count(confirmations, max, isSignedUnsealed(store)),
  ]);
  return Math.min((pending?.count ?? 0) + (signed?.count ?? 0), max);
}

export interface RequestChoices {
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly requesters: readonly string[];
  readonly approvers: readonly string[];
}

/** Names for the filters, so many of each. */
export async function readChoices(store: TenantStore, max: number): Promise<RequestChoices> {
  const [ofTenant, keys, usernames] = await store.read([
    store.selectColumns(projects, ["id", "name"]).orderBy(asc(projects.id)).limit(max),
    store.selectColumns(apiKeys, ["name"]).orderBy(desc(apiKeys.id)).limit(max),
    store.selectColumns(people, ["username"]).orderBy(asc(people.username)).limit(max),
  ]);
  return {
    projects: ofTenant,
    requesters: [...new Set(keys.map(({ name }) => name))].toSorted(),
    approvers: usernames.map(({ username }) => username),
  };
}
