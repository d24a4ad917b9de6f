import { findLastSealedWithin } from "../../store/stream/outbox.ts";
import type { ConfirmationRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

type Decided = Pick<ConfirmationRow, "status" | "decidedSeq">;

/** How to read the status of many rows: nobody sees what people signed before it is in the log. */
export async function visibleStatuses(store: TenantStore): Promise<(row: Decided) => Decided["status"]> {
  const last = await findLastSealedWithin(store, Number.MAX_SAFE_INTEGER);
  const sealedSeq = last?.seq ?? -1;
  const isHidden = ({ status, decidedSeq }: Decided) =>
    (status === "approved" || status === "rejected") && decidedSeq !== null && decidedSeq > sealedSeq;
  return (row) => (isHidden(row) ? "pending" : row.status);
}
