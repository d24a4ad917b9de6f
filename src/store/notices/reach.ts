import { and, desc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import { audience, channels, confirmations, notices, votes } from "../schema.ts";
import type { ChannelRow } from "../rows.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

// Who can be reached.

const IS_ACTIVE = and(isNull(channels.endedAt), isNotNull(channels.verifiedAt));

/** The channels of these people that get notices. */
export async function channelsOfPeople(
  store: TenantStore,
  people: readonly string[],
): Promise<readonly ChannelRow[]> {
  return store.selectIn(channels, channels.personId, people, and(isNotNull(channels.personId), IS_ACTIVE));
}

const ONE_NOTICE = prepared<typeof notices, "channelId">(notices, (scope) =>
  scope.selectColumns(notices, ["channelId"], eq(notices.confirmationId, value("confirmation"))).limit(1),
);

/** Whether anybody gets a notice of this request. */
export async function isNotified(store: TenantStore, confirmation: string): Promise<boolean> {
  const [found] = await store.run([ONE_NOTICE.with({ confirmation })]);
  return found.length > 0;
}

/** Requests that still wait are looked for among this many of the newest that ask the person. */
const SEARCHED_MAX_REQUESTS = 500;

/** How many requests wait for this person, of the newest ones. */
export async function countWaiting(store: TenantStore, person: string, now: number): Promise<number> {
  const asked = store
    .selectColumns(audience, ["confirmationId"], eq(audience.personId, person))
    .orderBy(desc(audience.confirmationId))
    .limit(SEARCHED_MAX_REQUESTS);
  const hasVoted = sql`EXISTS (SELECT 1 FROM ${votes} v WHERE v.tenant_id = ${store.tenantId}
    AND v.confirmation_id = ${confirmations.id} AND v.person_id = ${person})`;
  const waits = and(
    sql`${confirmations.id} IN ${asked}`,
    sql`+${confirmations.status} = 'pending'`,
    gt(confirmations.expiresAt, now),
    sql`NOT ${hasVoted}`,
  );
  const [[found]] = await store.read([store.count(confirmations, SEARCHED_MAX_REQUESTS, waits)]);
  return found?.count ?? 0;
}
