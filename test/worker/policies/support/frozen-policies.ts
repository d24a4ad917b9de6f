import { createConfirmation, type CreateInput } from "../../../../src/app/confirmation/create.ts";
import type { Runtime } from "../../../../src/app/runtime.ts";
import { canonicalPayload } from "../../../../src/core/confirmation/canonical-payload.ts";
import { expectOk } from "../../../../src/core/refusal.ts";
import { singleApproverPolicy, type Policy } from "../../../../src/core/policy/policy.ts";
import type { Need } from "../../../../src/core/policy/seats.ts";
import { projects } from "../../../../src/store/schema.ts";
import type { TenantStore } from "../../../../src/store/tenant-store.ts";
import type { Signer } from "../../support/signed-decisions.ts";

// Policies as requests keep them, and requests under them, below HTTP.

/** `count` of these people. */
export function needOf(count: number, signers: readonly Pick<Signer, "person">[], name = ""): Need {
  return { name, count, of: signers.map(({ person }) => person.id) };
}

/** One stage for each list of needs. */
export function staged(stages: readonly (readonly Need[])[], more: Partial<Policy> = {}): Policy {
  return { ...singleApproverPolicy(""), stages: stages.map((needs) => ({ name: "", needs })), ...more };
}

const HALF_HOUR_MILLISECONDS = 1_800_000;

/** What a request asks if a test does not say otherwise. */
export async function draftIn(runtime: Runtime, store: TenantStore): Promise<Omit<CreateInput, "approver">> {
  const project = await store.first(projects);
  return {
    type: "decision",
    project: { id: project?.id ?? "", name: project?.name ?? "", mode: "live" },
    requester: { kind: "service", id: "k_service", name: "Service", person: null },
    action: "Deploy",
    payload: expectOk(canonicalPayload({ service: "api", sha: "abc123" })),
    createdAt: runtime.now(),
    expiresInMilliseconds: HALF_HOUR_MILLISECONDS,
    executeWithinMilliseconds: null,
    metadata: null,
  };
}

/** The id of a new request. Its evidence fails if nobody has signed the policy: see sealed-policies.ts. */
export async function requestUnder(
  runtime: Runtime,
  store: TenantStore,
  approver: CreateInput["approver"],
  more: Partial<CreateInput> = {},
): Promise<string> {
  const draft = { ...(await draftIn(runtime, store)), approver, ...more };
  return expectOk(await createConfirmation(runtime, store, draft)).row.id;
}
