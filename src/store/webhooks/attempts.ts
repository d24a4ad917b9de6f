import { and, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import { webhookDeliveries, webhooks } from "../schema.ts";
import type { DeliveryRow, Tenant, WebhookRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";

// What became of an attempt to send a delivery. An attempt is known by the number that its claim gave to it. If its
// claim has ended, another attempt may have changed the row since: then a failure changes nothing any more. A success
// counts whenever it is reported, because the receiver has the event.

/** The newest ones are kept. */
export const TRIES_MAX = 10;

/** One attempt, as the row keeps it. Never what the receiver answered. */
export interface Try {
  /** When it began. */
  readonly at: number;
  /** Null if there was no answer. */
  readonly status: number | null;
  readonly milliseconds: number;
  /** Why there was no answer; null if there was one. */
  readonly error: string | null;
}

type AttemptedDelivery = Pick<DeliveryRow, "webhookId" | "sequence" | "attempts">;

const isDelivery = and(
  eq(webhookDeliveries.webhookId, value("webhookId")),
  eq(webhookDeliveries.sequence, value("sequence")),
);
const isWebhook = eq(webhooks.id, value("webhookId"));
const isOfAttempt = and(isDelivery, eq(webhookDeliveries.attempts, value("attempts")));

const OLDER_TRIES = sql`CASE WHEN json_array_length(tries) >= ${sql.raw(`${TRIES_MAX}`)}
  THEN json_remove(tries, '$[0]') ELSE tries END`;
const TRIES = sql`json_insert(${OLDER_TRIES}, '$[#]', json(${value("try")}))`;

const webhookHolds = ({ tenantId }: Scope, condition: SQL): SQL => sql`EXISTS (SELECT 1 FROM ${webhooks}
  WHERE ${webhooks.tenantId} = ${tenantId} AND ${webhooks.id} = ${value("webhookId")} AND ${condition})`;

/** Whether it gets nothing: it is disabled or removed. */
const IS_CLOSED = sql`(${webhooks.disabledAt} IS NOT NULL OR ${webhooks.removedAt} IS NOT NULL)`;

const MARK_DELIVERED = prepared<typeof webhookDeliveries, never>(webhookDeliveries, (scope) =>
  scope.update(
    webhookDeliveries,
    { state: "delivered", dueAt: null, tries: TRIES },
    and(isDelivery, sql`${webhookDeliveries.state} <> 'delivered'`),
  ),
);

const END_FAILING = prepared<typeof webhooks, never>(webhooks, (scope) =>
  scope.update(webhooks, { failingSince: null }, and(isWebhook, isNotNull(webhooks.failingSince))),
);

/** A delivery that was held meanwhile, because the webhook was disabled, stays so. */
const MARK_FAILED = prepared<typeof webhookDeliveries, never>(webhookDeliveries, (scope) =>
  scope.update(
    webhookDeliveries,
    {
      tries: TRIES,
      dueAt: sql`CASE WHEN state = 'waiting' THEN ${value("dueAt")} END`,
      state: sql`CASE WHEN state = 'waiting' AND ${value("dueAt")} IS NULL THEN 'failed' ELSE state END`,
    },
    and(isOfAttempt, sql`${webhookDeliveries.state} IN ('waiting', 'held')`),
  ),
);

const BEGIN_FAILING = prepared<typeof webhooks, never>(webhooks, (scope) =>
  scope.update(webhooks, { failingSince: value("at") }, and(isWebhook, isNull(webhooks.failingSince))),
);

/** Because it is gone, or if nothing has arrived since this time. */
const DISABLE = prepared<typeof webhooks, never>(webhooks, (scope) =>
  scope.update(
    webhooks,
    { disabledAt: value("at"), disabledBecause: value("because") },
    and(
      isWebhook,
      isNull(webhooks.disabledAt),
      isNull(webhooks.removedAt),
      sql`(${value("because")} = 'gone' OR ${webhooks.failingSince} <= ${value("failingBefore")})`,
    ),
  ),
);

const HOLD_REST = prepared<typeof webhookDeliveries, never>(webhookDeliveries, (scope) =>
  scope.update(
    webhookDeliveries,
    { state: "held", dueAt: null },
    and(
      eq(webhookDeliveries.webhookId, value("webhookId")),
      isNotNull(webhookDeliveries.dueAt),
      webhookHolds(scope, IS_CLOSED),
    ),
  ),
);

/** The webhook and its organisation, which may be deleted already; undefined if there is no such webhook. */
export async function readTarget(
  store: TenantStore,
  webhookId: string,
): Promise<{ readonly tenant: Tenant; readonly webhook: WebhookRow } | undefined> {
  const [[tenant], [webhook]] = await store.read([
    store.selectOwn(),
    store.select(webhooks, eq(webhooks.id, webhookId)),
  ]);
  return tenant && webhook && { tenant, webhook };
}

/** The receiver has it. */
export async function recordDelivered(
  store: TenantStore,
  { webhookId, sequence }: AttemptedDelivery,
  attempt: Try,
): Promise<void> {
  const values = { webhookId, sequence, try: JSON.stringify(attempt) };
  await store.run([MARK_DELIVERED.with(values), END_FAILING.with(values)]);
}

export interface Disabling {
  readonly because: "gone" | "failing";
  /** With `failing`: only if nothing has arrived since this time. */
  readonly failingBefore: number;
  /** The entry of the audit trail; null if the organisation is deleted and has none any more. */
  readonly entry: Run | null;
}

/** It is sent again at `dueAt`, or not any more. Disabling the webhook holds all else that waits for it. */
export async function recordFailure(
  store: TenantStore,
  { webhookId, sequence, attempts }: AttemptedDelivery,
  attempt: Try,
  dueAt: number | null,
  disabling: Disabling | undefined,
): Promise<void> {
  const values = { webhookId, sequence, attempts, try: JSON.stringify(attempt), at: attempt.at, dueAt };
  await store.run([
    MARK_FAILED.with(values),
    BEGIN_FAILING.with(values),
    ...(disabling === undefined ? [] : disable(values, disabling)),
  ]);
}

function disable(
  values: { readonly webhookId: string; readonly at: number },
  { because, failingBefore, entry }: Disabling,
): readonly Run[] {
  const disabled = DISABLE.with({ ...values, because, failingBefore });
  return [disabled, ...(entry === null ? [] : [entry]), HOLD_REST.with(values)];
}

/** Everything that waits for this webhook, if it is disabled or removed. */
export async function holdRest(store: TenantStore, webhookId: string): Promise<void> {
  await store.run([HOLD_REST.with({ webhookId })]);
}
