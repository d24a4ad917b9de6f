import {
  API_KEY_RANDOM_BYTES,
  makeApiKey,
  parseApiKey,
  redactApiKey,
} from "../../core/confirmation/api-key.ts";
import { makeRef, REF_RANDOM_BYTES } from "../../core/confirmation/tenant-ref.ts";
import { expectOk } from "../../core/refusal.ts";
import { findProject, insertKey, insertProject } from "../../store/account/api-keys.ts";
import { insertTenant } from "../../store/tenant-lookup.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { DEFAULT_SCOPES, type Scope } from "../../core/confirmation/scopes.ts";
import { inviteNew } from "./invite.ts";
import { newId, newSalt, newSecret, type Platform } from "../runtime.ts";

// A new tenant: an enrolment link for its owner, API keys for its backends. Its stream starts with the owner's first
// passkey.

const STREAM_KEY_BYTES = 32;

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
  const now = platform.now();
  const store = await insertTenant(platform.databases, {
    id: makeRef(openShard(platform), platform.random(REF_RANDOM_BYTES)),
    name: tenant,
    stream: null,
    streamKey: newSecret(platform, STREAM_KEY_BYTES),
    genesisSalt: newSalt(platform),
    createdAt: now,
  });
  const projectId = newId(platform, "j");
  await insertProject(store, { id: projectId, name: "Default", mode: "live", createdAt: now });
  const invited = expectOk(await inviteNew(platform, store, owner, "owner"));
  return {
    store,
    apiKey: await newKey(platform, store, projectId, "Default key", DEFAULT_SCOPES),
    peopleKey: await newKey(platform, store, projectId, "People key", ["people"]),
    auditKey: await newKey(platform, store, projectId, "Audit key", ["audit:read"]),
    enrolUrl: invited.enrolUrl,
  };
}

/** One of the shards for new tenants, at random. */
function openShard({ databases, random }: Platform): string {
  const [byte = 0] = random(1);
  const shard = databases.open[byte % databases.open.length];
  if (shard === undefined) throw new RangeError("no shard is open for new tenants");
  return shard;
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
  const text = makeApiKey(project.mode, store.tenantId, platform.random(API_KEY_RANDOM_BYTES));
  const { hash } = expectOk(parseApiKey(text));
  await insertKey(store, {
    id: newId(platform, "k"),
    hash,
    redacted: redactApiKey(text),
    name,
    projectId,
    scopes: scopes.join(" "),
    personId: null,
    agent: isAgent,
    createdAt: platform.now(),
  });
  return text;
}
