import { PLANS } from "../../core/account/plans.ts";
import type { ExportPage } from "../../core/pages/export-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { act, exportAct, type ActCall } from "../acts/act.ts";
import { trailNote } from "../acts/trail-entry.ts";
import { exportOf } from "../evidence/stream-export.ts";
import { requestsTable } from "./requests-table.ts";

// An organisation takes its data with it. The complete history, which `countersign audit` checks, is part of every plan:
// without it people would have to trust us. The table for spreadsheets is part of some.

export const HISTORY_ACTS = {
  "export.read": act("history.export", readPage),
  "export.history": exportAct("history.export", exportHistory),
  "export.table": exportAct("history.export", exportTable),
};

async function readPage({ store }: ActCall, _input: null): Promise<Result<ExportPage>> {
  const { plan, stream } = await store.own();
  return accept({ table: PLANS[plan].canExport, plan, stream });
}

async function exportHistory(call: ActCall, _input: null): Promise<Result<ReadableStream<Uint8Array>>> {
  const exported = await exportOf(call.runtime, call.store);
  if (exported.ok) await call.store.batch([trailNote(call, { act: "history.exported" })]);
  return exported;
}

async function exportTable(call: ActCall, _input: null): Promise<Result<ReadableStream<Uint8Array>>> {
  const { runtime, store } = call;
  const { plan } = await store.own();
  if (!PLANS[plan].canExport)
    return refuse(
      "plan_limit",
      `the plan ${PLANS[plan].title} has no table for spreadsheets; download the history, or upgrade the plan`,
    );
  const table = await requestsTable(runtime, store);
  await store.batch([trailNote(call, { act: "table.exported" })]);
  return accept(table);
}
