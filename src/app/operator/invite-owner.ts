import type { PlanName } from "../../core/account/plans.ts";
import { FIRST_PROJECTS, newOrganisation } from "../organisation/new-organisation.ts";
import type { Platform } from "../runtime.ts";

export interface OwnerInvitation {
  readonly ref: string;
  readonly enrolUrl: string;
  readonly expiresAt: number;
}

/** A new organisation with nothing but its owner's link. The owner makes keys in the console. */
export async function inviteOwner(
  platform: Platform,
  terms: { readonly organisation: string; readonly username: string; readonly plan: PlanName },
): Promise<OwnerInvitation> {
  const { organisation, username, plan } = terms;
  const { tenant, link } = await newOrganisation(platform, {
    name: organisation,
    username,
    projects: FIRST_PROJECTS,
    plan,
    endsWithLink: true,
    signUpPlace: null,
  });
  return { ref: tenant.id, enrolUrl: link.enrolUrl, expiresAt: link.expiresAt };
}
