import type { Scope } from "../../core/confirmation/scopes.ts";
import type { ProjectRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newId, type Platform } from "../runtime.ts";
import { newKeySecret } from "./key-secret.ts";

export interface KeyWithoutCreator {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly agent?: boolean;
}

/** The text of a key that no person has created, so that nobody's role limits it, and its row. */
export function keyWithoutCreator(
  platform: Platform,
  tenant: Pick<TenantStore, "tenantId">,
  project: Pick<ProjectRow, "id" | "mode">,
  { name, scopes, agent = false }: KeyWithoutCreator,
) {
  const { secret, hash, redacted } = newKeySecret(platform, tenant, project.mode);
  const row = {
    id: newId(platform, "k"),
    hash,
    redacted,
    name,
    projectId: project.id,
    scopes: scopes.join(" "),
    personId: null,
    agent,
    createdAt: platform.now(),
  };
  return { secret, row };
}
