import { API_KEY_RANDOM_BYTES, makeApiKey, parseApiKey, redactApiKey } from "../core/apikey.ts";
import { toBase64url } from "../core/bytes.ts";
import { expectOk } from "../core/refusal.ts";
import { SALT_BYTES } from "../core/statement.ts";
import { newTenant } from "../store/lookup.ts";
import { apiKeys, projects } from "../store/schema.ts";
import type { TenantStore } from "../store/tenant.ts";
import { DEFAULT_SCOPES, type Scope } from "./keys.ts";
import { invite } from "./people.ts";
import { newId, newSecret, type World } from "./world.ts";

// A new tenant: its owner has a link, its backends a key. It is nobody's until the owner's first passkey
// begins its stream.

const STREAM_KEY_BYTES = 32;

export interface Founded {
  readonly store: TenantStore;
  readonly apiKey: string;
  /** May invite people; no key has this scope unless it is asked for. */
  readonly peopleKey: string;
  /** May read the complete history; for an auditor, and for nothing else. */
  readonly auditKey: string;
  readonly enrolUrl: string;
}

export async function found(world: World, tenant: string, owner: string): Promise<Founded> {
  const now = world.now();
  const store = await newTenant(world.database, {
    id: newId(world, "n"),
    name: tenant,
    stream: null,
    streamKey: newSecret(world, STREAM_KEY_BYTES),
    genesisSalt: toBase64url(world.random(SALT_BYTES)),
    createdAt: now,
  });
  const projectId = newId(world, "j");
  await store.insert(projects, { id: projectId, name: "Default", createdAt: now });
  const invited = expectOk(await invite(world, store, owner, "owner"));
  return {
    store,
    apiKey: await newKey(world, store, projectId, "Default key", DEFAULT_SCOPES),
    peopleKey: await newKey(world, store, projectId, "People key", ["people"]),
    auditKey: await newKey(world, store, projectId, "Audit key", ["audit:read"]),
    enrolUrl: invited.enrolUrl,
  };
}

/** The key's text is told once; what is kept is its hash. */
export async function newKey(
  world: World,
  store: TenantStore,
  projectId: string,
  name: string,
  scopes: readonly Scope[],
): Promise<string> {
  const text = makeApiKey("test", world.random(API_KEY_RANDOM_BYTES));
  const { hash } = expectOk(parseApiKey(text));
  await store.insert(apiKeys, {
    id: newId(world, "k"),
    hash,
    shown: redactApiKey(text),
    name,
    projectId,
    scopes: scopes.join(" "),
    personId: null,
    createdAt: world.now(),
  });
  return text;
}
