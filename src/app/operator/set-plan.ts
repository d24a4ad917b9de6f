import type { PlanName } from "../../core/account/plans.ts";
import { isRef } from "../../core/confirmation/tenant-ref.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { changePlan } from "../../store/account/settings-row.ts";
import { isMovingError } from "../../store/shards/moved-tenants.ts";
import { openTenant, refOfStream } from "../../store/tenant-lookup.ts";
import { OPERATOR, trailEntryOf } from "../acts/trail-entry.ts";
import type { Platform } from "../runtime.ts";

export interface PlanChange {
  readonly ref: string;
  readonly name: string;
  readonly from: PlanName;
}

/** The organisation is named by its ref or its id. A server that runs reads the plan again within seconds. */
export async function setPlan(
  platform: Platform,
  organisation: string,
  plan: PlanName,
): Promise<Result<PlanChange>> {
  const { databases } = platform;
  const ref = isRef(organisation) ? organisation : await refOfStream(databases, organisation);
  const store = ref === undefined ? undefined : await openTenant(databases, ref);
  const own = await store?.own();
  if (store === undefined || own === undefined || own.deletedAt !== null)
    return refuse("not_found", `there is no organisation ${organisation}; list them first`);
  if (own.sandboxUntil !== null)
    return refuse("demo_organisation", `${organisation} is a demo organisation, which keeps its plan`);
  const { name, plan: from } = own;
  const change = { ref: store.tenantId, name, from };
  if (from === plan) return accept(change);
  const entry = trailEntryOf(platform, OPERATOR, { act: "plan.changed", detail: { from, to: plan } });
  try {
    if (await changePlan(store, { from, to: plan }, entry)) return accept(change);
    return refuse("changed_meanwhile", "somebody else has set another plan at this moment; look at it first");
  } catch (problem) {
    if (!isMovingError(problem)) throw problem;
    return refuse(
      "tenant_moving",
      "the organisation is moving to another database; try again in some minutes",
    );
  }
}
