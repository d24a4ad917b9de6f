import type { Assertion, AssertionFacts } from "../../core/webauthn/assertion.ts";
import { fromBase64url, type Bytes } from "../../core/encoding/bytes.ts";
import { expectOk, type Result } from "../../core/refusal.ts";
import type { CredentialDescriptor } from "../../core/pages/account.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { verifyPasskey, type PasskeyInput } from "../../passkey/passkey.ts";
import type { CredentialRow, PersonRow } from "../../store/rows.ts";
import type { Runtime } from "../runtime.ts";
import type { SecurityEvent } from "./security-events.ts";

/** An assertion as a page sends it. */
export interface SignedInput {
  readonly assertion: Assertion;
  readonly userHandle: string | null;
}

/** The passkeys that a page may ask for, as its allowCredentials. */
export function descriptorsOf(passkeys: readonly CredentialRow[]): readonly CredentialDescriptor[] {
  return passkeys.map(({ id, transports }) => ({ id, transports: transports.split(" ").filter(Boolean) }));
}

/** One use of a passkey, to sign in, to add a passkey or to decide. */
interface PasskeyUse {
  readonly person: PersonRow;
  readonly passkey: CredentialRow;
  readonly input: SignedInput;
  readonly challenge: Bytes;
  readonly allowed: PasskeyInput["allowed"];
  /** Null if it is no vote. */
  readonly confirmation: string | null;
}

interface VerifiedUse {
  readonly result: Result<AssertionFacts>;
  /** What the caller must report, if it lets this person act at all. */
  readonly event: SecurityEvent | null;
}

/** Whether this person signed this challenge with this passkey, on our origin. */
export async function verifyUse(
  runtime: Runtime,
  { person, passkey, input, challenge, allowed, confirmation }: PasskeyUse,
): Promise<VerifiedUse> {
  const result = await verifyPasskey({
    assertion: input.assertion,
    userHandle: input.userHandle,
    challenge,
    origin: runtime.origin,
    rpId: rpIdOf(runtime.origin),
    credential: {
      id: passkey.id,
      publicKey: expectOk(fromBase64url(passkey.publicKey)),
      algorithm: passkey.algorithm,
      signCount: passkey.signCount,
      backupEligible: passkey.backupEligible,
      userHandle: person.userHandle,
    },
    allowed,
  });
  const about = { person: person.id, credential: passkey.id, confirmation };
  if (result.disagreement) {
    const detail = { ...result.disagreement };
    return { result, event: { type: "verifier_disagreement", ...about, detail } };
  }
  // Some synced passkeys have no useful counter, so a regression is reported and not refused.
  if (result.ok && result.value.signCountRegressed) {
    const detail = { stored: passkey.signCount, received: result.value.signCount };
    return { result, event: { type: "signature_counter_regression", ...about, detail } };
  }
  return { result, event: null };
}
