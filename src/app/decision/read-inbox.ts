import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import type { Inbox } from "../../core/pages/inbox.ts";
import { isManager } from "../../core/stream/directory.ts";
import { readInbox } from "../../store/confirmation/confirmation-list.ts";
import type { ConfirmationRow, PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { codeOf } from "../confirmation/create.ts";
import { newPasskeyNotices } from "../directory/new-passkey-notices.ts";
import { recoveryNotices } from "../directory/recovery.ts";
import { isoTime, type Runtime } from "../runtime.ts";

/** Of the newest, and as many of those that wait. */
const INBOX_MAX_ITEMS = 50;

/** What this person is asked, newest first. */
export async function inboxOf(runtime: Runtime, store: TenantStore, person: PersonRow): Promise<Inbox> {
  const { rows, revealed } = await readInbox(store, person.id, INBOX_MAX_ITEMS);
  const items = rows.map((row) => ({
    id: row.id,
    action: row.action,
    requester: row.requesterName,
    project: row.projectName,
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    status: row.status === "pending" && row.expiresAt <= runtime.now() ? ("expired" as const) : row.status,
    code: codeOf(row),
    shown: canPublish(row, person) ? revealed.has(row.id) : null,
  }));
  const [notices, newPasskeys] = await Promise.all([
    recoveryNotices(runtime, store),
    newPasskeyNotices(runtime, store, person),
  ]);
  const content = [
    ...items.map((item) => `${item.id} ${item.status} ${item.shown}`),
    ...notices.map(({ username, at }) => `${username} ${at}`),
    ...newPasskeys.map(({ fingerprint, request }) => `${fingerprint} ${request}`),
  ].join("\n");
  return { items, notices, newPasskeys, version: toHex(sha256(utf8(content)).subarray(0, 8)) };
}

function canPublish({ type, status }: ConfirmationRow, person: PersonRow): boolean {
  return isManager(person) && type === "decision" && (status === "approved" || status === "rejected");
}
