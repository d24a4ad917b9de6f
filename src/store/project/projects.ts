import { and, asc, eq, gt, isNotNull, isNull, sql } from "drizzle-orm";
import { CHANNEL_KINDS, REMINDER_PERCENT } from "../../core/notice/notice-kinds.ts";
import { KEY_END } from "../account/api-keys.ts";
import { hasRoomForProject, IS_COUNTED_PROJECT } from "../account/plan-numbers.ts";
import type { ProjectRow } from "../rows.ts";
import { apiKeys, projects } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

export async function findProject(store: TenantStore, id: string): Promise<ProjectRow | undefined> {
  return store.first(projects, eq(projects.id, id));
}

/** The oldest, for requests that belong to no project. */
export async function findFirstProject(store: TenantStore): Promise<ProjectRow | undefined> {
  const [row] = await store.select(projects).orderBy(asc(projects.id)).limit(1);
  return row;
}

/** Those in use, or the archived ones. */
export async function readProjects(store: TenantStore, archived: boolean): Promise<readonly ProjectRow[]> {
  const { archivedAt } = projects;
  return store.select(projects, archived ? isNotNull(archivedAt) : isNull(archivedAt));
}

/** The oldest test project that is in use. */
export async function findTestProject(store: TenantStore): Promise<ProjectRow | undefined> {
  const isTest = and(eq(projects.mode, "test"), isNull(projects.archivedAt));
  const [row] = await store.select(projects, isTest).orderBy(asc(projects.id)).limit(1);
  return row;
}

/** In use; test projects are not counted. */
export async function countLiveProjects(store: TenantStore, max: number): Promise<number> {
  const [counted] = await store.count(projects, max, IS_COUNTED_PROJECT);
  return counted?.count ?? 0;
}

/** Whether a project that is in use has this name, in small or capital letters. */
export async function findProjectByName(store: TenantStore, name: string): Promise<ProjectRow | undefined> {
  return store.first(
    projects,
    and(sql`${projects.name} = ${name} COLLATE NOCASE`, isNull(projects.archivedAt)),
  );
}

const INSERT_PROJECT_IF = prepared<typeof projects, never>(projects, (scope) => {
  const isSame = sql`${projects.name} = ${value("name")} COLLATE NOCASE`;
  const namesake = scope.select(projects, and(isSame, isNull(projects.archivedAt)));
  const same = scope.select(projects, eq(projects.id, value("id")));
  const last = scope.selectColumns(projects, ["id"]).limit(1).offset(sql.placeholder("before"));
  return scope.insertFrom(
    projects,
    (
      tenant,
    ) => sql`SELECT ${tenant}, ${value("id")}, ${value("name")}, ${value("createdAt")}, ${value("mode")}, NULL,
        ${CHANNEL_KINDS.join(" ")}, 0, ${REMINDER_PERCENT}
      WHERE NOT EXISTS ${same} AND NOT EXISTS ${namesake} AND NOT EXISTS ${last}
        AND (${value("mode")} = 'test' OR ${hasRoomForProject(tenant)})`,
  );
});

/** Only if no project in use has this name, the plan has room, and there are fewer than `max`, archived ones included. */
export async function insertProjectIf(
  store: TenantStore,
  { id, name, mode, createdAt }: Pick<ProjectRow, "id" | "name" | "mode" | "createdAt">,
  max: number,
  entry: Run,
): Promise<void> {
  await store.batch([INSERT_PROJECT_IF.with({ id, name, mode, createdAt, before: max - 1 }), entry]);
}

/** Only if it has that name and is in use, and no other project has the new one. */
export async function renameProject(
  store: TenantStore,
  { id, was, name }: { readonly id: string; readonly was: string; readonly name: string },
  entry: Run,
): Promise<void> {
  const isIt = and(eq(projects.id, id), eq(projects.name, was), isNull(projects.archivedAt));
  const isFree = sql`NOT EXISTS (SELECT 1 FROM ${projects} o WHERE o.tenant_id = ${store.tenantId}
    AND o.name = ${name} COLLATE NOCASE AND o.archived_at IS NULL AND o.id <> ${id})`;
  await store.batch([store.update(projects, { name }, and(isIt, isFree)), entry]);
}

/** Ends it with all its keys. */
export async function archiveProject(store: TenantStore, id: string, now: number, entry: Run): Promise<void> {
  const isInUse = and(eq(projects.id, id), isNull(projects.archivedAt));
  const isArchived = sql`EXISTS (SELECT 1 FROM ${projects} p WHERE p.tenant_id = ${store.tenantId}
    AND p.id = ${id} AND p.archived_at IS NOT NULL)`;
  await store.batch([
    store.update(projects, { archivedAt: now }, isInUse),
    entry,
    store.update(apiKeys, { revokedAt: now }, and(eq(apiKeys.projectId, id), gt(KEY_END, now), isArchived)),
  ]);
}
