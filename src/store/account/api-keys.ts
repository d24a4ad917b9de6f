import { and, eq, gt, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import { apiKeys, projects } from "../schema.ts";
import { lookUp, makeLookUp } from "../memory/look-up.ts";
import { isWritable } from "../shards/moved-tenants.ts";
import type { ApiKeyRow, KeyRows } from "../rows.ts";
import { prepared, type NewRow, type TenantStore, value } from "../tenant-store.ts";

/** When a key ends; an index has it. */
export const KEY_END = sql<number>`coalesce(min(${apiKeys.revokedAt}, ${apiKeys.expiresAt}), ${apiKeys.revokedAt},
  ${apiKeys.expiresAt}, 9007199254740991)`;

/** Neither revoked nor expired at this time, and not waiting for a signature. */
export function isActiveKey(at: SQL): SQL | undefined {
  return and(
    isNull(apiKeys.revokedAt),
    sql`${apiKeys.waiting} = 0`,
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, at)),
  );
}

/** One row if the key is active now, none otherwise. */
const ACTIVE_KEY = prepared(apiKeys, (scope) =>
  scope.select(apiKeys, and(eq(apiKeys.id, sql.placeholder("key")), isActiveKey(value("now")))),
);

export async function isKeyActive(store: TenantStore, key: string, now: number): Promise<boolean> {
  const [rows] = await store.run([ACTIVE_KEY.with({ key, now })]);
  return rows.length > 0;
}

const HASH = sql.placeholder("hash");
const KEY = prepared(apiKeys, (scope) => scope.select(apiKeys, eq(apiKeys.hash, HASH)));
const PROJECT_OF_KEY = prepared(projects, (scope) =>
  scope.select(
    projects,
    sql`${projects.id} = (SELECT ${apiKeys.projectId} FROM ${apiKeys}
      WHERE ${apiKeys.tenantId} = ${scope.tenantId} AND ${apiKeys.hash} = ${HASH})`,
  ),
);

const keyByHash = (hash: string) =>
  makeLookUp(
    ({ keys }) => keys,
    hash,
    [KEY.with({ hash }), PROJECT_OF_KEY.with({ hash })],
    ([[key], [project]]) => key && project && { key, project },
  );

/** The key with this hash and its project. A key that is revoked, expired now or waiting for a signature is not found. */
export async function findKeyByHash(
  store: TenantStore,
  hash: string,
  now: number,
): Promise<KeyRows | undefined> {
  const [found] = await lookUp(store, [keyByHash(hash)]);
  if (found === undefined || found.key.revokedAt !== null || found.key.waiting) return undefined;
  return found.key.expiresAt === null || found.key.expiresAt > now ? found : undefined;
}

/** Active or not. */
export async function findKey(store: TenantStore, id: string): Promise<ApiKeyRow | undefined> {
  return store.first(apiKeys, eq(apiKeys.id, id));
}

const UPDATE_LAST_USE = prepared(
  apiKeys,
  (scope) => {
    const now = value("now");
    const earlier = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, now));
    const isKey = eq(apiKeys.hash, HASH);
    return scope.update(apiKeys, { lastUsedAt: now }, and(isKey, earlier, isWritable(scope.tenantId)));
  },
  "hash",
);

export async function updateKeyLastUse(
  store: TenantStore,
  { hash }: Pick<ApiKeyRow, "hash">,
  now: number,
): Promise<void> {
  await store.run([UPDATE_LAST_USE.with({ hash, now })]);
}

export async function insertKey(store: TenantStore, key: NewRow<typeof apiKeys>): Promise<void> {
  await store.insert(apiKeys, key);
}
