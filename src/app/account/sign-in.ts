import { fromBase64url, toBase64url, type Bytes } from "../../core/encoding/bytes.ts";
import type { SignInChallenge } from "../../core/pages/account.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { findPasskey, updatePasskeyUse } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import { insertChallenge, useChallenge, type ChallengeUse } from "../../store/account/challenges.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { ensureEndorsementRequest } from "../directory/endorse.ts";
import { reportEvent } from "./security-events.ts";
import { verifyUse, type SignedInput } from "./verify-passkey.ts";
import { newId, type Platform, type Runtime } from "../runtime.ts";
import { openSession } from "./passkey-session.ts";

const SIGN_IN_CHALLENGE_BYTES = 32;
const SIGN_IN_SECONDS = 5 * 60;
const SIGN_IN: ChallengeUse = { purpose: "sign-in", personId: null };

export type SignInForm = SignedInput & { readonly challenge: string };

/** One refusal for every reason, so that nobody learns which passkeys exist. */
export const UNKNOWN_PASSKEY = refuse(
  "unknown_credential",
  "this passkey is not known here; sign in with another one, or ask an admin for a new link",
);

/** Before the passkey names its user, the tenant is not known. */
export async function beginSignIn(runtime: Platform): Promise<SignInChallenge> {
  const challenge = toBase64url(runtime.random(SIGN_IN_CHALLENGE_BYTES));
  await insertChallenge(runtime.databases.first, challenge, SIGN_IN, runtime.now() + SIGN_IN_SECONDS * 1_000);
  return { challenge, rpId: rpIdOf(runtime.origin) };
}

async function useSignInChallenge(
  { databases, now }: Platform,
  { challenge, assertion }: SignInForm,
): Promise<Result<Bytes>> {
  const bytes = fromBase64url(challenge);
  if (!bytes.ok) return refuse("challenge_unknown", "this sign-in did not start here; try again");
  return (await useChallenge(databases.first, challenge, SIGN_IN, now(), assertion.id))
    ? bytes
    : refuse("challenge_consumed", "the sign-in took too long or was repeated; try again");
}

/** For a user handle that names no tenant: as a tenant answers that does not know the passkey. */
export async function refuseSignIn(platform: Platform, form: SignInForm): Promise<Result<never>> {
  const challenge = await useSignInChallenge(platform, form);
  return challenge.ok ? UNKNOWN_PASSKEY : challenge;
}

/**
 * The passkey names its user. The page asks for no username, so it confirms none to a stranger. Returns the secret of a
 * new session.
 */
export async function finishSignIn(
  runtime: Runtime,
  store: TenantStore,
  input: SignInForm,
  place: string,
): Promise<Result<string>> {
  const challenge = await useSignInChallenge(runtime, input);
  if (!challenge.ok) return challenge;
  const { id } = input.assertion;
  const passkey = await findPasskey(store, id);
  if (passkey === undefined || passkey.revokedAt !== null) return UNKNOWN_PASSKEY;
  const person = await findPerson(store, passkey.personId);
  if (person === undefined) return UNKNOWN_PASSKEY;
  const { result: verified, event } = await verifyUse(runtime, {
    person,
    passkey,
    input,
    challenge: challenge.value,
    allowed: "discoverable",
    confirmation: null,
  });
  if (event) await reportEvent(runtime, store, newId(runtime, "a"), event);
  if (!verified.ok) return UNKNOWN_PASSKEY;
  await updatePasskeyUse(store, passkey, verified.value, runtime.now());
  if (passkey.endorsedSeq === null) await ensureEndorsementRequest(runtime, store, passkey, person, place);
  return accept(await openSession(runtime, store, passkey, { kind: "person", person, place }));
}
