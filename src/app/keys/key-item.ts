import { SCOPES } from "../../core/confirmation/scopes.ts";
import type { KeyItem, ProjectItem } from "../../core/pages/project-page-data.ts";
import { usernamesOf } from "../../store/account/people.ts";
import type { ApiKeyRow, ProjectRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { rulesOf } from "../projects/notice-rules-of.ts";
import { isoTime, isoTimeOrNull } from "../runtime.ts";

export function projectItem(project: ProjectRow): ProjectItem {
  const { id, name, mode, createdAt, archivedAt } = project;
  return {
    id,
    name,
    mode,
    createdAt: isoTime(createdAt),
    archivedAt: isoTimeOrNull(archivedAt),
    notices: rulesOf(project),
  };
}

export async function keyItems(
  store: TenantStore,
  keys: readonly ApiKeyRow[],
  { id, name, mode }: Pick<ProjectRow, "id" | "name" | "mode">,
  now: number,
): Promise<readonly KeyItem[]> {
  const usernames = await usernamesOf(
    store,
    keys.flatMap(({ personId }) => personId ?? []),
  );
  return keys.map((key) => ({
    id: key.id,
    label: key.name,
    prefix: key.redacted,
    project: { id, name, mode },
    scopes: SCOPES.filter((scope) => key.scopes.split(" ").includes(scope)),
    agent: key.agent,
    createdBy: usernames.get(key.personId ?? "") ?? null,
    createdAt: isoTime(key.createdAt),
    expiresAt: isoTimeOrNull(key.expiresAt),
    revokedAt: isoTimeOrNull(key.revokedAt),
    lastUsedAt: isoTimeOrNull(key.lastUsedAt),
    state: stateOf(key, now),
    replaces: key.replaces,
  }));
}

export function stateOf(
  { revokedAt, expiresAt, waiting }: Pick<ApiKeyRow, "revokedAt" | "expiresAt" | "waiting">,
  now: number,
): KeyItem["state"] {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && expiresAt <= now) return "expired";
  return waiting ? "waiting" : "active";
}
