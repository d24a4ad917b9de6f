import { isNotNull, sql, type SQL } from "drizzle-orm";
import { notices, webhookDeliveries } from "../schema.ts";
import type { DeliveryRow, NoticeRow } from "../rows.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";
import { firstDue } from "./due-row.ts";

// A row is claimed before it is sent: it counts one more attempt, and is due again when the claim ends. So after a crash
// it is sent again, and while the claim holds nobody else sends it.

/** Rows that a claim looks at, to choose from: one busy target must not hide the others. */
const CANDIDATES_MAX = 50;
/** Of one target at the same time. */
const TARGET_MAX = 2;

const isDue = (tenant: SQL) => sql`tenant_id = ${tenant} AND due_at <= ${value("now")}`;
const IS_FREE = sql`NOT IN (SELECT value FROM json_each(${value("busy")}))`;
const ordered = (by: string) => sql.raw(`row_number() OVER (PARTITION BY ${by} ORDER BY due_at)`);
const LIMITS = sql.raw(`LIMIT ${CANDIDATES_MAX}`);

const CLAIM = {
  attempts: sql`attempts + 1`,
  dueAt: value("claimedUntil"),
};

const CLAIM_DELIVERIES = prepared(webhookDeliveries, (scope) =>
  scope
    .update(
      webhookDeliveries,
      CLAIM,
      sql`(webhook_id, sequence) IN (SELECT webhook_id, sequence FROM (
        SELECT webhook_id, sequence, ${ordered("webhook_id")} AS place FROM (
          SELECT webhook_id, sequence, due_at FROM ${webhookDeliveries}
          WHERE ${isDue(sql`${scope.tenantId}`)} AND webhook_id ${IS_FREE} ORDER BY due_at ${LIMITS}))
        WHERE place <= ${sql.raw(`${TARGET_MAX}`)} LIMIT ${value("most")})`,
    )
    .returning(),
);

const CLAIM_NOTICES = prepared(notices, (scope) =>
  scope
    .update(
      notices,
      CLAIM,
      sql`(confirmation_id, channel_id, kind) IN (SELECT confirmation_id, channel_id, kind FROM (
        SELECT confirmation_id, channel_id, kind, ${ordered("channel_id")} AS place FROM (
          SELECT confirmation_id, channel_id, kind, due_at FROM ${notices}
          WHERE ${isDue(sql`${scope.tenantId}`)} AND channel_id ${IS_FREE} ORDER BY due_at ${LIMITS}))
        WHERE place = 1 LIMIT ${value("most")})`,
    )
    .returning(),
);

const NEXT_DELIVERY = prepared<typeof webhookDeliveries, "dueAt">(webhookDeliveries, (scope) =>
  scope
    .selectColumns(webhookDeliveries, ["dueAt"], isNotNull(webhookDeliveries.dueAt))
    .orderBy(webhookDeliveries.dueAt)
    .limit(1),
);
const NEXT_NOTICE = prepared<typeof notices, "dueAt">(notices, (scope) =>
  scope.selectColumns(notices, ["dueAt"], isNotNull(notices.dueAt)).orderBy(notices.dueAt).limit(1),
);

export interface Claim {
  readonly now: number;
  /** When the claimed rows are due again. */
  readonly claimedUntil: number;
  /** The ids of webhooks and channels to which something is being sent. */
  readonly busy: readonly string[];
  /** Of each kind. */
  readonly most: number;
}

interface Claimed {
  readonly deliveries: readonly DeliveryRow[];
  readonly notices: readonly NoticeRow[];
  /** When the first row is due after this claim; undefined if none waits. */
  readonly nextAt: number | undefined;
}

export async function claimDue(store: TenantStore, { busy, ...claim }: Claim): Promise<Claimed> {
  const values = { ...claim, busy: JSON.stringify(busy) };
  const [deliveries, claimed, ...next] = await store.run([
    CLAIM_DELIVERIES.with(values),
    CLAIM_NOTICES.with(values),
    NEXT_DELIVERY.with({}),
    NEXT_NOTICE.with({}),
  ]);
  return { deliveries, notices: claimed, nextAt: firstDue(next.flat()) };
}
