import type { PlanName } from "../account/plans.ts";
import type { Role } from "../stream/record.ts";
import type { CredentialDescriptor } from "./account.ts";

// What the server gives to the views of the console.

export interface Notice {
  readonly kind: "note" | "warning";
  readonly text: string;
  readonly link: { readonly href: string; readonly text: string } | null;
}

/** What surrounds every page of the console. */
export interface Shell {
  readonly organisation: string;
  /** The organisation id; null before the first passkey. */
  readonly stream: string | null;
  readonly username: string;
  readonly role: Role;
  readonly plan: PlanName;
  readonly timeZone: string;
  readonly origin: string;
  readonly notices: readonly Notice[];
}

/** What was wrong with a form that is shown again. */
export interface FormProblem {
  readonly title: string;
  readonly detail: string;
  /** The JSON Pointer to what is wrong; empty if it is the form as a whole. */
  readonly at: string;
  /** By the name of the field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A form as it was sent: it is shown again with what was typed. */
export interface SentForm {
  readonly values: Readonly<Record<string, string>>;
  readonly problem: FormProblem;
}

export interface ElevationChallenge {
  readonly challenge: string;
  readonly rpId: string;
  readonly allowCredentials: readonly CredentialDescriptor[];
}
