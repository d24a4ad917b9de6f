import type { Assertion, AssertionFacts } from "../../core/webauthn/assertion.ts";
import { fromBase64url, type Bytes } from "../../core/encoding/bytes.ts";
import { expectOk, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { verifyPasskey, type PasskeyInput } from "../../passkey/passkey.ts";
import type { CredentialRow, PersonRow } from "../../store/schema.ts";
import type { Runtime } from "../runtime.ts";

/** An assertion as a page sends it. */
export interface SignedInput {
  readonly assertion: Assertion;
  readonly userHandle: string | null;
}

/** Whether this person signed this challenge with this passkey, on our origin. */
export async function verifyUse(
  runtime: Runtime,
  person: PersonRow,
  passkey: CredentialRow,
  input: SignedInput,
  challenge: Bytes,
  allowed: PasskeyInput["allowed"],
): Promise<Result<AssertionFacts>> {
  return verifyPasskey({
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
}
