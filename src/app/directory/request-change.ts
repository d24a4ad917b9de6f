import type { Change } from "../../core/stream/change-format.ts";
import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { policyHash, type Policy } from "../../core/policy/policy.ts";
import { expectOk } from "../../core/refusal.ts";
import { findFirstProject } from "../../store/project/projects.ts";
import { findSameRequests, isInAudience } from "../../store/confirmation/confirmations.ts";
import type { ConfirmationRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import { createConfirmation } from "../confirmation/create.ts";
import type { Runtime } from "../runtime.ts";

// Requests for a change of the directory: confirmations like any other, signed on the same page.

/** The signers see such a request when they next open their inbox, not within minutes. */
const CHANGE_EXPIRES_DAYS = 7;

interface ChangeRequest {
  readonly change: Change;
  readonly action: string;
  readonly requester: Requester;
  readonly approver: string | Policy;
}

/** Returns the address where the change is signed: of a pending request if the same people are asked the same. */
export async function requestChange(
  runtime: Runtime,
  store: TenantStore,
  request: ChangeRequest,
): Promise<string> {
  const { change, action, requester, approver } = request;
  const payload = expectOk(canonicalPayload(change, ""));
  const same = { type: change.change, payload: payload.text };
  for (const pending of await findSameRequests(store, same, ["pending"])) {
    const isCurrent = pending.expiresAt > runtime.now();
    if (isCurrent && (await hasApprover(store, pending, approver)))
      return `${runtime.origin}/approve/${pending.id}`;
  }
  const project = await findFirstProject(store);
  const created = await createConfirmation(runtime, store, {
    type: change.change,
    project: { id: project?.id ?? "", name: project?.name ?? "", mode: "live" },
    requester,
    action,
    payload,
    approver,
    createdAt: runtime.now(),
    expiresInMilliseconds: CHANGE_EXPIRES_DAYS * 24 * 3_600_000,
    executeWithinMilliseconds: null,
    metadata: null,
  });
  return `${runtime.origin}/approve/${expectOk(created).row.id}`;
}

/** The id of the request in this address. */
export function idInAddress(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}

/** A request keeps its approvers. If others must sign now, it can't be reused. */
async function hasApprover(
  store: TenantStore,
  request: ConfirmationRow,
  approver: string | Policy,
): Promise<boolean> {
  if (typeof approver !== "string") return request.policyHash === policyHash(approver);
  return request.policyHash === null && (await isInAudience(store, request.id, approver));
}
