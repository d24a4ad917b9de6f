import { and, desc, eq, gt, isNotNull, isNull, lte, sql } from "drizzle-orm";
import { KEY_END } from "../account/api-keys.ts";
import type { ApiKeyRow } from "../rows.ts";
import { apiKeys, people, projects } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type Scope, type TenantStore, value } from "../tenant-store.ts";

// The keys of a project: creating, replacing and ending them.

export type NewKeyRow = Omit<ApiKeyRow, "tenantId" | "revokedAt" | "lastUsedAt" | "changeId">;

export interface ProjectKeys {
  /** Those that have not ended, also if they wait for a signature. */
  readonly current: readonly ApiKeyRow[];
  /** The last ones to end first. */
  readonly ended: readonly ApiKeyRow[];
}

export async function readProjectKeys(
  store: TenantStore,
  project: string,
  now: number,
  endedMax: number,
): Promise<ProjectKeys> {
  const isOfProject = eq(apiKeys.projectId, project);
  const [current, ended] = await store.read([
    store.select(apiKeys, and(isOfProject, gt(KEY_END, now))),
    store
      .select(apiKeys, and(isOfProject, lte(KEY_END, now)))
      .orderBy(desc(KEY_END))
      .limit(endedMax),
  ]);
  return { current: current.toSorted((one, other) => (one.id < other.id ? 1 : -1)), ended };
}

/** The key that takes over from this one; undefined if there is none, or if it was revoked. */
export async function findReplacement(store: TenantStore, key: string): Promise<ApiKeyRow | undefined> {
  return store.first(apiKeys, and(eq(apiKeys.replaces, key), isNull(apiKeys.revokedAt)));
}

const ROW = (tenant: unknown) => sql`SELECT ${tenant}, ${value("id")}, ${value("hash")}, ${value("redacted")},
  ${value("name")}, ${value("projectId")}, ${value("scopes")}, ${value("personId")}, ${value("agent")},
  ${value("createdAt")}, ${value("expiresAt")}, NULL, NULL, ${value("waiting")}, ${value("replaces")}, NULL`;

/** Somebody may be removed from the organisation while they create a key. */
const creatorIsThere = (scope: Scope) =>
  sql`NOT EXISTS ${scope.select(people, and(eq(people.id, value("personId")), isNotNull(people.removedAt)))}`;

const INSERT_KEY_IF = prepared<typeof apiKeys, never>(apiKeys, (scope) => {
  const same = scope.select(apiKeys, eq(apiKeys.id, value("id")));
  const inUse = and(eq(projects.id, value("projectId")), isNull(projects.archivedAt));
  const isCurrent = and(eq(apiKeys.projectId, value("projectId")), gt(KEY_END, value("createdAt")));
  const last = scope.selectColumns(apiKeys, ["id"], isCurrent).limit(1).offset(sql.placeholder("before"));
  return scope.insertFrom(
    apiKeys,
    (tenant) => sql`${ROW(tenant)} WHERE NOT EXISTS ${same} AND NOT EXISTS ${last}
      AND EXISTS ${scope.select(projects, inUse)} AND ${creatorIsThere(scope)}`,
  );
});

/** Only if its project is in use and has fewer than `max` keys that have not ended. */
export async function insertKeyIf(
  store: TenantStore,
  key: NewKeyRow,
  max: number,
  entry: Run,
): Promise<void> {
  await store.batch([INSERT_KEY_IF.with({ ...key, before: max - 1 }), entry]);
}

/** A key that was replaced and whose successor was not revoked can't be replaced again; nor can a successor before the end. */
const INSERT_REPLACEMENT = prepared<typeof apiKeys, never>(apiKeys, (scope) => {
  const now = value("createdAt");
  const same = scope.select(apiKeys, eq(apiKeys.id, value("id")));
  const isWorking = and(eq(apiKeys.id, value("replaces")), gt(KEY_END, now), sql`${apiKeys.waiting} = 0`);
  const successor = and(eq(apiKeys.replaces, value("replaces")), isNull(apiKeys.revokedAt));
  const isEarlier = sql`${apiKeys.id} = (SELECT k.replaces FROM ${apiKeys} k
    WHERE k.tenant_id = ${scope.tenantId} AND k.id = ${value("replaces")})`;
  return scope.insertFrom(
    apiKeys,
    (tenant) => sql`${ROW(tenant)} WHERE NOT EXISTS ${same} AND EXISTS ${scope.select(apiKeys, isWorking)}
      AND NOT EXISTS ${scope.select(apiKeys, successor)}
      AND NOT EXISTS ${scope.select(apiKeys, and(isEarlier, gt(KEY_END, now)))} AND ${creatorIsThere(scope)}`,
  );
});

/** A new key that takes over from the one that it names, which ends at this time. */
export async function replaceKey(
  store: TenantStore,
  key: NewKeyRow & { readonly replaces: string },
  stopsAt: number,
  entry: Run,
): Promise<void> {
  const isInserted = sql`EXISTS (SELECT 1 FROM ${apiKeys} k WHERE k.tenant_id = ${store.tenantId}
    AND k.id = ${key.id} AND k.replaces = ${key.replaces} AND k.hash = ${key.hash})`;
  const endsLater = and(eq(apiKeys.id, key.replaces), gt(KEY_END, stopsAt), isInserted);
  await store.batch([
    INSERT_REPLACEMENT.with({ ...key }),
    entry,
    store.update(apiKeys, { expiresAt: stopsAt }, endsLater),
  ]);
}

/** Nothing changes if it has ended before. */
export async function revokeKey(store: TenantStore, key: string, now: number, entry: Run): Promise<void> {
  const isCurrent = and(eq(apiKeys.id, key), gt(KEY_END, now));
  await store.batch([store.update(apiKeys, { revokedAt: now }, isCurrent), entry]);
}

/** Which request people sign for it. */
export async function setKeyChange(store: TenantStore, key: string, change: string): Promise<void> {
  await store.update(apiKeys, { changeId: change }, eq(apiKeys.id, key));
}
