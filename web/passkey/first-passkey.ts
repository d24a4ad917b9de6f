import type { EnrolmentResult, Invitation } from "../../src/core/pages/account.ts";
import type { Answer } from "../common/http.ts";
import { deviceName, type NewPasskey } from "./create-passkey.ts";
import { finishEnrolment } from "./finish-enrolment.ts";

// The passkey of a new organisation. Only the page that started it has the secret of the owner's enrolment link.

/** The server refuses a challenge after 10 minutes. The rest is for the person, at the passkey's prompt. */
const CHALLENGE_GOOD_MILLISECONDS = 7 * 60_000;

/** Whether a passkey can still be created for a challenge that came at this time. */
export function isChallengeGood(at: number): boolean {
  return Date.now() < at + CHALLENGE_GOOD_MILLISECONDS;
}

/** Null: what used the link is an earlier attempt with this passkey, whose answer was lost. */
export async function sendFirstPasskey(
  secret: string,
  { challenge }: Invitation,
  { registration }: NewPasskey,
): Promise<Answer<EnrolmentResult | null>> {
  const finished = await finishEnrolment({ secret, challenge, label: deviceName(), registration });
  return !finished.ok && finished.problem.code === "enrolment_used" ? { ok: true, value: null } : finished;
}
