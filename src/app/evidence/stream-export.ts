import { fromHex, toHex, type Bytes } from "../../core/encoding/bytes.ts";
import { parseCheckpoint, type Checkpoint } from "../../core/tlog/checkpoint.ts";
import {
  encodeHeader,
  encodeRow,
  rowKind,
  type ExportHeader,
  type ExportRow,
} from "../../core/evidence/export.ts";
import { parseNote } from "../../core/tlog/signed-note.ts";
import { parseLogProof } from "../../core/tlog/log-proof.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { recordLabel } from "../../core/stream/record.ts";
import type { OutboxRow, Tenant } from "../../store/rows.ts";
import { findLastSealedWithin, findRecord, recordsBetween } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import type { Runtime } from "../runtime.ts";
import { lineStream } from "./line-stream.ts";
import { evidenceOf, openedRecordsOf, type OpenedRecord } from "./opened-record.ts";

// The tenant's complete history. It is read in pages, so memory does not grow with it.

/** With payloads of 64 KiB, each in a row, a record and a line: some 20 MiB of the Worker's 128. */
const PAGE_ROWS = 90;

/** The lines of the export, header first. */
export async function exportOf(
  runtime: Runtime,
  store: TenantStore,
): Promise<Result<ReadableStream<Uint8Array>>> {
  await requestSealing(runtime);
  const tenant = await store.own();
  const first = await findRecord(store, 0);
  const index = first?.index ?? null;
  if (tenant.stream === null || index === null)
    return refuse("not_found", "there is nothing to export before the owner's first passkey");
  const { size, root } = await newestState(runtime, index);
  // Every record of the tenant in this checkpoint was committed before it. When this call returns, all of them are
  // marked as sealed, so the export is complete up to the checkpoint, and an audit may rely on that.
  await requestSealing(runtime);
  const last = await findLastSealedWithin(store, size);
  const count = (last?.seq ?? 0) + 1;
  const extent = { logOrigin: runtime.logOrigin, logSize: size, logRoot: toHex(root), count };
  return accept(lineStream(linesOf(store, { ...tenant, stream: tenant.stream }, extent)));
}

async function newestState(runtime: Runtime, index: number): Promise<Checkpoint> {
  const { checkpoint } = expectOk(parseLogProof(await runtime.log.proof(index)));
  return expectOk(parseCheckpoint(expectOk(parseNote(checkpoint)).text));
}

type StartedTenant = Tenant & { readonly stream: string };

type Extent = Pick<ExportHeader, "logOrigin" | "logSize" | "logRoot" | "count">;

async function* linesOf(
  store: TenantStore,
  tenant: StartedTenant,
  extent: Extent,
): AsyncGenerator<Bytes, void> {
  const { stream, streamKey } = tenant;
  const { count } = extent;
  yield encodeHeader({ v: 3, kind: "countersign/export", stream, streamKey, ...extent });
  for (let from = 0; from < count; from += PAGE_ROWS) {
    const rows = await recordsBetween(store, from, Math.min(count, from + PAGE_ROWS));
    // Otherwise the file would lack the record that announces it, and an audit would refuse the file.
    if (rows.some(({ erasedSeq }) => erasedSeq !== null && erasedSeq >= count))
      throw new Error("records were erased during the export; it must be made again");
    const kept = await openedRecordsOf(
      store,
      tenant,
      rows.filter(({ erasedSeq }) => erasedSeq === null),
    );
    const bySeq = new Map(kept.map((opened) => [opened.record.seq, opened]));
    for (const row of rows) {
      const opened = bySeq.get(row.seq);
      yield encodeRow(opened === undefined ? erasedRow(tenant, row) : rowOf(opened));
    }
  }
}

function erasedRow({ streamKey }: Tenant, { seq, commitment }: OutboxRow): ExportRow {
  const label = toHex(recordLabel(expectOk(fromHex(streamKey)), seq));
  return { kind: "erased", erased: true, seq, label, commit: commitment ?? "" };
}

function rowOf(opened: OpenedRecord): ExportRow {
  const { record, entrySalt, label } = opened;
  const kind = rowKind(record);
  const evidence = kind === "change" || kind === "decision" ? { evidence: evidenceOf(opened) } : {};
  return { kind, sealed: { record, entrySalt, label, ...evidence } } as ExportRow;
}
