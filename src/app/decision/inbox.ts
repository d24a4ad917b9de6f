import { and, desc, isNull, ne, sql } from "drizzle-orm";
import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import type { Inbox } from "../../core/pages/inbox.ts";
import { isManager } from "../../core/stream/directory.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import {
  audience,
  confirmations,
  reveals,
  type ConfirmationRow,
  type PersonRow,
} from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { codeOf } from "../confirmation/create.ts";
import { noticesOf } from "../directory/recover.ts";
import { isoTime, type Runtime } from "../runtime.ts";

const INBOX_MAX_ITEMS = 50;

/** What this person is asked, newest first. */
export async function inboxOf(runtime: Runtime, store: TenantStore, person: PersonRow): Promise<Inbox> {
  const mine = sql`${confirmations.id} IN (SELECT ${audience.confirmationId} FROM ${audience}
    WHERE ${audience.tenantId} = ${store.tenantId} AND ${audience.personId} = ${person.id})`;
  const listed = and(mine, ne(confirmations.status, "cancelled"));
  const [rows, open] = await store.read([
    store.select(confirmations, listed).orderBy(desc(confirmations.id)).limit(INBOX_MAX_ITEMS),
    store.select(reveals, isNull(reveals.withdrawnAt)),
  ]);
  const shown = new Set(open.map(({ confirmationId }) => confirmationId));
  const items = rows.map((row) => ({
    id: row.id,
    action: row.action,
    requester: row.requesterName,
    project: row.projectName,
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    status: row.status === "pending" && row.expiresAt <= runtime.now() ? ("expired" as const) : row.status,
    code: codeOf(row),
    shown: canPublish(row, person) ? shown.has(row.id) : null,
  }));
  const notices = await noticesOf(runtime, store);
  const seen = [
    ...items.map((item) => `${item.id} ${item.status} ${item.shown}`),
    ...notices.map(({ username, at }) => `${username} ${at}`),
  ].join("\n");
  return { items, notices, version: toHex(sha256(utf8(seen)).subarray(0, 8)) };
}

function canPublish({ type, status }: ConfirmationRow, person: PersonRow): boolean {
  return isManager(person) && type === "decision" && (status === "approved" || status === "rejected");
}
