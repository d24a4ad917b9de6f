import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type {
  AssertionInput,
  ChangeRequested,
  DeviceChallenge,
  RegistrationInput,
} from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { fingerprintOf } from "../../src/core/webauthn/fingerprint.ts";
import { textOfProblem } from "../common/connection.ts";
import { OTHER_SITE, post, sameOriginUrl } from "../common/http.ts";
import { createPasskey, creationErrorText } from "./create-passkey.ts";
import { credentialList, passkeyErrorText, usePasskey } from "./passkey-client.ts";

// A further passkey of somebody who has one, in three steps: confirm with one that is active, create the new one, sign
// that it is trusted. The last step is a page of its own.

/** The person has confirmed. It is good for one new passkey. */
export interface Confirmed {
  readonly begin: DeviceChallenge;
  readonly assertion: AssertionInput;
}

export interface Added {
  readonly fingerprint: string;
  /** Where it is signed that the new passkey is trusted. */
  readonly approval: string;
}

/** A session alone adds no passkey: one that the person already uses signs first. Otherwise a text to show. */
export async function confirmPerson(prompting: () => void): Promise<Confirmed | string> {
  const answer = await post<DeviceChallenge>("/devices/begin", {});
  if (!answer.ok) return textOfProblem(answer.problem);
  const { proof, rpId } = answer.value;
  prompting();
  try {
    const assertion = await usePasskey({
      challenge: expectOk(fromBase64url(proof.challenge)),
      rpId,
      allowCredentials: credentialList(proof.allowCredentials),
    });
    return { begin: answer.value, assertion };
  } catch (problem) {
    return passkeyErrorText(problem);
  }
}

export interface FurtherPasskey {
  readonly tenant: string;
  readonly elsewhere?: boolean;
  readonly label: (registration: RegistrationInput) => string;
}

/** `sent`: the confirmation is used up. Then a failure means to confirm again; before it, to try again. */
export async function addFurther(
  { begin, assertion }: Confirmed,
  { tenant, elsewhere = false, label }: FurtherPasskey,
  sent: () => void,
): Promise<Added | string> {
  try {
    const { registration, publicKey } = await createPasskey({ ...begin, tenant, elsewhere });
    const proof = { challenge: begin.proof.challenge, assertion };
    const body = { challenge: begin.challenge, label: label(registration), registration, proof };
    sent();
    const finished = await post<ChangeRequested>("/devices/finish", body);
    if (!finished.ok) return textOfProblem(finished.problem);
    const approval = sameOriginUrl(finished.value.approval);
    return approval === undefined ? OTHER_SITE : { fingerprint: fingerprintOf(publicKey), approval };
  } catch (problem) {
    return creationErrorText(problem);
  }
}
