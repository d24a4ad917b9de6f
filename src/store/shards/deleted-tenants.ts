import { isRef, shardOfRef } from "../../core/confirmation/tenant-ref.ts";
import type { Database, Databases } from "../database.ts";
import type { Tenant } from "../rows.ts";
import { placeOf } from "./moved-tenants.ts";
import { deleteRows, type Budget } from "./tenant-rows.ts";

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
  return place === undefined || deletedAt === null || streamKey === ""
    ? undefined
    : { database: place.database, ref, streamKey, deletedAt };
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

/** Deletes everything but the records and the row of the tenant itself. Returns whether nothing is left. */
export async function deleteAllElse({ database, ref }: DeletedTenant, budget: Budget): Promise<boolean> {
  return deleteRows(database, ref, budget, ["tenants", "outbox"]);
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
