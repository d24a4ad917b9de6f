import { insertKey } from "../../store/account/api-keys.ts";
import { findProject } from "../../store/project/projects.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { DEFAULT_SCOPES, type Scope } from "../../core/confirmation/scopes.ts";
import { newKeySecret } from "../keys/key-secret.ts";
import { newOrganisation } from "../organisation/new-organisation.ts";
import { newId, type Platform } from "../runtime.ts";

// A new tenant with API keys for its backends, for local start and tests.

export interface CreatedTenant {
  readonly store: TenantStore;
  readonly apiKey: string;
  /** Has the scope `people`, to invite people. */
  readonly peopleKey: string;
  /** Has the scope `audit:read`, to export the complete history. */
  readonly auditKey: string;
  readonly enrolUrl: string;
}

export async function createTenant(
  platform: Platform,
  tenant: string,
  owner: string,
): Promise<CreatedTenant> {
  const { store, link, projectIds } = await newOrganisation(platform, {
    name: tenant,
    username: owner,
    projects: [{ name: "Default", mode: "live" }],
    endsWithLink: false,
    signUpPlace: null,
  });
  const [projectId = ""] = projectIds;
  return {
    store,
    apiKey: await newKey(platform, store, projectId, "Default key", DEFAULT_SCOPES),
    peopleKey: await newKey(platform, store, projectId, "People key", ["people"]),
    auditKey: await newKey(platform, store, projectId, "Audit key", ["audit:read"]),
    enrolUrl: link.enrolUrl,
  };
}

/** Returns the key's text, which names the mode of the project. Only its hash is stored. */
export async function newKey(
  platform: Platform,
  store: TenantStore,
  projectId: string,
  name: string,
  scopes: readonly Scope[],
  isAgent = false,
): Promise<string> {
  const project = await findProject(store, projectId);
  if (project === undefined) throw new RangeError("an API key belongs to a project of its tenant");
  const { secret, hash, redacted } = newKeySecret(platform, store, project.mode);
  await insertKey(store, {
    id: newId(platform, "k"),
    hash,
    redacted,
    name,
    projectId,
    scopes: scopes.join(" "),
    personId: null,
    agent: isAgent,
    createdAt: platform.now(),
  });
  return secret;
}
