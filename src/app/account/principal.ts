import { parseApiKey } from "../../core/confirmation/api-key.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { isKeyActive, updateKeyLastUse } from "../../store/account/api-keys.ts";
import { databaseOf, keyByHash, storeOfCachedRow } from "../../store/tenant-lookup.ts";
import type { ApiKeyRow, ConfirmationRow, ProjectRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";
import { secretHash } from "./secret-hash.ts";

// Who calls with an API key. A key asks, reads, cancels and consumes; it never decides.

export const SCOPES = [
  "confirmations:create",
  "confirmations:read",
  "confirmations:consume",
  "people",
  "audit:read",
] as const;
export type Scope = (typeof SCOPES)[number];
/** Managing people is never among the defaults. */
export const DEFAULT_SCOPES: readonly Scope[] = [
  "confirmations:create",
  "confirmations:read",
  "confirmations:consume",
];
/** "Last used" helps to find unused keys: a minute is exact enough, and avoids a write for each request. */
const LAST_USED_MINUTES = 1;

export interface Requester {
  readonly kind: ConfirmationRow["requesterKind"];
  readonly id: string;
  readonly name: string;
  readonly person: string | null;
}

export interface Principal {
  readonly store: TenantStore;
  readonly key: ApiKeyRow;
  readonly scopes: ReadonlySet<string>;
  readonly project: { readonly id: string; readonly name: string };
  readonly requester: Requester;
}

export const UNAUTHORIZED = refuse("unauthorized", "send a valid API key in the header X-Api-Key");

/** A missing, wrong, revoked or expired key gets the same refusal. */
export async function principalOf(runtime: Runtime, text: string | undefined): Promise<Result<Principal>> {
  const parsed = text === undefined ? undefined : parseApiKey(text);
  if (!parsed?.ok) return UNAUTHORIZED;
  const now = runtime.now();
  const database = databaseOf(runtime.databases, parsed.value.ref);
  const row = database && (await keyByHash(database, parsed.value.hash, now));
  if (row === undefined) return UNAUTHORIZED;
  const { store } = row;
  const { key, project } = row.value;
  if (key.lastUsedAt === null || key.lastUsedAt < now - LAST_USED_MINUTES * 60_000)
    await updateKeyLastUse(store, key.id, now);
  return accept(principalWith(store, key, project));
}

function principalWith(store: TenantStore, key: ApiKeyRow, { id, name }: ProjectRow): Principal {
  return {
    store,
    key,
    scopes: new Set(key.scopes.split(" ")),
    project: { id, name },
    requester: { kind: "key", id: key.id, name: key.name, person: key.personId },
  };
}

/** How long a cached key lets a call start. Before the call is answered, the key is checked again. */
const CACHE_SECONDS = 5;
const CACHE_MAX_KEYS = 1_000;
const cache = new Map<string, { readonly at: number; readonly principal: Principal }>();

/**
 * Saves reading the key for a call whose own statement checks the key's row, so a key that was revoked meanwhile
 * writes nothing. Every other answer to such a call needs `isStillActive`.
 */
export async function cachedPrincipalOf(
  runtime: Runtime,
  text: string | undefined,
): Promise<Result<Principal>> {
  const hash = text === undefined ? "" : secretHash(text);
  const cached = cache.get(hash);
  if (cached !== undefined && runtime.now() < cached.at + CACHE_SECONDS * 1_000) {
    return accept({ ...cached.principal, store: storeOfCachedRow(runtime.databases, cached.principal.key) });
  }
  const principal = await principalOf(runtime, text);
  cache.delete(hash);
  if (principal.ok) {
    if (cache.size >= CACHE_MAX_KEYS) cache.clear();
    cache.set(hash, { at: runtime.now(), principal: principal.value });
  }
  return principal;
}

export async function isStillActive(runtime: Runtime, { store, key }: Principal): Promise<boolean> {
  return isKeyActive(store, key.id, runtime.now());
}
