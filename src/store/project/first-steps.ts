import { and, eq, gt, isNotNull, sql, type SQL } from "drizzle-orm";
import { IS_PENDING, isOutcomeSealed, isSignedUnsealed } from "../confirmation/confirmations.ts";
import { apiKeys, confirmations, people, projects, tenants } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import type { TenantStore } from "../tenant-store.ts";

/** What an organisation has done so far. */
export interface FirstSteps {
  readonly hasKey: boolean;
  readonly hasUsedKey: boolean;
  readonly hasTestRequest: boolean;
  /** And its record is in the log. */
  readonly hasApproval: boolean;
}

/** Every key counts, also one that has ended: what was done stays done. */
export async function readFirstSteps(store: TenantStore): Promise<FirstSteps> {
  const decision = (more: SQL) => sql`EXISTS (SELECT 1 FROM ${confirmations}
    WHERE ${confirmations.tenantId} = ${store.tenantId} AND ${confirmations.projectId} = ${projects.id}
      AND ${confirmations.type} = 'decision' AND ${confirmations.erasedAt} IS NULL ${more})`;
  const isApproved = sql`AND ${confirmations.status} = 'approved' AND ${isOutcomeSealed(store)}`;
  const found = await store.read([
    store.count(apiKeys, 1),
    store.count(apiKeys, 1, isNotNull(apiKeys.lastUsedAt)),
    store.count(projects, 1, and(eq(projects.mode, "test"), decision(sql``))),
    store.count(projects, 1, decision(isApproved)),
  ]);
  const [hasKey = false, hasUsedKey = false, hasTestRequest = false, hasApproval = false] = found.map(
    ([counted]) => (counted?.count ?? 0) > 0,
  );
  return { hasKey, hasUsedKey, hasTestRequest, hasApproval };
}

/** How many requests for a decision wait, and how many people there are, each counted up to this number. */
export async function countForOverview(store: TenantStore, now: number, max: number) {
  const isOpen = and(eq(confirmations.type, "decision"), gt(confirmations.expiresAt, now));
  const [[pending], [signed], [everybody]] = await store.read([
    store.count(confirmations, max, and(IS_PENDING, isOpen)),
    store.count(confirmations, max, and(isSignedUnsealed(store), isOpen)),
    store.count(people, max),
  ]);
  const waiting = Math.min((pending?.count ?? 0) + (signed?.count ?? 0), max);
  return { pending: waiting, people: everybody?.count ?? 0 };
}

/** Once. */
export async function hideFirstSteps(store: TenantStore, now: number, entry: Run): Promise<void> {
  await store.batch([store.updateOwn({ guideDoneAt: now }, sql`${tenants.guideDoneAt} IS NULL`), entry]);
}
