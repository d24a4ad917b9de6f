import { eq } from "drizzle-orm";
import { sessions } from "../schema.ts";
import type { NewRow, TenantStore } from "../tenant-store.ts";

export async function insertSession(store: TenantStore, session: NewRow<typeof sessions>): Promise<void> {
  await store.insert(sessions, session);
}

export async function extendSession(store: TenantStore, id: string, expiresAt: number): Promise<void> {
  await store.update(sessions, { expiresAt }, eq(sessions.id, id));
}

export async function revokeSession(store: TenantStore, id: string, now: number): Promise<void> {
  await store.update(sessions, { revokedAt: now }, eq(sessions.id, id));
}
