import { fromBase64url, toBase64url } from "../../core/encoding/bytes.ts";
import type { SignInChallenge } from "../../core/pages/account.ts";
import { refOfUserHandle } from "../../core/confirmation/user-handle.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { findPasskey, updatePasskeyUse } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import { insertChallenge, openTenant, useChallenge, type ChallengeUse } from "../../store/tenant-lookup.ts";
import type { CredentialRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { ensureEndorsementRequest } from "../directory/endorse.ts";
import { reportEvent } from "./security-events.ts";
import { verifyUse, type SignedInput } from "./verify-passkey.ts";
import { newId, type Runtime } from "../runtime.ts";

const SIGN_IN_CHALLENGE_BYTES = 32;
const SIGN_IN_SECONDS = 5 * 60;
const SIGN_IN: ChallengeUse = { purpose: "sign-in", personId: null };

/** The passkey that signed, to open a session with. */
interface SignedIn {
  readonly store: TenantStore;
  readonly passkey: CredentialRow;
}

export async function beginSignIn(runtime: Runtime): Promise<SignInChallenge> {
  const challenge = toBase64url(runtime.random(SIGN_IN_CHALLENGE_BYTES));
  await insertChallenge(runtime.databases.first, challenge, SIGN_IN, runtime.now() + SIGN_IN_SECONDS * 1_000);
  return { challenge, rpId: rpIdOf(runtime.origin) };
}

/** The passkey names its user. The page asks for no username, so it confirms none to a stranger. */
export async function finishSignIn(
  runtime: Runtime,
  input: SignedInput & { readonly challenge: string },
): Promise<Result<SignedIn>> {
  // One refusal for every reason, so that nobody learns which passkeys exist.
  const unknown = refuse(
    "unknown_credential",
    "this passkey is not known here; sign in with another one, or ask an admin for a new link",
  );
  const challenge = fromBase64url(input.challenge);
  if (!challenge.ok) return refuse("challenge_unknown", "this sign-in did not start here; try again");
  const { id } = input.assertion;
  const isValid = await useChallenge(runtime.databases.first, input.challenge, SIGN_IN, runtime.now(), id);
  if (!isValid) return refuse("challenge_consumed", "the sign-in took too long or was repeated; try again");
  const store = (await openTenant(runtime.databases, refOfUserHandle(input.userHandle ?? "") ?? ""))?.store;
  const passkey = store && (await findPasskey(store, id));
  if (store === undefined || passkey === undefined || passkey.revokedAt !== null) return unknown;
  const person = await findPerson(store, passkey.personId);
  if (person === undefined) return unknown;
  const { result: verified, event } = await verifyUse(runtime, {
    person,
    passkey,
    input,
    challenge: challenge.value,
    allowed: "discoverable",
    confirmation: null,
  });
  if (event) await reportEvent(runtime, store, newId(runtime, "a"), event);
  if (!verified.ok) return unknown;
  await updatePasskeyUse(store, passkey, verified.value, runtime.now());
  if (passkey.endorsedSeq === null) await ensureEndorsementRequest(runtime, store, passkey, person);
  return accept({ store, passkey });
}
