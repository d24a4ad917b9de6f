import { sql, type SQL } from "drizzle-orm";
import { trail, webhookDeliveries, webhooks } from "../schema.ts";
import { stepExists } from "../confirmation/decision-chain.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type Scope, value } from "../tenant-store.ts";
import { isInserted, isUnsealed, type DueRow, type StepValues } from "../sending/due-row.ts";

// One delivery for each webhook that gets this event, in the transaction that it reports. A webhook that is disabled
// gets it once it is enabled and replays what it missed.

/** What happened. */
export interface NewEvent {
  /** The same for all webhooks, and for each repetition of the statement. */
  readonly eventId: string;
  readonly type: string;
  readonly at: number;
  /** The request that it is about; empty if it is about none. */
  readonly subjectId: string;
  /** Null if it belongs to no project: then only webhooks for all projects get it. */
  readonly projectId: string | null;
  /** JSON of the body's `data`. */
  readonly data: string;
}

/** The next one of this webhook. */
export const nextSequence = (tenant: SQL, webhook: SQL): SQL =>
  sql`1 + coalesce((SELECT max(d.sequence) FROM ${webhookDeliveries} d
    WHERE d.tenant_id = ${tenant} AND d.webhook_id = ${webhook}), 0)`;

const NEXT = nextSequence(sql`hook.tenant_id`, sql`hook.id`);

function insertDeliveries(holds: (scope: Scope) => SQL, data = value("data")) {
  return prepared<typeof webhookDeliveries, "dueAt">(webhookDeliveries, (scope) =>
    scope
      .insertFrom(
        webhookDeliveries,
        (
          tenant,
        ) => sql`SELECT hook.tenant_id, hook.id, ${NEXT}, ${value("eventId")}, ${value("type")}, ${value("at")},
          ${value("subjectId")}, ${data}, CASE WHEN hook.disabled_at IS NULL THEN ${value("at")} END, 0,
          CASE WHEN hook.disabled_at IS NULL THEN 'waiting' ELSE 'held' END, '[]' FROM ${webhooks} hook
          WHERE hook.tenant_id = ${tenant} AND hook.removed_at IS NULL
            AND (hook.project_id IS NULL OR hook.project_id = ${value("projectId")})
            AND EXISTS (SELECT 1 FROM json_each(hook.events) WHERE value = ${value("type")}) AND ${holds(scope)}`,
      )
      .onConflictDoNothing()
      .returning({ dueAt: webhookDeliveries.dueAt }),
  );
}

const AFTER_CREATE = insertDeliveries((scope) => isInserted(scope, "subjectId"));
const AFTER_STEP = insertDeliveries(stepExists);
const BEFORE_MARK = insertDeliveries(isUnsealed);

/** What the entry of the audit trail says, with the month. */
const AFTER_ENTRY = insertDeliveries(
  ({ tenantId }) =>
    sql`EXISTS (SELECT 1 FROM ${trail} WHERE tenant_id = ${tenantId} AND id = ${value("entry")})`,
  sql`(SELECT json_set(detail, '$.month', ${value("month")}) FROM ${trail}
    WHERE tenant_id = hook.tenant_id AND id = ${value("entry")})`,
);

/** If the request of the event was inserted. */
export function deliveriesOfCreate(event: NewEvent): Run<DueRow> {
  return AFTER_CREATE.with({ ...event });
}

/** If the step of this attempt was committed. */
export function deliveriesOfStep(event: NewEvent, step: StepValues): Run<DueRow> {
  return AFTER_STEP.with({ ...step, ...event });
}

/** If this record is not marked as sealed yet: so nobody outside hears of it before it is in the log. */
export function deliveriesOfRecord(event: NewEvent, seq: number): Run<DueRow> {
  return BEFORE_MARK.with({ ...event, seq });
}

/** If this entry of the audit trail was inserted. */
export function deliveriesOfEntry(
  event: Omit<NewEvent, "data">,
  { entry, month }: { readonly entry: string; readonly month: string },
): Run<DueRow> {
  return AFTER_ENTRY.with({ ...event, entry, month });
}
