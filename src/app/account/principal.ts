import type { Scope } from "../../core/confirmation/scopes.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findKeyByHash } from "../../store/account/api-keys.ts";
import type { ApiKeyRow, ConfirmationRow, ProjectRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

// Who calls with an API key. A key asks, reads, cancels and consumes; it never decides.

export interface Requester {
  readonly kind: ConfirmationRow["requesterKind"];
  readonly id: string;
  readonly name: string;
  readonly person: string | null;
  /** From where, in general terms, for the audit trail. Left out for a program. */
  readonly place?: string;
}

/** What a request keeps of its project. */
export type RequestProject = Pick<ProjectRow, "id" | "name" | "mode">;

export interface Principal {
  readonly store: TenantStore;
  readonly key: ApiKeyRow;
  readonly scopes: ReadonlySet<string>;
  readonly project: ProjectRow;
  readonly requester: Requester;
}

export const UNAUTHORIZED = refuse("unauthorized", "send a valid API key in the header X-Api-Key");

/** A wrong, revoked, expired or waiting key gets the same refusal. */
export async function principalOf(
  store: TenantStore,
  keyHash: string,
  now: number,
): Promise<Result<Principal>> {
  const found = await findKeyByHash(store, keyHash, now);
  if (found === undefined) return UNAUTHORIZED;
  const { key, project } = found;
  return accept({
    store,
    key,
    scopes: new Set(key.scopes.split(" ")),
    project,
    requester: { kind: "key", id: key.id, name: key.name, person: key.personId },
  });
}

export function requireScope({ scopes }: Principal, scope: Scope): Result<"allowed"> {
  return scopes.has(scope)
    ? accept("allowed")
    : refuse("forbidden_scope", `this key lacks the scope ${scope}; use a key that has it`);
}
