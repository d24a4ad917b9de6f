import { verifyAssertion, type Assertion, type AssertionFacts } from "../core/webauthn/assertion.ts";
import { toBase64url, type Bytes } from "../core/encoding/bytes.ts";
import { refuse } from "../core/refusal.ts";
import { compareVerdicts, isSharedRule, type Compared } from "./compare-verdicts.ts";
import {
  checkRegistration,
  type RegisteredPasskey,
  type Registration,
  type RegistrationExpectation,
} from "./registration.ts";
import { secondVerifyRegistration, secondVerifyAssertion } from "./second-verifier.ts";

// Verifies what a browser returns for a passkey. It is accepted only if two verifiers that share no code agree. The
// caller checks that the challenge is fresh, the id is not registered yet, or the passkey is active.

export interface RegistrationInput extends RegistrationExpectation {
  readonly registration: Registration;
}

export async function verifyRegistration(input: RegistrationInput): Promise<Compared<RegisteredPasskey>> {
  const checked = await checkRegistration(input.registration, input);
  // Without authenticator data the second verifier has nothing to check.
  if (!checked.ok) return checked;
  const { passkey, authenticatorData } = checked.value;
  const theirs = await secondVerifyRegistration(input.registration, authenticatorData, input);
  return compareVerdicts({ ok: true, value: passkey }, theirs, (value) => ({
    id: value.id,
    publicKey: toBase64url(value.publicKey),
    signCount: value.signCount,
    backupEligible: value.backupEligible,
    backedUp: value.backedUp,
  }));
}

export interface PasskeyInput {
  readonly assertion: Assertion;
  readonly userHandle?: string | null | undefined;
  readonly challenge: Bytes;
  readonly origin: string;
  readonly rpId: string;
  readonly credential: {
    readonly id: string;
    /** COSE_Key, as registered. */
    readonly publicKey: Bytes;
    readonly algorithm: number;
    readonly signCount: number;
    readonly backupEligible: boolean;
    readonly userHandle: string;
  };
  /** The ids issued in allowCredentials. At sign-in there are none, and the passkey must name its user itself. */
  readonly allowed: readonly string[] | "discoverable";
}

export async function verifyPasskey(input: PasskeyInput): Promise<Compared<AssertionFacts>> {
  const { assertion, challenge, origin, rpId, credential, allowed } = input;
  // Some authenticators send no user handle if the credential was named; browsers then report null.
  const userHandle = input.userHandle ?? undefined;
  if (allowed === "discoverable" && userHandle === undefined) {
    return refuse("user_handle_mismatch", "the passkey does not name its user");
  }
  const expectation = { challenge, origin, rpId, credential };
  const ours = await verifyAssertion(
    assertion,
    allowed === "discoverable" ? expectation : { ...expectation, allowed },
    userHandle,
  );
  if (!ours.ok && !isSharedRule(ours.refusal)) return ours;
  const theirs = await secondVerifyAssertion(assertion, userHandle, credential.publicKey, input);
  return compareVerdicts(ours, theirs, ({ signCount, backupEligible, backedUp }) => ({
    signCount,
    backupEligible,
    backedUp,
  }));
}
