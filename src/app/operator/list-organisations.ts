import type { PlanName } from "../../core/account/plans.ts";
import { listTenants } from "../../store/tenant-lookup.ts";
import type { Platform } from "../runtime.ts";

export interface ListedOrganisation {
  readonly ref: string;
  readonly name: string;
  readonly plan: PlanName;
  /** Its id; null until its owner has a passkey. */
  readonly stream: string | null;
  readonly createdAt: number;
}

/** The oldest first. */
export async function listOrganisations({ databases }: Platform): Promise<readonly ListedOrganisation[]> {
  const all = await listTenants(databases);
  return all
    .map(({ id, name, plan, stream, createdAt }) => ({ ref: id, name, plan, stream, createdAt }))
    .toSorted((one, other) => one.createdAt - other.createdAt);
}
