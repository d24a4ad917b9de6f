import { and, desc, ne, sql } from "drizzle-orm";
import { toHex, utf8 } from "../core/bytes.ts";
import type { Status } from "../core/decision.ts";
import { sha256 } from "../core/hash.ts";
import { asked, confirmations, type PersonRow } from "../store/schema.ts";
import type { TenantStore } from "../store/tenant.ts";
import { codeOf } from "./open.ts";
import { isoTime, type World } from "./world.ts";

export interface InboxItem {
  readonly id: string;
  readonly action: string;
  readonly requester: string;
  readonly project: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly status: Status;
  readonly code: string;
}

const INBOX_MAX_ITEMS = 50;

/** What this person is asked, newest first; and a text that changes when the list does. */
export async function inboxOf(
  world: World,
  store: TenantStore,
  person: PersonRow,
): Promise<{ items: readonly InboxItem[]; version: string }> {
  const mine = sql`${confirmations.id} IN (SELECT ${asked.confirmationId} FROM ${asked}
    WHERE ${asked.tenantId} = ${store.tenantId} AND ${asked.personId} = ${person.id})`;
  const rows = await store
    .select(confirmations, and(mine, ne(confirmations.status, "cancelled")))
    .orderBy(desc(confirmations.id))
    .limit(INBOX_MAX_ITEMS);
  const items = rows.map((row) => ({
    id: row.id,
    action: row.action,
    requester: row.requesterName,
    project: row.projectName,
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    status: row.status === "pending" && row.expiresAt <= world.now() ? ("expired" as const) : row.status,
    code: codeOf(row),
  }));
  const seen = items.map(({ id, status }) => `${id} ${status}`).join("\n");
  return { items, version: toHex(sha256(utf8(seen)).subarray(0, 8)) };
}
