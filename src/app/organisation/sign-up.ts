import type { SignUpStarted } from "../../core/pages/account.ts";
import { invitationOf } from "../account/enrol.ts";
import type { Platform } from "../runtime.ts";
import { FIRST_PROJECTS, newOrganisation } from "./new-organisation.ts";

// Sign-up: somebody makes an organisation of their own. From here on it is the owner's enrolment, with a link whose
// secret the page keeps.

/** Without a passkey in this time, the sweep deletes the organisation with everything that this made. */
export const SIGN_UP_MINUTES = 60;

export interface SignUpForm {
  readonly organisation: string;
  readonly username: string;
}

export async function beginSignUp(
  platform: Platform,
  { organisation, username }: SignUpForm,
  place: string,
): Promise<SignUpStarted> {
  const { tenant, owner, link } = await newOrganisation(platform, {
    name: organisation,
    username,
    projects: FIRST_PROJECTS,
    plan: "free",
    linkMinutes: SIGN_UP_MINUTES,
    endsWithLink: true,
    signUpPlace: place,
  });
  return { ...(await invitationOf(platform, tenant, owner)), secret: link.secret };
}
