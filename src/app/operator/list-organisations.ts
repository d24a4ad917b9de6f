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

export interface OrganisationList {
  /** The oldest first, without sandboxes: those last a day, and nobody manages them. */
  readonly organisations: readonly ListedOrganisation[];
  readonly sandboxes: number;
}

export async function listOrganisations({ databases }: Platform): Promise<OrganisationList> {
  const all = await listTenants(databases);
  const real = all.filter(({ sandboxUntil }) => sandboxUntil === null);
  const organisations = real
    .map(({ id, name, plan, stream, createdAt }) => ({ ref: id, name, plan, stream, createdAt }))
    .toSorted((one, other) => one.createdAt - other.createdAt);
  return { organisations, sandboxes: all.length - real.length };
}
