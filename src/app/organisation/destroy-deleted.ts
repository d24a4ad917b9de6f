import { fromHex, toHex } from "../../core/encoding/bytes.ts";
import { recordLabel } from "../../core/stream/record.ts";
import { expectOk } from "../../core/refusal.ts";
import { MEMORY_SECONDS } from "../../store/memory/remembered.ts";
import {
  deleteAllElse,
  destroyStreamKey,
  findDeleted,
  keepOnlyLabels,
  keepOnlyReports,
  nextReportAt,
} from "../../store/shards/deleted-tenants.ts";
import { Budget } from "../../store/shards/tenant-rows.ts";
import type { Platform } from "../runtime.ts";

// Destroys what is left of an organisation whose deletion is sealed, by its Desk's alarm. Each step is one statement, or
// repeats until nothing is left to do, so after a crash at any line the next alarm goes on.

/** A Desk that was replaced and does not know it writes rows for at most MEMORY_SECONDS. */
const WAIT_MILLISECONDS = 3 * MEMORY_SECONDS * 1_000;
/** With full batches 50,000 rows in one alarm, or 10,000 records. */
const BATCHES_MAX = 100;
const PAUSE_MILLISECONDS = 1_000;
/** For so long webhooks that do not answer are kept, to report the deletion to them: seven attempts. */
const REPORT_MAX_MILLISECONDS = 24 * 3_600_000;

/**
 * Returns when to go on; undefined if the organisation is not deleted, or if nothing is left of it. The reports of the
 * deletion are sent by the Desk like every delivery.
 */
export async function destroyDeleted(
  { databases, now }: Pick<Platform, "databases" | "now">,
  ref: string,
): Promise<number | undefined> {
  const deleted = await findDeleted(databases, ref);
  if (deleted === undefined) return undefined;
  const begin = deleted.deletedAt + WAIT_MILLISECONDS;
  if (now() < begin) return begin;
  const streamKey = expectOk(fromHex(deleted.streamKey));
  const labelOf = (seq: number) => toHex(recordLabel(streamKey, seq));
  const budget = new Budget(BATCHES_MAX);
  // The labels first: they need the stream key, and other rows can't be deleted while the records name them.
  const end = deleted.deletedAt + REPORT_MAX_MILLISECONDS;
  const mayReport = now() < end;
  const isDone =
    (await keepOnlyLabels(deleted, labelOf, budget)) &&
    (!mayReport || (await keepOnlyReports(deleted, budget))) &&
    (await deleteAllElse(deleted, mayReport, budget));
  if (!isDone) return now() + PAUSE_MILLISECONDS;
  if (deleted.streamKey !== "") await destroyStreamKey(deleted);
  const nextAt = await nextReportAt(deleted);
  return nextAt === null ? undefined : Math.min(Math.max(nextAt, now() + PAUSE_MILLISECONDS), end);
}
