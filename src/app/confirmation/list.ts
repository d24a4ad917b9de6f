import type { Status } from "../../core/confirmation/decision.ts";
import {
  approverNames,
  listConfirmations,
  sealedAmong,
  type ListedRow,
  type ListFilter,
} from "../../store/confirmation/confirmation-list.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";
import { applyUnsigned, tickDue } from "./apply-unsigned.ts";

export interface ListItem {
  readonly row: ListedRow;
  readonly status: Status;
  readonly username: string | null;
}

/** A page of decisions, newest first. */
export async function list(
  runtime: Runtime,
  store: TenantStore,
  filter: ListFilter,
): Promise<{ items: readonly ListItem[]; hasMore: boolean }> {
  // Time alone may have ended some that are not marked so.
  if (filter.status === "expired" || filter.status === "approved") await tickDue(runtime, store);
  const rows = await listConfirmations(store, filter);
  const due = rows.filter((row) => row.status === "pending" && row.dueAt <= runtime.now());
  if (due.length > 0) {
    for (const { id } of due) await applyUnsigned(runtime, store, id, { kind: "tick" });
    return list(runtime, store, filter);
  }
  const page = rows.slice(0, filter.limit);
  const sealed = await sealedAmong(store, page);
  const usernames = await approverNames(
    store,
    page.map(({ id }) => id),
  );
  const items = page.map((row) => {
    const isSigned = row.status === "approved" || row.status === "rejected";
    return {
      row,
      status: isSigned && !sealed.has(row.id) ? ("pending" as const) : row.status,
      username: row.policyHash === null ? (usernames.get(row.id) ?? null) : null,
    };
  });
  return { items, hasMore: rows.length > filter.limit };
}
