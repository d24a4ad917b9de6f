import { and, eq, lte, sql, type SQL } from "drizzle-orm";
import type { NoticeKind } from "../../core/notice/notice-kinds.ts";
import { audience, channels, confirmations, notices, votes } from "../schema.ts";
import type { NoticeOutcome } from "./notice-outcomes.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";
import { OPEN } from "./notice-facts.ts";

// Many notices of one channel at the same time: 10,000 requests can be made within a minute. Each statement changes at
// most so many of them, because D1 has one writer.

/** A batch keeps the writer for some milliseconds. */
const CHUNK_MAX_ROWS = 500;
/** 50,000 rows. What is left then is due, and the next claim takes it. */
const CHUNKS_MAX = 100;

/** Rows of the channel that wait, in the order in which they are due. */
const chunk = ({ tenantId }: Scope, condition: SQL): SQL =>
  sql`(confirmation_id, channel_id, kind) IN (SELECT confirmation_id, channel_id, kind FROM ${notices}
    WHERE tenant_id = ${tenantId} AND channel_id = ${value("channel")} AND ${condition}
    ORDER BY due_at LIMIT ${value("rows")})`;

const IS_DUE = sql`due_at <= ${value("now")}`;
const IS_OPEN_KIND = sql`kind IN ${OPEN}`;

/** Whether a decision is still asked for, and of this person, who has not given it. */
const isAsked = ({ tenantId }: Scope): SQL => sql`EXISTS (SELECT 1 FROM ${confirmations} c
    WHERE c.tenant_id = ${tenantId} AND c.id = ${notices.confirmationId} AND c.status = 'pending'
      AND c.expires_at > ${value("now")})
  AND NOT EXISTS (SELECT 1 FROM ${votes} v WHERE v.tenant_id = ${tenantId}
    AND v.confirmation_id = ${notices.confirmationId} AND v.person_id = ${notices.personId})
  AND NOT EXISTS (SELECT 1 FROM ${audience} a WHERE a.tenant_id = ${tenantId} AND a.person_id = ${notices.personId}
    AND a.confirmation_id = ${notices.confirmationId} AND a.over_at IS NOT NULL)`;

/** Whether the request's policy sends its notices in quiet hours, too. */
const isOfAnyHour = ({ tenantId }: Scope): SQL => sql`EXISTS (SELECT 1 FROM ${confirmations} c
    WHERE c.tenant_id = ${tenantId} AND c.id = ${notices.confirmationId}
      AND c.policy ->> '$.quietHours' = 'overridden')`;

/** Only what asks for a decision is sent together with others. */
const HOLD = prepared<typeof notices, "kind">(notices, (scope) =>
  scope
    .update(
      notices,
      { dueAt: value("until"), state: sql`CASE WHEN ${IS_OPEN_KIND} THEN 'held' ELSE state END` },
      chunk(
        scope,
        sql`${IS_DUE} AND kind IN (SELECT value FROM json_each(${value("kinds")}))
          AND NOT (${value("isQuiet")} AND ${isOfAnyHour(scope)})`,
      ),
    )
    .returning({ kind: notices.kind }),
);

const CLAIM = prepared<typeof notices, "confirmationId" | "state">(notices, (scope) =>
  scope
    .update(
      notices,
      {
        attempts: sql`attempts + 1`,
        state: sql`CASE WHEN ${isAsked(scope)} THEN 'held' ELSE 'skipped' END`,
        dueAt: sql`CASE WHEN ${isAsked(scope)} THEN ${value("claimedUntil")} END`,
      },
      chunk(scope, sql`${IS_DUE} AND ${IS_OPEN_KIND}`),
    )
    .returning({ confirmationId: notices.confirmationId, state: notices.state }),
);

const RECORD = prepared<typeof notices, "kind">(notices, (scope) =>
  scope
    .update(
      notices,
      { state: value("state"), dueAt: value("dueAt"), sentAt: value("sentAt"), error: value("error") },
      chunk(scope, sql`due_at = ${value("claimedUntil")} AND ${IS_OPEN_KIND}`),
    )
    .returning({ kind: notices.kind }),
);

