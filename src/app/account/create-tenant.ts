import {
  API_KEY_RANDOM_BYTES,
  makeApiKey,
  parseApiKey,
  redactApiKey,
} from "../../core/confirmation/api-key.ts";
import { toBase64url } from "../../core/encoding/bytes.ts";
import { expectOk } from "../../core/refusal.ts";
import { SALT_BYTES } from "../../core/confirmation/statement.ts";
import { newTenant } from "../../store/tenant-lookup.ts";
import { apiKeys, projects } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { DEFAULT_SCOPES, type Scope } from "./api-keys.ts";
import { invite } from "./people.ts";
import { newId, newSecret, type Runtime } from "../runtime.ts";

// A new tenant: its owner has a link, its backends a key. It is nobody's until the owner's first passkey
// begins its stream.

const STREAM_KEY_BYTES = 32;

export interface CreatedTenant {
  readonly store: TenantStore;
  readonly apiKey: string;
  /** May invite people; no key has this scope unless it is asked for. */
  readonly peopleKey: string;
  /** May read the complete history; for an auditor, and for nothing else. */
  readonly auditKey: string;
  readonly enrolUrl: string;
}

export async function createTenant(runtime: Runtime, tenant: string, owner: string): Promise<CreatedTenant> {
  const now = runtime.now();
  const store = await newTenant(runtime.database, {
    id: newId(runtime, "n"),
    name: tenant,
    stream: null,
    streamKey: newSecret(runtime, STREAM_KEY_BYTES),
    genesisSalt: toBase64url(runtime.random(SALT_BYTES)),
    createdAt: now,
  });
  const projectId = newId(runtime, "j");
  await store.insert(projects, { id: projectId, name: "Default", createdAt: now });
  const invited = expectOk(await invite(runtime, store, owner, "owner"));
  return {
    store,
    apiKey: await newKey(runtime, store, projectId, "Default key", DEFAULT_SCOPES),
    peopleKey: await newKey(runtime, store, projectId, "People key", ["people"]),
    auditKey: await newKey(runtime, store, projectId, "Audit key", ["audit:read"]),
    enrolUrl: invited.enrolUrl,
  };
}

/** The key's text is told once; what is kept is its hash. */
export async function newKey(
  runtime: Runtime,
  store: TenantStore,
  projectId: string,
  name: string,
  scopes: readonly Scope[],
): Promise<string> {
  const text = makeApiKey("test", runtime.random(API_KEY_RANDOM_BYTES));
  const { hash } = expectOk(parseApiKey(text));
  await store.insert(apiKeys, {
    id: newId(runtime, "k"),
    hash,
    redacted: redactApiKey(text),
    name,
    projectId,
    scopes: scopes.join(" "),
    personId: null,
    createdAt: runtime.now(),
  });
  return text;
}
