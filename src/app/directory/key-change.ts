import type { Policy } from "../../core/policy/policy.ts";
import { isPrivileged, type Scope } from "../../core/confirmation/scopes.ts";
import { scopesText } from "../../core/report/change-text.ts";
import { accept, type Result } from "../../core/refusal.ts";
import type { ApiKeyRow, ProjectRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import { isoTimeOrNull, type Runtime } from "../runtime.ts";
import type { ChangeOf } from "./change.ts";
import { directoryOf } from "./directory-of.ts";
import { anyManager } from "./managers.ts";
import { requestChange } from "./request-change.ts";
import { checkWaitingChanges } from "./waiting-changes.ts";

/** What people sign for. */
export interface KeyGrant extends Pick<ApiKeyRow, "id" | "name" | "hash" | "expiresAt"> {
  readonly project: Pick<ProjectRow, "id" | "name">;
  readonly scopes: readonly Scope[];
}

/**
 * Requests that a key may do what its scopes say. Returns the address where somebody entitled signs. Until the change
 * is sealed, the key's row must be `waiting`, or have other scopes.
 */
export async function requestKeyChange(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  grant: KeyGrant,
): Promise<Result<string>> {
  const approver = await signersOfKey(runtime, store, grant);
  if (!approver.ok) return approver;
  const privileged = scopesText(grant.scopes.filter((scope) => isPrivileged([scope])));
  const action = `Activate an API key that can ${privileged}`;
  const change = changeOfKey(grant);
  return accept(await requestChange(runtime, store, { change, action, requester, approver: approver.value }));
}

/** Who may sign for it; a refusal if nobody can be asked now. */
export async function signersOfKey(
  runtime: Runtime,
  store: TenantStore,
  grant: KeyGrant,
): Promise<Result<string | Policy>> {
  const change = changeOfKey(grant);
  const waiting = await checkWaitingChanges(store, change, runtime.now());
  return waiting.ok ? anyManager(await directoryOf(store), change) : waiting;
}

function changeOfKey({ id, name, hash, expiresAt, project, scopes }: KeyGrant): ChangeOf<"key.changed"> {
  return {
    v: 1,
    kind: "countersign/change",
    change: "key.changed",
    key: {
      id,
      name,
      hash,
      project: { id: project.id, name: project.name },
      scopes,
      expires: isoTimeOrNull(expiresAt),
    },
  };
}
