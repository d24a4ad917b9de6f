import { fromBase64url, toBase64url, type Bytes } from "../../core/encoding/bytes.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { PASSKEYS_MAX } from "../../core/stream/record.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { verifyRegistration } from "../../passkey/passkey.ts";
import type { RegisteredPasskey, Registration } from "../../passkey/registration.ts";
import {
  findPasskey,
  findPasskeyByKey,
  hasAllPasskeys,
  type NewPasskey,
  type PasskeyLimit,
} from "../../store/account/passkeys.ts";
import { insertChallenge, useChallenge, type ChallengeUse } from "../../store/account/challenges.ts";
import type { CredentialRow, PersonRow } from "../../store/rows.ts";
import { isSandbox } from "../../store/shards/sandboxes.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newId, type Platform, type Runtime } from "../runtime.ts";
import { SANDBOX_PASSKEYS_MAX } from "../sandbox/sandbox-limits.ts";
import { reportEvent } from "./security-events.ts";

// Registering a passkey, at enrolment and for a further device.

export const PASSKEY_CHALLENGE_BYTES = 32;
const PASSKEY_CHALLENGE_SECONDS = 10 * 60;

/** What a page sends to register a passkey. */
export interface RegistrationForm {
  readonly challenge: string;
  readonly label: string;
  readonly registration: Registration;
}

export async function newChallenge(
  runtime: Platform,
  { id: personId }: Pick<PersonRow, "id">,
  purpose: ChallengeUse["purpose"] = "passkey",
): Promise<string> {
  const challenge = toBase64url(runtime.random(PASSKEY_CHALLENGE_BYTES));
  const expiresAt = runtime.now() + PASSKEY_CHALLENGE_SECONDS * 1_000;
  await insertChallenge(runtime.databases.first, challenge, { purpose, personId }, expiresAt);
  return challenge;
}

/** Uses a challenge that was issued for this purpose to this person. Returns its bytes. */
export async function useChallengeOf(
  runtime: Runtime,
  { id: personId }: PersonRow,
  challenge: string,
  purpose: ChallengeUse["purpose"] = "passkey",
): Promise<Result<Bytes>> {
  const bytes = fromBase64url(challenge);
  if (!bytes.ok)
    return refuse("challenge_unknown", "this page's challenge is not known; load the page again");
  const use = { purpose, personId };
  const isValid = await useChallenge(runtime.databases.first, challenge, use, runtime.now(), personId);
  return isValid
    ? bytes
    : refuse("challenge_consumed", "this page's challenge was used or is too old; load the page again");
}

/** Uses the challenge and verifies the registration. */
export async function verifyNewPasskey(
  runtime: Runtime,
  store: TenantStore,
  { challenge, registration }: Pick<RegistrationForm, "challenge" | "registration">,
  person: PersonRow,
): Promise<Result<RegisteredPasskey>> {
  const bytes = await useChallengeOf(runtime, person, challenge);
  if (!bytes.ok) return bytes;
  if ((await findPasskey(store, registration.id)) !== undefined) return alreadyRegistered();
  const verified = await verifyRegistration({
    registration,
    challenge: bytes.value,
    origin: runtime.origin,
    rpId: rpIdOf(runtime.origin),
  });
  if (verified.disagreement) {
    await reportEvent(runtime, store, newId(runtime, "a"), {
      type: "verifier_disagreement",
      person: person.id,
      credential: registration.id,
      confirmation: null,
      detail: { ...verified.disagreement },
    });
  }
  return verified;
}

export function newPasskeyRow(
  { id }: PersonRow,
  passkey: RegisteredPasskey,
  label: string,
  now: number,
): NewPasskey {
  const { algorithm, signCount, backupEligible, backedUp, transports } = passkey;
  return {
    id: passkey.id,
    personId: id,
    label,
    publicKey: toBase64url(passkey.publicKey),
    algorithm,
    signCount,
    backupEligible,
    backedUp,
    transports: transports.join(" "),
    createdAt: now,
  };
}

/** Runs a transaction that stores a passkey. It raises if its id or its public key is registered. */
export async function storePasskey(
  store: TenantStore,
  { id, publicKey }: NewPasskey,
  transaction: () => Promise<void>,
): Promise<Result<"stored">> {
  try {
    await transaction();
    return accept("stored");
  } catch (problem) {
    if ((await findPasskey(store, id)) !== undefined) return alreadyRegistered();
    if ((await findPasskeyByKey(store, publicKey)) === undefined) throw problem;
    return refuse(
      "public_key_registered",
      "another passkey with the same public key is registered here; create a new passkey, on this or another device",
    );
  }
}

/** For the browser: a device that has one of these makes no second one, which would replace it. */
export function keptIds(passkeys: readonly CredentialRow[]): readonly string[] {
  return passkeys.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id);
}

/** In a sandbox revoked ones count: each leaves records in the log for good. */
export async function passkeyLimit(store: TenantStore): Promise<PasskeyLimit> {
  return (await isSandbox(store))
    ? { max: SANDBOX_PASSKEYS_MAX, countsRevoked: true }
    : { max: PASSKEYS_MAX, countsRevoked: false };
}

/** Undefined if the person may have one more. */
export async function tooManyPasskeys(
  store: TenantStore,
  person: string,
): Promise<Result<never> | undefined> {
  const limit = await passkeyLimit(store);
  if (!(await hasAllPasskeys(store, person, limit))) return undefined;
  const detail = limit.countsRevoked
    ? `a demo organisation has ${limit.max} passkeys; begin the demo again, or create your own organisation`
    : `you have ${limit.max} passkeys; remove or revoke one first`;
  return refuse("too_many_passkeys", detail);
}

function alreadyRegistered() {
  return refuse("credential_registered", "this passkey is registered already");
}
