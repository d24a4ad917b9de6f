import type { Status } from "../../core/confirmation/decision.ts";
import { usernamesOf } from "../../store/account/people.ts";
import { sealedAmong } from "../../store/confirmation/confirmations.ts";
import {
  listConfirmations,
  type ListedRow,
  type ListFilter,
  type ListPage,
} from "../../store/confirmation/confirmation-list.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";
import { applyUnsigned, tickDue } from "./apply-unsigned.ts";

export interface ListItem {
  readonly row: ListedRow;
  readonly status: Status;
  readonly username: string | null;
}

export interface ListAnswer {
  readonly items: readonly ListItem[];
  /** An id to continue after. A page can be shorter than its limit although older ones match. */
  readonly next: string | null;
}

export type ListQuery = Omit<ListFilter, "project">;

/** A page of decisions, newest first. */
export async function list(runtime: Runtime, store: TenantStore, filter: ListFilter): Promise<ListAnswer> {
  // Time alone may have ended some that are not marked so.
  if (filter.status === "expired" || filter.status === "approved") await tickDue(runtime, store);
  const { rows, next } = await pageWithoutDue(runtime, store, filter);
  const approvers = rows.flatMap(({ approverId }) => (approverId === null ? [] : [approverId]));
  const [sealed, usernames] = await Promise.all([sealedAmong(store, rows), usernamesOf(store, approvers)]);
  const items = rows.map((row) => {
    const isSigned = row.status === "approved" || row.status === "rejected";
    return {
      row,
      status: isSigned && !sealed.has(row.id) ? ("pending" as const) : row.status,
      username: usernames.get(row.approverId ?? "") ?? null,
    };
  });
  return { items, next: next ?? null };
}

/** Ticks what is due, and reads the same part of the list once more: with more of the list, more could be due. */
async function pageWithoutDue(runtime: Runtime, store: TenantStore, filter: ListFilter): Promise<ListPage> {
  const now = runtime.now();
  const page = await listConfirmations(store, filter);
  const due = page.rows.filter(({ status, dueAt }) => status === "pending" && dueAt <= now);
  if (due.length === 0) return page;
  for (const { id } of due) await applyUnsigned(runtime, store, id, { kind: "tick" });
  const { rows, next = page.next } = await listConfirmations(store, { ...filter, from: page.next });
  return { rows, next };
}
