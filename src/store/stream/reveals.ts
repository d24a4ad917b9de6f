import { and, eq, isNull } from "drizzle-orm";
import { reveals } from "../schema.ts";
import type { TenantStore } from "../tenant-store.ts";

/** Whether the action and content of this decision are public. */
export async function isRevealed(store: TenantStore, confirmation: string): Promise<boolean> {
  const shown = and(eq(reveals.confirmationId, confirmation), isNull(reveals.withdrawnAt));
  return (await store.first(reveals, shown)) !== undefined;
}
