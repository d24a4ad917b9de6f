import { and, eq, isNull, sql } from "drizzle-orm";
import { credentials, sessions } from "../schema.ts";
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

/** Every session of this person, whatever its passkey. */
export async function revokeSessionsOf(store: TenantStore, person: string, now: number): Promise<void> {
  const isOwn = sql`${sessions.credentialId} IN (SELECT ${credentials.id} FROM ${credentials}
    WHERE ${credentials.tenantId} = ${store.tenantId} AND ${credentials.personId} = ${person})`;
  await store.update(sessions, { revokedAt: now }, and(isOwn, isNull(sessions.revokedAt)));
}
