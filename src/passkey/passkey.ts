import { verifyAssertion, type Assertion, type AssertionFacts } from "../core/webauthn/assertion.ts";
import { toBase64url, type Bytes } from "../core/encoding/bytes.ts";
import { refuse } from "../core/refusal.ts";
import { compareVerdicts, isSharedRule, type Compared } from "./compare-verdicts.ts";
import {
  readRegistration,
  type RegisteredPasskey,
  type Registration,
  type RegistrationExpectation,
} from "./registration.ts";
import { secondVerifyRegistration, secondVerifyAssertion } from "./second-verifier.ts";

// What a browser says of a passkey, believed only where two verifiers that share no code agree. Whether
// the challenge is fresh, the id unregistered, or the passkey active, is the caller's to know.

export interface RegistrationInput extends RegistrationExpectation {
  readonly registration: Registration;
}

export async function verifyRegistration(input: RegistrationInput): Promise<Compared<RegisteredPasskey>> {
  const read = await readRegistration(input.registration, input);
  // Without its data there is nothing to ask the other verifier about.
  if (!read.ok) return read;
  const { passkey, authenticatorData } = read.value;
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
    /** COSE_Key, as it was registered. */
    readonly publicKey: Bytes;
    readonly algorithm: number;
    readonly signCount: number;
    readonly backupEligible: boolean;
    readonly userHandle: string;
  };
  /** The ids issued in allowCredentials; at sign-in none are, and the passkey must name its user itself. */
  readonly allowed: readonly string[] | "discoverable";
}

export async function verifyPasskey(input: PasskeyInput): Promise<Compared<AssertionFacts>> {
  const { assertion, challenge, origin, rpId, credential, allowed } = input;
  // Some authenticators send none where they were told the credential; null is how browsers say so.
  const userHandle = input.userHandle ?? undefined;
  if (allowed === "discoverable" && userHandle === undefined) {
    return refuse("user_handle_mismatch", "the passkey does not say whose it is");
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
