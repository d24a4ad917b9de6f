import { isPrivileged, type Scope } from "../../core/confirmation/scopes.ts";
import { scopesText } from "../../core/report/change-text.ts";
import { accept, type Result } from "../../core/refusal.ts";
import type { ApiKeyRow, ProjectRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import { directoryOf, type ChangeOf } from "./change.ts";
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
  { id, name, hash, expiresAt, project, scopes }: KeyGrant,
): Promise<Result<string>> {
  const change: ChangeOf<"key.changed"> = {
    v: 1,
    kind: "countersign/change",
    change: "key.changed",
    key: {
      id,
      name,
      hash,
      project: { id: project.id, name: project.name },
      scopes,
      expires: expiresAt === null ? null : isoTime(expiresAt),
    },
  };
  const waiting = await checkWaitingChanges(store, change, runtime.now());
  if (!waiting.ok) return waiting;
  const approver = anyManager(await directoryOf(store), change);
  if (!approver.ok) return approver;
  const privileged = scopesText(scopes.filter((scope) => isPrivileged([scope])));
  const action = `Activate an API key that can ${privileged}`;
  return accept(await requestChange(runtime, store, { change, action, requester, approver: approver.value }));
}
