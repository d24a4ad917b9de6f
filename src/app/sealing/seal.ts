import { fromBase64url, toHex } from "../../core/encoding/bytes.ts";
import { expectOk } from "../../core/refusal.ts";
import { encodeEntry, recordCommit } from "../../core/stream/record.ts";
import type { CommittedRecord } from "../../store/confirmation/steps.ts";
import type { Tenant } from "../../store/rows.ts";
import { markSealed } from "../../store/stream/mark-sealed.ts";
import { readUnsealed } from "../../store/stream/outbox.ts";
import { recordSourcesOf } from "../../store/stream/record-sources.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { LogClient } from "../runtime.ts";
import { buildRecord, readCommitments, type Commitments } from "./build-record.ts";
import { effectsOf } from "./change-effects.ts";

// Sealing is a pure function of rows: the transaction that committed a record has drawn its seq, time and salts. A
// repetition after a crash at any line builds the same records, labels and commitments to the byte.

/** Records of one append: some 65 bytes each, and one D1 transaction to mark them. */
const SEAL_MAX_RECORDS = 40;

/** Where the sealed part of the stream ends: what the next records follow. */
export interface StreamEnd {
  readonly tenant: Tenant;
  readonly nextSeq: number;
  /** The log has at least this many entries. */
  readonly minLogSize: number;
  /** Of the last record and of the last directory change that a record contains. */
  readonly commitments: Commitments;
}

/** The next records to seal. */
interface SealBatch {
  readonly end: StreamEnd;
  readonly sources: readonly CommittedRecord[];
}

/** Called with records that are in the log, before their rows are marked. */
type OnSealed = (records: readonly CommittedRecord[]) => void;

/** A batch of records that were just committed; undefined if rows must be read for it. */
export function nextBatch(
  end: StreamEnd | undefined,
  committed: readonly CommittedRecord[],
): SealBatch | undefined {
  if (end === undefined) return undefined;
  const sources = committed
    .filter(({ row }) => row.seq >= end.nextSeq)
    .toSorted((one, other) => one.row.seq - other.row.seq);
  const follow = sources.every(({ row }, index) => row.seq === end.nextSeq + index);
  const haveCommitments = sources.every(
    ({ row }) => end.commitments.has(row.directorySeq) || row.directorySeq >= end.nextSeq,
  );
  return follow && haveCommitments && sources.length <= SEAL_MAX_RECORDS ? { end, sources } : undefined;
}

/** Seals every row that is not sealed yet. Undefined if there was none. */
export async function sealAll(
  store: TenantStore,
  log: LogClient,
  onSealed: OnSealed,
): Promise<StreamEnd | undefined> {
  let end: StreamEnd | undefined;
  for (let batch = await readBatch(store); batch !== undefined; batch = await readBatch(store)) {
    end = await seal(store, log, batch, onSealed);
  }
  return end;
}

/** Seals these records in their order. Returns the new end of the stream. */
export async function seal(
  store: TenantStore,
  log: LogClient,
  { end, sources }: SealBatch,
  onSealed: OnSealed,
): Promise<StreamEnd> {
  if (sources.length === 0) return end;
  const commitments = new Map(end.commitments);
  const entries = sources.map((source) => {
    const { record, label } = buildRecord(end.tenant, source, commitments);
    const commit = recordCommit(record, expectOk(fromBase64url(source.row.entrySalt)));
    commitments.set(source.row.seq, toHex(commit));
    return { label: toHex(label), entry: encodeEntry({ kind: "sealed", label, commit }) };
  });
  const indices = await log.append(entries, end.minLogSize);
  // An entry of the log is final, so the waiters may see the outcome before the rows have it. After a crash here the
  // rows are marked by the next sealing.
  onSealed(sources.map((source, at) => ({ ...source, row: { ...source.row, index: indices[at] ?? null } })));
  await markSealed(
    store,
    sources.map(({ row, confirmation }, at) => ({
      seq: row.seq,
      confirmation: row.confirmationId,
      at: row.at,
      index: indices[at] ?? null,
      commitment: commitments.get(row.seq) ?? "",
      effects: effectsOf(row, confirmation),
    })),
  );
  return endAfter({ end, sources }, commitments, indices);
}

function endAfter(
  { end, sources }: SealBatch,
  commitments: Commitments,
  indices: readonly number[],
): StreamEnd {
  const last = sources.at(-1)?.row;
  const kept = [last?.seq, last?.directorySeq].filter((seq) => seq !== undefined);
  return {
    tenant: end.tenant,
    nextSeq: (last?.seq ?? -1) + 1,
    minLogSize: Math.max(end.minLogSize, ...indices.map((index) => index + 1)),
    commitments: new Map(kept.map((seq) => [seq, commitments.get(seq) ?? ""])),
  };
}

async function readBatch(store: TenantStore): Promise<SealBatch | undefined> {
  const { tenant, rows, lastSealed } = await readUnsealed(store, SEAL_MAX_RECORDS);
  const [first] = rows;
  if (first === undefined || tenant === undefined || tenant.stream === null) return undefined;
  const [commitments, sources] = await Promise.all([
    readCommitments(store, rows),
    recordSourcesOf(store, rows),
  ]);
  const end = { tenant, nextSeq: first.seq, minLogSize: (lastSealed?.index ?? -1) + 1, commitments };
  return { end, sources };
}
