import { isRef, shardOfRef } from "../../core/confirmation/tenant-ref.ts";
import type { Database, Databases } from "../database.ts";
import type { Tenant } from "../rows.ts";
import { placeOf } from "./moved-tenants.ts";
import { deleteRows, deleteWhere, type Budget } from "./tenant-rows.ts";

// The rows of an organisation whose deletion is sealed. What the log's copy may need stays: the index, label and
// commitment of each record.

/** One statement each. */
const LABELS_MAX_ROWS = 100;

export interface DeletedTenant {
  readonly database: Database;
  readonly ref: string;
  readonly streamKey: string;
  readonly deletedAt: number;
}

/** Undefined if there is no such tenant, if it is not deleted, or if nothing is left to destroy. */
export async function findDeleted(databases: Databases, ref: string): Promise<DeletedTenant | undefined> {
  const place = isRef(ref) ? await placeOf(databases, ref, shardOfRef(ref)) : undefined;
  const { deletedAt = null, streamKey = "" }: Partial<Tenant> = place?.tenant ?? {};
  if (place === undefined || deletedAt === null) return undefined;
  const { database } = place;
  // The webhooks outlive the stream key.
  const isLeft = streamKey !== "" || (await firstOf(database, ref, ANY_WEBHOOK)) !== null;
  return isLeft ? { database, ref, streamKey, deletedAt } : undefined;
}

const ANY_WEBHOOK = "SELECT 1 FROM webhooks WHERE tenant_id = ?1 LIMIT 1";
const FIRST_DUE = "SELECT min(due_at) FROM webhook_deliveries WHERE tenant_id = ?1 AND due_at IS NOT NULL";

/** The first column of the first row of this tenant. */
async function firstOf({ $client: client }: Database, ref: string, select: string): Promise<number | null> {
  const { results } = await client.prepare(select).bind(ref).all<Readonly<Record<string, number | null>>>();
  return Object.values(results[0] ?? {})[0] ?? null;
}

/** Reduces each record to what the log may need. Returns whether all are. */
export async function keepOnlyLabels(
  { database: { $client: client }, ref }: DeletedTenant,
  labelOf: (seq: number) => string,
  budget: Budget,
): Promise<boolean> {
  for (;;) {
    if (!(await budget.take())) return false;
    const { results } = await client
      .prepare(
        `SELECT 1 + coalesce((SELECT max(seq) FROM outbox WHERE tenant_id = ?1 AND label IS NOT NULL), -1) AS next,
           1 + coalesce((SELECT max(seq) FROM outbox WHERE tenant_id = ?1), -1) AS stop`,
      )
      .bind(ref)
      .all<{ readonly next: number; readonly stop: number }>();
    const { next = 0, stop = 0 } = results[0] ?? {};
    if (next >= stop) return true;
    const reduce = client.prepare(
      `UPDATE outbox SET label = ?3, step_id = NULL, confirmation_id = NULL, outcome = NULL, entry_salt = '',
         payload_salt = '', body = NULL WHERE tenant_id = ?1 AND seq = ?2`,
    );
    const seqs = Array.from(
      { length: Math.min(LABELS_MAX_ROWS, stop - next) },
      (_none, place) => next + place,
    );
    await client.batch(seqs.map((seq) => reduce.bind(ref, seq, labelOf(seq))));
  }
}

/** Those which still report the deletion, with the webhooks to which they go. */
const REPORTS = ["webhooks", "webhook_deliveries"];
const IS_REPORT = "type = 'organisation.deleted' AND due_at IS NOT NULL";

/** Deletes every delivery but those that report the deletion, and every webhook that does not get one of them. */
export async function keepOnlyReports({ database, ref }: DeletedTenant, budget: Budget): Promise<boolean> {
  return (
    (await deleteWhere(database, ref, budget, "webhook_deliveries", `NOT (${IS_REPORT})`)) &&
    (await deleteWhere(
      database,
      ref,
      budget,
      "webhooks",
      "NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.tenant_id = webhooks.tenant_id AND d.webhook_id = webhooks.id)",
    ))
  );
}

/** When the first report of the deletion is to be sent; null if none is left. */
export async function nextReportAt({ database, ref }: DeletedTenant): Promise<number | null> {
  return firstOf(database, ref, FIRST_DUE);
}

/** Deletes everything but the records, the row of the tenant itself, and with `keepsReports` what reports the deletion. */
export async function deleteAllElse(
  { database, ref }: DeletedTenant,
  keepsReports: boolean,
  budget: Budget,
): Promise<boolean> {
  return deleteRows(database, ref, budget, ["tenants", "outbox", ...(keepsReports ? REPORTS : [])]);
}

/** The last step: without the stream key nobody recognises the tenant's entries in the log any more. */
export async function destroyStreamKey({ database, ref }: DeletedTenant): Promise<void> {
  await database.$client
    .prepare(
      `UPDATE tenants SET name = '', stream = NULL, stream_key = '', genesis_salt = '', security_contact = '',
         time_zone = 'UTC', retention_days = NULL, signup_until = NULL WHERE id = ?1 AND deleted_at IS NOT NULL`,
    )
    .bind(ref)
    .run();
}
