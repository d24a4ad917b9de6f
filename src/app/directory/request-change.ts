import { and, eq } from "drizzle-orm";
import type { Change } from "../../core/stream/directory.ts";
import { canonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { policyHash, type Policy } from "../../core/confirmation/policy.ts";
import { expectOk } from "../../core/refusal.ts";
import { audience, confirmations, projects, type PersonRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/api-keys.ts";
import { createConfirmation } from "../confirmation/create.ts";
import type { Runtime } from "../runtime.ts";

// Asking for a change of the directory: a confirmation like any other, signed on the same page.

/** People look at such a request when they next come by, not within minutes. */
const CHANGE_EXPIRES_DAYS = 7;

export interface WantedChange {
  readonly change: Change;
  readonly action: string;
  readonly requester: Requester;
  readonly approver: string | Policy;
}

/** The address where it is signed. Asked twice of the same people, it is one request. */
export async function askChange(runtime: Runtime, store: TenantStore, wanted: WantedChange): Promise<string> {
  const { change, action, requester, approver } = wanted;
  const payload = expectOk(canonicalPayload(change, ""));
  const same = and(
    eq(confirmations.type, change.change),
    eq(confirmations.payload, payload.text),
    eq(confirmations.status, "pending"),
  );
  for (const { id, policyHash: frozen, expiresAt } of await store.select(confirmations, same)) {
    const current = expiresAt > runtime.now();
    if (current && (await isAskedOf(store, id, frozen, approver))) return `${runtime.origin}/approve/${id}`;
  }
  const project = await store.first(projects);
  const created = await createConfirmation(runtime, store, {
    type: change.change,
    project: { id: project?.id ?? "", name: project?.name ?? "" },
    requester,
    action,
    payload,
    approver,
    expiresInMilliseconds: CHANGE_EXPIRES_DAYS * 24 * 3_600_000,
    executeWithinMilliseconds: null,
    metadata: null,
  });
  return `${runtime.origin}/approve/${expectOk(created).row.id}`;
}

/** Who may sign is frozen in a request: where that is no longer who it should be, another one is made. */
async function isAskedOf(
  store: TenantStore,
  id: string,
  frozen: string | null,
  approver: string | Policy,
): Promise<boolean> {
  if (typeof approver !== "string") return frozen === policyHash(approver);
  const one = and(eq(audience.confirmationId, id), eq(audience.personId, approver));
  return frozen === null && (await store.first(audience, one)) !== undefined;
}

export function personAsking({ id, username }: PersonRow): Requester {
  return { kind: "person", id, name: username, person: id };
}
