import { and, desc, eq, gte, isNull, lt, ne, or, sql, type SQL } from "drizzle-orm";
import type { DeliveryRow } from "../rows.ts";
import { webhookDeliveries, webhooks } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";
import { nextSequence } from "./new-deliveries.ts";

// Deliveries as people look at them and send them again. The sequences of a webhook have no gaps but at the beginning,
// where old ones were deleted. So a range of sequences limits what a statement reads.

export type DeliveryState = DeliveryRow["state"];

const ofWebhook = (id: string): SQL => eq(webhookDeliveries.webhookId, id);
const inRange = (from: number, before: number): SQL | undefined =>
  and(gte(webhookDeliveries.sequence, from), lt(webhookDeliveries.sequence, before));

interface DeliveryQuery {
  readonly webhook: string;
  /** Null: any. */
  readonly state: DeliveryState | null;
  readonly type: string | null;
  /** A range of sequences. */
  readonly from: number;
  readonly before: number;
  readonly limit: number;
}

/** The newest first. */
export async function readDeliveries(
  store: TenantStore,
  { webhook, state, type, from, before, limit }: DeliveryQuery,
): Promise<readonly DeliveryRow[]> {
  const matches = and(
    ofWebhook(webhook),
    inRange(from, before),
    state === null ? undefined : eq(webhookDeliveries.state, state),
    type === null ? undefined : eq(webhookDeliveries.type, type),
  );
  return store.select(webhookDeliveries, matches).orderBy(desc(webhookDeliveries.sequence)).limit(limit);
}

/** The first and the last sequence of those that are kept; undefined if there are none. */
export async function readSequences(
  store: TenantStore,
  webhook: string,
): Promise<{ readonly first: number; readonly last: number } | undefined> {
  const columns = ["sequence"] as const;
  const [[first], [last]] = await store.read([
    store
      .selectColumns(webhookDeliveries, columns, ofWebhook(webhook))
      .orderBy(webhookDeliveries.sequence)
      .limit(1),
    store
      .selectColumns(webhookDeliveries, columns, ofWebhook(webhook))
      .orderBy(desc(webhookDeliveries.sequence))
      .limit(1),
  ]);
  return first && last && { first: first.sequence, last: last.sequence };
}

export async function findDelivery(
  store: TenantStore,
  webhook: string,
  sequence: number,
): Promise<DeliveryRow | undefined> {
  return store.first(webhookDeliveries, and(ofWebhook(webhook), eq(webhookDeliveries.sequence, sequence)));
}

/** Whether the webhook exists and gets deliveries. */
const isEnabled = (scope: Scope): SQL => {
  const isOpen = and(isNull(webhooks.disabledAt), isNull(webhooks.removedAt));
  return sql`EXISTS ${scope.select(webhooks, and(eq(webhooks.id, value("webhook")), isOpen))}`;
};

const INSERT_TEST = prepared<typeof webhookDeliveries, never>(webhookDeliveries, (scope) =>
  scope.insertFrom(
    webhookDeliveries,
    (tenant) => sql`SELECT ${tenant}, ${value("webhook")}, ${nextSequence(tenant, value("webhook"))},
        ${value("eventId")}, 'webhook.test', ${value("at")}, ${value("webhook")}, ${value("data")}, ${value("at")}, 0,
        'waiting', '[]' WHERE ${isEnabled(scope)}`,
  ),
);

/** A test event for one webhook, if it is enabled. Its sequence; undefined if it was not inserted. */
export async function insertTestDelivery(
  store: TenantStore,
  values: { readonly webhook: string; readonly eventId: string; readonly at: number; readonly data: string },
  entry: Run,
): Promise<number | undefined> {
  await store.batch([INSERT_TEST.with(values), entry]);
  const { webhook, eventId } = values;
  const inserted = await store.first(
    webhookDeliveries,
    and(ofWebhook(webhook), eq(webhookDeliveries.eventId, eventId)),
  );
  return inserted?.sequence;
}

/** Which deliveries of a webhook are sent again. */
export interface Replay {
  readonly webhook: string;
  readonly states: readonly DeliveryState[];
  /** Only of events from this time on. */
  readonly since: number;
  /** A range of sequences. */
  readonly from: number;
  readonly before: number;
  readonly now: number;
  /** What waits and is due until then is sent soon, or is being sent. */
  readonly soon: number;
}

const IS_IN_RANGE = and(
  eq(webhookDeliveries.webhookId, value("webhook")),
  sql`${webhookDeliveries.sequence} >= ${value("from")} AND ${webhookDeliveries.sequence} < ${value("before")}`,
  sql`${webhookDeliveries.at} >= ${value("since")}`,
);

/** They are sent as if they were new. The earlier attempts stay in the list. */
const REPLAY = prepared<typeof webhookDeliveries, "sequence">(webhookDeliveries, (scope) =>
  scope
    .update(
      webhookDeliveries,
      { state: "waiting", attempts: 0, dueAt: value("now") },
      and(
        IS_IN_RANGE,
        sql`${webhookDeliveries.state} IN (SELECT value FROM json_each(${value("states")}))`,
        or(ne(webhookDeliveries.state, "waiting"), sql`${webhookDeliveries.dueAt} > ${value("soon")}`),
        isEnabled(scope),
      ),
    )
    .returning({ sequence: webhookDeliveries.sequence }),
);

const FIRST_IN_RANGE = prepared<typeof webhookDeliveries, "sequence">(webhookDeliveries, (scope) =>
  scope.selectColumns(webhookDeliveries, ["sequence"], IS_IN_RANGE).limit(1),
);

/** How many are sent again, and whether any of this range is of this time or later. Nothing if it is disabled. */
export async function replayRange(
  store: TenantStore,
  { states, ...range }: Replay,
  entry: Run | undefined,
): Promise<{ readonly count: number; readonly hasEvents: boolean }> {
  const values = { ...range, states: JSON.stringify(states) };
  const [replayed, , found] = await store.run([REPLAY.with(values), entry, FIRST_IN_RANGE.with(values)]);
  return { count: replayed.length, hasEvents: found.length > 0 };
}
