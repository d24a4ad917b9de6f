import { fromHex, toHex } from "../../core/encoding/bytes.ts";
import { encodeEntry, recordLabel } from "../../core/stream/record.ts";
import { expectOk } from "../../core/refusal.ts";
import { RESTORE_MAX_ENTRIES, type IndexedEntry } from "../../log/log-restore.ts";
import type { Databases } from "../../store/database.ts";
import { sealedFrom } from "../../store/tenant-lookup.ts";

/** The part of the log that restoring uses. */
interface RestorableLog {
  restore(entries: readonly IndexedEntry[]): Promise<number>;
}

/**
 * While LOG_RESTORE is set: entries that are missing in the log's copy are rebuilt from the tenants' rows, which have
 * the indices. Returns the new size of the log. A repetition changes nothing more.
 */
export async function restoreLog(databases: Databases, log: RestorableLog): Promise<number> {
  const size = await log.restore([]);
  const rows = await sealedFrom(databases, size, RESTORE_MAX_ENTRIES);
  return await log.restore(
    rows.map(({ label: kept, streamKey, seq, index, commitment }): IndexedEntry => {
      // Of a deleted organisation only the label is left.
      const label = kept === null ? recordLabel(expectOk(fromHex(streamKey)), seq) : expectOk(fromHex(kept));
      const commit = expectOk(fromHex(commitment));
      return { index, label: toHex(label), entry: encodeEntry({ kind: "sealed", label, commit }) };
    }),
  );
}
