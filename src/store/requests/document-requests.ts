import { and, desc, eq, gt, inArray } from "drizzle-orm";
import { IS_CHANGE } from "../confirmation/confirmations.ts";
import { KEY_END } from "../account/api-keys.ts";
import { apiKeys, confirmations } from "../schema.ts";
import type { ApiKeyRow, ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

// What the pages about groups, policies and rules read of requests.

/** Changes of these types that wait for a signature, oldest first. */
export async function pendingChangesOf(
  store: TenantStore,
  types: readonly ConfirmationRow["type"][],
  now: number,
): Promise<readonly ConfirmationRow[]> {
  const isPending = and(eq(confirmations.status, "pending"), gt(confirmations.expiresAt, now));
  const rows = await store.select(
    confirmations,
    and(IS_CHANGE, inArray(confirmations.type, [...types]), isPending),
  );
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** API keys that have not ended, the newest first, up to this number. */
export async function currentKeys(
  store: TenantStore,
  now: number,
  limit: number,
): Promise<readonly ApiKeyRow[]> {
  return store.select(apiKeys, gt(KEY_END, now)).orderBy(desc(apiKeys.id)).limit(limit);
}
