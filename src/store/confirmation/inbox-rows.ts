import { and, desc, gt, inArray, isNull, lte, sql, type SQL } from "drizzle-orm";
import { INBOX_COUNTED_MAX, INBOX_PAGE_ITEMS } from "../../core/pages/inbox.ts";
import { audience, confirmations, credentials, reveals } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
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

interface InboxRows {
  /** Changes of the directory first, so that no API key can push them out; then by expiry, the next one first. */
  readonly open: readonly InboxRow[];
  /** Whether more are on a later page. */
  readonly hasMore: boolean;
  readonly openTotal: number;
  /** Open requests on the pages before. */
  readonly openBefore: number;
  /** Requests of people who do not count yet, by expiry. They are in none of the numbers above. */
  readonly unendorsed: readonly InboxRow[];
  readonly hasMoreUnendorsed: boolean;
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
  const isAsked = sql`EXISTS (SELECT 1 FROM ${audience} WHERE ${audience.tenantId} = ${tenantId}
    AND ${audience.personId} = ${person} AND ${audience.confirmationId} = ${confirmations.id}
    AND ${audience.askedAt} IS NOT NULL)`;
  const newest = sql`(SELECT ${audience.confirmationId} FROM ${audience} WHERE ${audience.tenantId} = ${tenantId}
    AND ${audience.personId} = ${person} ORDER BY ${audience.confirmationId} DESC LIMIT ${SEARCHED_MAX_REQUESTS})`;
  const isOpen = and(IS_PENDING, gt(confirmations.expiresAt, now), isAsked, sql`NOT ${IS_UNENDORSED}`);
  const isUnendorsed = and(IS_CHANGE, IS_PENDING, gt(confirmations.expiresAt, now), IS_UNENDORSED, isAsked);
  const isDecided = and(
    inArray(confirmations.status, ["approved", "rejected", "expired"]),
    isNull(confirmations.erasedAt),
  );
  const cursor = after === undefined ? undefined : positionOf(tenantId, after);
  const select = (where: SQL | undefined) => store.selectColumns(confirmations, COLUMNS, where);
  const count = (where: SQL | undefined) => store.count(confirmations, INBOX_COUNTED_MAX, where);
  const [open, [total], [before], unendorsed, decided, published, due] = await store.read([
    select(and(isOpen, cursor && sql`(${POSITION}) > ${cursor}`))
      .orderBy(POSITION)
      .limit(INBOX_PAGE_ITEMS + 1),
    count(isOpen),
    count(and(isOpen, cursor ? sql`(${POSITION}) <= ${cursor}` : sql`FALSE`)),
    select(isUnendorsed)
      .orderBy(confirmations.expiresAt, confirmations.id)
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
      .selectColumns(confirmations, ["id"], and(IS_PENDING, lte(confirmations.dueAt, now), isAsked))
      .limit(INBOX_PAGE_ITEMS),
  ]);
  return {
    open: open.slice(0, INBOX_PAGE_ITEMS),
    hasMore: open.length > INBOX_PAGE_ITEMS,
    openTotal: total?.count ?? 0,
    openBefore: before?.count ?? 0,
    unendorsed: unendorsed.slice(0, INBOX_PAGE_ITEMS),
    hasMoreUnendorsed: unendorsed.length > INBOX_PAGE_ITEMS,
    decided,
    published: new Set(published.map(({ confirmationId }) => confirmationId)),
    due: due.map(({ id }) => id),
  };
}

/** The position of this request in the order of open ones, also after it was decided. */
function positionOf(tenantId: string, id: string): SQL {
  return sql`(SELECT ${POSITION} FROM ${confirmations} WHERE ${confirmations.tenantId} = ${tenantId}
    AND ${confirmations.id} = ${id})`;
}
