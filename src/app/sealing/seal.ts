import { fromBase64url, toHex } from "../../core/encoding/bytes.ts";
import { expectOk } from "../../core/refusal.ts";
import { encodeEntry, recordCommit } from "../../core/stream/record.ts";
import type { CommittedRecord } from "../../store/confirmation/steps.ts";
import type { OutboxRow, Tenant } from "../../store/rows.ts";
import { markSealed } from "../../store/stream/mark-sealed.ts";
import { readUnsealed } from "../../store/stream/outbox.ts";
import { recordSourcesOf } from "../../store/stream/record-sources.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { LogClient } from "../runtime.ts";
import { buildRecord } from "./build-record.ts";
import { effectsOf } from "./change-effects.ts";
import { reportsOf } from "./record-reports.ts";

// Sealing is a pure function of rows: the transaction that committed a record has drawn its seq, time and salts. A
// repetition after a crash at any line builds the same records, labels and commitments to the byte.

/** Records of one append: some 65 bytes each, and one D1 transaction to mark them. */
const SEAL_MAX_RECORDS = 40;

/** Where the sealed part of the stream ends. */
export interface StreamEnd {
  readonly tenant: Tenant;
  /** The sealed records that the next ones name, the last one at the end. */
  readonly named: readonly OutboxRow[];
}

export interface SealingListener {
  /** These records are in the log; their rows are not marked yet. */
  readonly onSealed: (records: readonly CommittedRecord[]) => void;
  /** There is something to send at this time. */
  readonly onReport: (sendAt: number) => void;
}

/** Those of the records that were just committed that are not sealed; undefined if others must be read before them. */
export function nextRecords(
  { named }: StreamEnd,
  committed: readonly CommittedRecord[],
): readonly CommittedRecord[] | undefined {
  const nextSeq = (named.at(-1)?.seq ?? -1) + 1;
  const next = committed
    .filter(({ row }) => row.seq >= nextSeq)
    .toSorted((one, other) => one.row.seq - other.row.seq);
  const isWhole = next.every(({ row }, at) => row.seq === nextSeq + at);
  return isWhole && next.length <= SEAL_MAX_RECORDS ? next : undefined;
}

/** Seals every row that is not sealed yet. Undefined if there was none. */
export async function sealAll(
  store: TenantStore,
  log: LogClient,
  listener: SealingListener,
): Promise<StreamEnd | undefined> {
  let end: StreamEnd | undefined;
  for (;;) {
    const { tenant, named, rows } = await readUnsealed(store, SEAL_MAX_RECORDS);
    if (rows.length === 0 || tenant === undefined || tenant.stream === null) return end;
    end = await seal(store, log, { tenant, named }, await recordSourcesOf(store, rows), listener);
  }
}

/** Seals these records, which are the next ones. Returns the new end of the stream. */
export async function seal(
  store: TenantStore,
  log: LogClient,
  end: StreamEnd,
  sources: readonly CommittedRecord[],
  { onSealed, onReport }: SealingListener,
): Promise<StreamEnd> {
  if (sources.length === 0) return end;
  const { tenant, named } = end;
  const commitments = new Map(named.map(({ seq, commitment }) => [seq, commitment ?? ""]));
  const entries = sources.map((source) => {
    const { record, label } = buildRecord(tenant, source, commitments);
    const commit = recordCommit(record, expectOk(fromBase64url(source.row.entrySalt)));
    commitments.set(source.row.seq, toHex(commit));
    return { label: toHex(label), entry: encodeEntry({ kind: "sealed", label, commit }) };
  });
  const minLogSize = (named.at(-1)?.index ?? -1) + 1;
  const indices = await log.append(entries, minLogSize);
  const sealed = sources.map(({ row, ...source }, at) => {
    const commitment = commitments.get(row.seq) ?? null;
    return { ...source, row: { ...row, index: indices[at] ?? null, commitment } };
  });
  // An entry of the log is final, so the waiters may see the outcome before the rows have it. After a crash here the
  // rows are marked by the next sealing.
  onSealed(sealed);
  const sendAt = await markSealed(
    store,
    sealed.map(({ row, confirmation, votes }) => ({
      row,
      effects: effectsOf(row, confirmation),
      ...reportsOf({ row, confirmation, votes }),
    })),
  );
  if (sendAt !== undefined) onReport(sendAt);
  const rows = [...named, ...sealed.map(({ row }) => row)];
  const last = rows.at(-1);
  return { tenant, named: rows.filter(({ seq }) => seq === last?.directorySeq || seq === last?.seq) };
}
