import { and, desc, eq, gte, lt } from "drizzle-orm";
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
import { NO_PREVIOUS, recordLabel } from "../../core/stream/record.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { outbox, type Tenant } from "../../store/schema.ts";
import type { SealedRows } from "../../store/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { evidenceOf } from "./build-receipt.ts";
import { recordOf } from "../sealing/build-record.ts";
import { commitsBefore, sourcesOf } from "../sealing/seal.ts";
import type { Runtime } from "../runtime.ts";

// The tenant's complete history, a page at a time: what is in memory does not grow with it.

/** With payloads of 64 KiB, and the row, the record and the line of each: some 20 MiB of the Worker's 128. */
const PAGE_ROWS = 90;

/** The lines of the export, header first; or why there is none. */
export async function exportOf(runtime: Runtime, store: TenantStore): Promise<Result<AsyncGenerator<Bytes>>> {
  await requestSealing(runtime, store.tenantId);
  const tenant = await store.own();
  const first = await store.first(outbox, eq(outbox.seq, 0));
  const index = first?.index ?? null;
  if (tenant.stream === null || index === null)
    return refuse("not_found", "there is nothing to export before the owner's first passkey");
  const { size, root } = await newestState(runtime, index);
  // Whatever of the tenant stands under that checkpoint was committed before it, and is marked as sealed
  // when this returns: so the export has all of it, and an audit may hold it to that.
  await requestSealing(runtime, store.tenantId);
  const [last] = await store.select(outbox, lt(outbox.index, size)).orderBy(desc(outbox.seq)).limit(1);
  const count = (last?.seq ?? 0) + 1;
  const extent = { logOrigin: runtime.logOrigin, logSize: size, logRoot: toHex(root), count };
  return accept(linesOf(store, { ...tenant, stream: tenant.stream }, extent));
}

async function newestState(runtime: Runtime, index: number): Promise<Checkpoint> {
  const [proof = ""] = await runtime.log.proofs([index]);
  const { checkpoint } = expectOk(parseLogProof(proof));
  return expectOk(parseCheckpoint(expectOk(parseNote(checkpoint)).text));
}

type Begun = Tenant & { readonly stream: string };

type Extent = Pick<ExportHeader, "logOrigin" | "logSize" | "logRoot" | "count">;

async function* linesOf(store: TenantStore, tenant: Begun, extent: Extent): AsyncGenerator<Bytes, void> {
  const { stream, streamKey } = tenant;
  const { count } = extent;
  yield encodeHeader({ v: 1, kind: "countersign/export", stream, streamKey, ...extent });
  for (let from = 0; from < count; from += PAGE_ROWS) {
    const page = and(gte(outbox.seq, from), lt(outbox.seq, Math.min(count, from + PAGE_ROWS)));
    const rows = await store.select(outbox, page).orderBy(outbox.seq);
    const [sources, commits] = await Promise.all([sourcesOf(store, rows), commitsBefore(store, rows)]);
    for (const { seq, commitment } of rows) commits.set(seq, commitment ?? "");
    for (const source of sources) yield encodeRow(rowOf(tenant, source, commits));
  }
}

function rowOf(
  { stream, streamKey }: Begun,
  source: SealedRows,
  commits: ReadonlyMap<number, string>,
): ExportRow {
  const { seq, entrySalt, directorySeq } = source.row;
  const previous = seq === 0 ? NO_PREVIOUS : (commits.get(seq - 1) ?? "");
  const record = recordOf(source, stream, previous, commits.get(directorySeq) ?? "");
  const label = toHex(recordLabel(expectOk(fromHex(streamKey)), seq));
  const kind = rowKind(record);
  const signed = kind === "change" || kind === "decision" ? evidenceOf(source) : {};
  return { kind, sealed: { record, entrySalt, label, ...signed } } as ExportRow;
}
