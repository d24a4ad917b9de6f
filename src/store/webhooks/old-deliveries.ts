import { gt, sql, type SQL } from "drizzle-orm";
import { webhookDeliveries, webhooks } from "../schema.ts";
import { isWritable } from "../shards/moved-tenants.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";

/** A batch keeps D1's one writer for some milliseconds. */
const DELETE_MAX_ROWS = 500;

/** The newest one of a webhook stays: the next one gets the number after it. */
const canBeDeleted = ({ tenantId }: Scope): SQL => sql`d.tenant_id = ${tenantId} AND d.due_at IS NULL
  AND (d.sequence < (SELECT max(sequence) FROM ${webhookDeliveries} WHERE tenant_id = d.tenant_id
      AND webhook_id = d.webhook_id)
    OR EXISTS (SELECT 1 FROM ${webhooks} hook WHERE hook.tenant_id = d.tenant_id AND hook.id = d.webhook_id
      AND hook.removed_at IS NOT NULL))`;

const DELETE_OLD = prepared<typeof webhookDeliveries, "at">(webhookDeliveries, (scope) =>
  scope
    .remove(
      webhookDeliveries,
      sql`(webhook_id, sequence) IN (SELECT webhook_id, sequence FROM ${webhookDeliveries} d
      WHERE ${canBeDeleted(scope)} AND ${isWritable(scope.tenantId)} AND d.at <= ${value("until")} ORDER BY d.at
      LIMIT ${sql.raw(`${DELETE_MAX_ROWS}`)})`,
    )
    .returning({ at: webhookDeliveries.at }),
);

const FIRST_AFTER = prepared<typeof webhookDeliveries, "at">(webhookDeliveries, (scope) =>
  scope
    .selectColumns(webhookDeliveries, ["at"], gt(webhookDeliveries.at, value("until")))
    .orderBy(webhookDeliveries.at)
    .limit(1),
);

interface OldDeliveries {
  /** Whether some are left that are as old. */
  readonly hasMore: boolean;
  /** When the first one was made that is newer; undefined if there is none. */
  readonly nextAt: number | undefined;
}

/** Deletes some of the deliveries that were made until this time. */
export async function deleteOldDeliveries(store: TenantStore, until: number): Promise<OldDeliveries> {
  const [deleted, [next]] = await store.run([DELETE_OLD.with({ until }), FIRST_AFTER.with({ until })]);
  return { hasMore: deleted.length === DELETE_MAX_ROWS, nextAt: next?.at };
}
