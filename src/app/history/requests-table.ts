import { utf8, type Bytes } from "../../core/encoding/bytes.ts";
import { csvLine } from "../../core/encoding/csv.ts";
import { usernamesOf } from "../../store/account/people.ts";
import { tableRows, type TableRow } from "../../store/confirmation/table-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { lineStream } from "../evidence/line-stream.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import { visibleStatuses } from "./visible-status.ts";
import { requestSealing } from "../sealing/request-sealing.ts";

// All requests as a table for spreadsheets. It proves nothing: the history does.

/** Some 1 KB each. */
const PAGE_ROWS = 500;
const HEADER = [
  "id",
  "project",
  "mode",
  "action",
  "requester",
  "approver",
  "status",
  "created",
  "expires",
  "decided",
  "used",
  "payload_sha256",
];

export async function requestsTable(
  runtime: Runtime,
  store: TenantStore,
): Promise<ReadableStream<Uint8Array>> {
  await requestSealing(runtime);
  return lineStream(linesOf(store, await visibleStatuses(store)));
}

type StatusOf = Awaited<ReturnType<typeof visibleStatuses>>;

async function* linesOf(store: TenantStore, statusOf: StatusOf): AsyncGenerator<Bytes, void> {
  yield utf8(csvLine(HEADER));
  let after = "";
  for (;;) {
    const rows = await tableRows(store, after, PAGE_ROWS);
    const names = await usernamesOf(
      store,
      rows.flatMap(({ approverId }) => approverId ?? []),
    );
    for (const row of rows) yield utf8(csvLine(cellsOf(row, names, statusOf(row))));
    if (rows.length < PAGE_ROWS) return;
    after = rows.at(-1)?.id ?? after;
  }
}

function cellsOf(
  row: TableRow,
  names: ReadonlyMap<string, string>,
  status: TableRow["status"],
): readonly string[] {
  return [
    row.id,
    row.projectName,
    row.projectMode,
    row.action,
    row.requesterName,
    names.get(row.approverId ?? "") ?? "",
    status,
    isoTime(row.createdAt),
    isoTime(row.expiresAt),
    status === "pending" ? "" : timeOrEmpty(row.decidedAt),
    timeOrEmpty(row.consumedAt),
    row.payloadHash,
  ];
}

function timeOrEmpty(at: number | null): string {
  return at === null ? "" : isoTime(at);
}
