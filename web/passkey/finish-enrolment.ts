import type { EnrolmentResult, RegistrationInput } from "../../src/core/pages/account.ts";
import { post, type Answer } from "../common/http.ts";

// Registers a person's passkey with an enrolment link.

interface EnrolmentForm {
  /** Of the link. */
  readonly secret: string;
  readonly challenge: string;
  readonly label: string;
  readonly registration: RegistrationInput;
}

export function finishEnrolment({
  secret,
  challenge,
  label,
  registration,
}: EnrolmentForm): Promise<Answer<EnrolmentResult>> {
  return post("/enrol/finish", { secret, challenge, label, registration });
}
