import { and, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import type { Assertion, AssertionFacts } from "../../core/webauthn/assertion.ts";
import { fromBase64url, type Bytes } from "../../core/encoding/bytes.ts";
import { expectOk, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { verifyPasskey, type PasskeyInput } from "../../passkey/passkey.ts";
import { credentials, type CredentialRow, type PersonRow } from "../../store/schema.ts";
import { prepared, type TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";

/** The passkeys that count: endorsed, sealed, and not taken back. */
export function counting(): SQL | undefined {
  return and(isNotNull(credentials.endorsedSeq), isNull(credentials.revokedAt));
}

export const ACTIVE_PASSKEYS = prepared(credentials, (scope) =>
  scope.select(credentials, and(eq(credentials.personId, sql.placeholder("person")), counting())),
);

export async function activePasskeys(store: TenantStore, person: string): Promise<readonly CredentialRow[]> {
  return (await store.run([ACTIVE_PASSKEYS.with({ person })]))[0];
}

/** Whether this person used this passkey, here, over this challenge. */
export async function verifyUse(
  runtime: Runtime,
  person: PersonRow,
  passkey: CredentialRow,
  given: { readonly assertion: Assertion; readonly userHandle: string | null },
  challenge: Bytes,
  allowed: PasskeyInput["allowed"],
): Promise<Result<AssertionFacts>> {
  return verifyPasskey({
    assertion: given.assertion,
    userHandle: given.userHandle,
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