const SKIP = prepared<typeof notices, "kind">(notices, (scope) =>
  scope
    .update(notices, { state: "skipped", dueAt: null }, chunk(scope, sql`due_at IS NOT NULL`))
    .returning({ kind: notices.kind }),
);

/** Only what waits for later: a reminder has its own time, and what failed waits for its receiver. */
const RELEASE = prepared<typeof notices, "kind">(notices, (scope) =>
  scope
    .update(
      notices,
      { dueAt: value("now") },
      sql`(confirmation_id, channel_id, kind) IN (SELECT n.confirmation_id, n.channel_id, n.kind
        FROM ${channels} ch CROSS JOIN ${notices} n ON n.tenant_id = ch.tenant_id AND n.channel_id = ch.id
        WHERE ch.tenant_id = ${scope.tenantId} AND ch.person_id = ${value("person")} AND ch.ended_at IS NULL
          AND n.due_at > ${value("now")} AND n.attempts = 0 AND (n.state = 'held' OR n.kind = 'closed')
        LIMIT ${value("rows")})`,
    )
    .returning({ kind: notices.kind }),
);

/** The statement again and again, until it changes fewer rows than it may. */
async function inChunks<Row>(run: () => Promise<readonly Row[]>): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let count = 0; count < CHUNKS_MAX; count++) {
    const changed = await run();
    all.push(...changed);
    if (changed.length < CHUNK_MAX_ROWS) break;
  }
  return all;
}

/**
 * Everything of these kinds that is due for this channel waits until then. If it waits for the end of quiet hours, what
 * a policy sends at any hour does not.
 */
export async function holdNotices(
  store: TenantStore,
  channel: string,
  {
    kinds,
    isQuiet,
    now,
    until,
  }: {
    readonly kinds: readonly NoticeKind[];
    readonly isQuiet: boolean;
    readonly now: number;
    readonly until: number;
  },
): Promise<void> {
  const which = { kinds: JSON.stringify(kinds), isQuiet: Number(isQuiet) };
  const values = { channel, ...which, now, until, rows: CHUNK_MAX_ROWS };
  await inChunks(async () => (await store.run([HOLD.with(values)]))[0]);
}

/** How many notices that ask for a decision are due for this channel, counted up to this number. */
export async function countDue(
  store: TenantStore,
  channel: string,
  now: number,
  most: number,
): Promise<number> {
  const isOfChannel = and(eq(notices.channelId, channel), lte(notices.dueAt, now), sql`kind IN ${OPEN}`);
  const [[found]] = await store.read([store.count(notices, most, isOfChannel)]);
  return found?.count ?? 0;
}

/**
 * Claims everything that is due for this channel and asks for a decision, to be sent in one message. What nobody waits
 * for any more is skipped. Returns the requests.
 */
export async function claimHeld(
  store: TenantStore,
  channel: string,
  { now, claimedUntil }: { readonly now: number; readonly claimedUntil: number },
): Promise<ReadonlySet<string>> {
  const values = { channel, now, claimedUntil, rows: CHUNK_MAX_ROWS };
  const claimed = await inChunks(async () => (await store.run([CLAIM.with(values)]))[0]);
  return new Set(claimed.flatMap(({ state, confirmationId }) => (state === "held" ? confirmationId : [])));
}

/** What became of everything that was claimed until this time. */
export async function recordHeld(
  store: TenantStore,
  channel: string,
  claimedUntil: number,
  { state, dueAt, sentAt, error }: NoticeOutcome,
): Promise<void> {
  const values = { channel, claimedUntil, state, dueAt, sentAt, error, rows: CHUNK_MAX_ROWS };
  await inChunks(async () => (await store.run([RECORD.with(values)]))[0]);
}

/** Everything that waits for this channel: nobody is to get it any more. */
export async function skipNotices(store: TenantStore, channel: string): Promise<void> {
  await inChunks(async () => (await store.run([SKIP.with({ channel, rows: CHUNK_MAX_ROWS })]))[0]);
}

/** What waits for the end of this person's quiet hours or pause is due now, and judged again. */
export async function releaseNotices(store: TenantStore, person: string, now: number): Promise<void> {
  await inChunks(async () => (await store.run([RELEASE.with({ person, now, rows: CHUNK_MAX_ROWS })]))[0]);
}
