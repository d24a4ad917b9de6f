import { insertKey } from "../../store/account/api-keys.ts";
import { findProject } from "../../store/project/projects.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { DEFAULT_SCOPES, type Scope } from "../../core/confirmation/scopes.ts";
import { keyWithoutCreator } from "../keys/key-without-creator.ts";
import { newOrganisation } from "../organisation/new-organisation.ts";
import type { Platform } from "../runtime.ts";

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
  const { store, link, apiKeys } = await newOrganisation(platform, {
    name: tenant,
    username: owner,
    projects: [{ name: "Default", mode: "live" }],
    keys: [
      { name: "Default key", scopes: DEFAULT_SCOPES },
      { name: "People key", scopes: ["people"] },
      { name: "Audit key", scopes: ["audit:read"] },
    ],
    endsWithLink: false,
    signUpPlace: null,
  });
  const [apiKey = "", peopleKey = "", auditKey = ""] = apiKeys;
  return { store, apiKey, peopleKey, auditKey, enrolUrl: link.enrolUrl };
}

/** Returns the key's text, which names the mode of the project. Only its hash is stored. */
export async function newKey(
  platform: Platform,
  store: TenantStore,
  projectId: string,
  name: string,
  scopes: readonly Scope[],
  agent = false,
): Promise<string> {
  const project = await findProject(store, projectId);
  if (project === undefined) throw new RangeError("an API key belongs to a project of its tenant");
  const { secret, row } = keyWithoutCreator(platform, store, project, { name, scopes, agent });
  await insertKey(store, row);
  return secret;
}
