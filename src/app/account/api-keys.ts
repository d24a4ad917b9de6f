import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { parseApiKey } from "../../core/confirmation/api-key.ts";
import { toHex, utf8 } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { isGoodKey } from "../../store/active-key.ts";
import { keyByHash, storeOfRemembered } from "../../store/tenant-lookup.ts";
import { apiKeys, type ApiKeyRow, type ConfirmationRow, type ProjectRow } from "../../store/schema.ts";
import { prepared, type TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

// A key asks, reads, cancels and consumes; it never decides.

export const SCOPES = [
  "confirmations:create",
  "confirmations:read",
  "confirmations:consume",
  "people",
  "audit:read",
] as const;
export type Scope = (typeof SCOPES)[number];
/** What a key can do unless somebody says otherwise; managing people is never among it. */
export const DEFAULT_SCOPES: readonly Scope[] = [
  "confirmations:create",
  "confirmations:read",
  "confirmations:consume",
];
/** "Last used" is for finding dead keys: to the minute is enough, and spares a write for each request. */
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

/** No key, a wrong one, a revoked one and an expired one are told alike. */
export async function principalOf(runtime: Runtime, text: string | undefined): Promise<Result<Principal>> {
  const parsed = text === undefined ? undefined : parseApiKey(text);
  if (!parsed?.ok) return UNAUTHORIZED;
  const now = runtime.now();
  const found = await keyByHash(runtime.database, parsed.value.hash, now);
  if (found === undefined) return UNAUTHORIZED;
  const { store } = found;
  const { key, project } = found.value;
  if (key.lastUsedAt === null || key.lastUsedAt < now - LAST_USED_MINUTES * 60_000) {
    const stale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, now));
    await store.update(apiKeys, { lastUsedAt: now }, and(eq(apiKeys.id, key.id), stale));
  }
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

/** So long a key that was good lets a call begin. It lets none end: see `stillGood`. */
const REMEMBERED_SECONDS = 5;
const REMEMBERED_MAX_KEYS = 1_000;
const remembered = new Map<string, { readonly at: number; readonly principal: Principal }>();

/**
 * Spares the look-up of a key that calls often, for a call whose own statement looks at the key's row, so
 * that a key revoked meanwhile writes nothing. Whatever else such a call is answered is answered only if
 * the key is `stillGood`.
 */
export async function rememberedPrincipalOf(
  runtime: Runtime,
  text: string | undefined,
): Promise<Result<Principal>> {
  const hash = text === undefined ? "" : toHex(sha256(utf8(text)));
  const known = remembered.get(hash);
  if (known !== undefined && runtime.now() < known.at + REMEMBERED_SECONDS * 1_000) {
    return accept({ ...known.principal, store: storeOfRemembered(runtime.database, known.principal.key) });
  }
  const found = await principalOf(runtime, text);
  remembered.delete(hash);
  if (found.ok) {
    if (remembered.size >= REMEMBERED_MAX_KEYS) remembered.clear();
    remembered.set(hash, { at: runtime.now(), principal: found.value });
  }
  return found;
}

export async function stillGood(runtime: Runtime, { store, key }: Principal): Promise<boolean> {
  const [rows] = await store.run([GOOD_KEY.with({ id: key.id, now: runtime.now() })]);
  return rows.length > 0;
}

/** A row where a key that was good when its call began still is. */
export const GOOD_KEY = prepared(apiKeys, (scope) =>
  scope.select(
    apiKeys,
    and(eq(apiKeys.id, sql.placeholder("id")), isGoodKey(sql`${sql.placeholder("now")}`)),
  ),
);
