import { and, desc, gt, inArray, isNull, lte, sql, type SQL } from "drizzle-orm";
import { INBOX_COUNTED_MAX, INBOX_PAGE_ITEMS } from "../../core/pages/inbox.ts";
import { audience, confirmations, credentials, reveals, votes } from "../schema.ts";
import type { ConfirmationRow, VoteRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";
import { IS_CHANGE, IS_PENDING } from "./confirmations.ts";

// What one person is asked. Each list is bounded, so an inbox costs the same after years of requests.

/** Decided requests, and those of the same action, are looked for among this many of the newest that name the person. */
export const SEARCHED_MAX_REQUESTS = 500;

const COLUMNS = [
  "id",
  "type",
  "action",
  "payloadHash",
  "requesterName",
  "projectName",
  "projectMode",
  "status",
  "createdAt",
  "expiresAt",
  "decidedAt",
  "telling",
] as const;
export type InboxRow = Pick<ConfirmationRow, (typeof COLUMNS)[number]>;

/** It waits for signatures. */
export interface OpenRow extends InboxRow, Pick<ConfirmationRow, "policy"> {
  readonly votes: readonly InboxVote[];
}
type InboxVote = Pick<VoteRow, "personId" | "vote" | "stage" | "endedSeq">;

interface InboxRows {
  /** Changes of the directory first, so that no API key can push them out; then by expiry, the next one first. */
  readonly open: readonly OpenRow[];
  /** Whether more are on a later page. */
  readonly hasMore: boolean;
  readonly openTotal: number;
  /** Open requests on the pages before. */
  readonly openBefore: number;
  /** Requests of people who do not count yet, by expiry. They are in none of the numbers above. */
  readonly unendorsed: readonly InboxRow[];
  readonly hasMoreUnendorsed: boolean;
  /** Open requests that the person has signed, in the order of open ones. They are in no other list or number. */
  readonly signed: readonly OpenRow[];
  readonly hasMoreSigned: boolean;
  /** Decided by people or by time, the newest decision first. */
  readonly decided: readonly InboxRow[];
  /** The ids of those that are public. */
  readonly published: ReadonlySet<string>;
  /** The ids of pending requests that time alone changes now. */
  readonly due: readonly string[];
}

/** The order of open requests, as in the index `confirmations_open`. */
const POSITION = sql`type = 'decision', expires_at, id`;

/**
 * Whether a link alone led to the request: it would make a first passkey count, or replace all passkeys of a person.
 * A person who has an active passkey has confirmed a further one with it.
 */
const IS_UNENDORSED = sql`(${confirmations.type} IN ('recovered', 'credential.endorsed')
  AND (${confirmations.type} = 'recovered' OR NOT EXISTS (SELECT 1 FROM ${credentials} k
    WHERE k.tenant_id = ${confirmations.tenantId} AND k.person_id = ${confirmations.requesterPerson}
      AND k.endorsed_seq IS NOT NULL AND k.revoked_at IS NULL)))`;

export async function readInbox(
  store: TenantStore,
  person: string,
  now: number,
  /** The id of the last open request on the page before. */
  after: string | undefined,
): Promise<InboxRows> {
  const { tenantId } = store;
  const { isNamed, isOpen, isUnendorsed, isSigned } = conditionsOf(tenantId, person, now);
  const newest = sql`(SELECT ${audience.confirmationId} FROM ${audience} WHERE ${audience.tenantId} = ${tenantId}
    AND ${audience.personId} = ${person} ORDER BY ${audience.confirmationId} DESC LIMIT ${SEARCHED_MAX_REQUESTS})`;
  const isDecided = and(
    inArray(confirmations.status, ["approved", "rejected", "expired"]),
    isNull(confirmations.erasedAt),
  );
  const cursor = after === undefined ? undefined : positionOf(tenantId, after);
  const select = (where: SQL | undefined) => store.selectColumns(confirmations, COLUMNS, where);
  const selectOpen = (where: SQL | undefined) =>
    store.selectColumns(confirmations, [...COLUMNS, "policy"], where);
  const count = (where: SQL | undefined) => store.count(confirmations, INBOX_COUNTED_MAX, where);
  const [open, [total], [before], unendorsed, signed, decided, published, due] = await store.read([
    selectOpen(and(isOpen, cursor && sql`(${POSITION}) > ${cursor}`))
      .orderBy(POSITION)
      .limit(INBOX_PAGE_ITEMS + 1),
    count(isOpen),
    count(and(isOpen, cursor ? sql`(${POSITION}) <= ${cursor}` : sql`FALSE`)),
    select(isUnendorsed)
      .orderBy(confirmations.expiresAt, confirmations.id)
      .limit(INBOX_PAGE_ITEMS + 1),
    selectOpen(isSigned)
      .orderBy(POSITION)
      .limit(INBOX_PAGE_ITEMS + 1),
    select(and(sql`${confirmations.id} IN ${newest}`, isDecided))
      .orderBy(desc(confirmations.decidedAt), desc(confirmations.id))
      .limit(INBOX_PAGE_ITEMS),
    store.selectColumns(
      reveals,
      ["confirmationId"],
      and(isNull(reveals.withdrawnAt), sql`${reveals.confirmationId} IN ${newest}`),
    ),
    store
      .selectColumns(confirmations, ["id"], and(IS_PENDING, lte(confirmations.dueAt, now), isNamed))
      .limit(INBOX_PAGE_ITEMS),
  ]);
  const openShown = open.slice(0, INBOX_PAGE_ITEMS);
  const waiting = await withVotes(store, [...openShown, ...signed.slice(0, INBOX_PAGE_ITEMS)]);
  return {
    open: waiting.slice(0, openShown.length),
    hasMore: open.length > INBOX_PAGE_ITEMS,
    openTotal: total?.count ?? 0,
    openBefore: before?.count ?? 0,
    unendorsed: unendorsed.slice(0, INBOX_PAGE_ITEMS),
    hasMoreUnendorsed: unendorsed.length > INBOX_PAGE_ITEMS,
    signed: waiting.slice(openShown.length),
    hasMoreSigned: signed.length > INBOX_PAGE_ITEMS,
    decided,
    published: new Set(published.map(({ confirmationId }) => confirmationId)),
    due: due.map(({ id }) => id),
  };
}

/** What a request is to this person. */
function conditionsOf(tenantId: string, person: string, now: number) {
  const inAudience = (
    is: SQL,
  ) => sql`EXISTS (SELECT 1 FROM ${audience} WHERE ${audience.tenantId} = ${tenantId}
    AND ${audience.personId} = ${person} AND ${audience.confirmationId} = ${confirmations.id} AND ${is})`;
  const hasVote = (is: SQL) => sql`EXISTS (SELECT 1 FROM ${votes} WHERE ${votes.tenantId} = ${tenantId}
    AND ${votes.confirmationId} = ${confirmations.id} AND ${is})`;
  // A vote that was voided may have opened an earlier stage again, so then all who were asked see the request.
  const mayBeOpenAgain = hasVote(sql`${votes.endedSeq} IS NOT NULL`);
  const isAsked = inAudience(
    sql`${audience.askedAt} IS NOT NULL AND (${audience.overAt} IS NULL OR ${mayBeOpenAgain})`,
  );
  const isNamed = inAudience(sql`TRUE`);
  const hasSigned = hasVote(sql`${votes.personId} = ${person}`);
  const isPending = and(IS_PENDING, gt(confirmations.expiresAt, now));
  const waitsForThem = and(isPending, isAsked, sql`NOT ${hasSigned}`);
  return {
    isNamed,
    isOpen: and(waitsForThem, sql`NOT ${IS_UNENDORSED}`),
    isUnendorsed: and(IS_CHANGE, waitsForThem, IS_UNENDORSED),
    isSigned: and(isPending, isNamed, hasSigned),
  };
}

async function withVotes(
  store: TenantStore,
  requests: readonly Omit<OpenRow, "votes">[],
): Promise<readonly OpenRow[]> {
  // Where no policy is, nobody signs beside others.
  const ids = requests.flatMap(({ id, policy }) => (policy === null ? [] : id));
  if (ids.length === 0) return requests.map((row) => ({ ...row, votes: [] }));
  const found = await store.selectColumns(
    votes,
    ["confirmationId", "personId", "vote", "stage", "endedSeq"],
    sql`${votes.confirmationId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
  );
  const votesOf = Map.groupBy(found, ({ confirmationId }) => confirmationId);
  return requests.map((row) => ({ ...row, votes: votesOf.get(row.id) ?? [] }));
}

/** The position of this request in the order of open ones, also after it was decided. */
function positionOf(tenantId: string, id: string): SQL {
  return sql`(SELECT ${POSITION} FROM ${confirmations} WHERE ${confirmations.tenantId} = ${tenantId}
    AND ${confirmations.id} = ${id})`;
}
