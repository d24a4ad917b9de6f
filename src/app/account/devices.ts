import { fromBase64url } from "../../core/encoding/bytes.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import type { DeviceChallenge, Passkey } from "../../core/pages/account.ts";
import { expectOk, refuse, type Result } from "../../core/refusal.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { findPasskey, insertPasskey, passkeysOf } from "../../store/account/passkeys.ts";
import { newestVotes } from "../../store/confirmation/votes.ts";
import type { CredentialRow, PersonRow, VoteRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { directoryOf } from "../directory/change.ts";
import { requestEndorsement, revocationOf } from "../directory/endorse.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import {
  newChallenge,
  newPasskeyRow,
  storePasskey,
  verifyNewPasskey,
  type RegistrationForm,
} from "./new-passkey.ts";
import { passkeyState } from "./passkey-state.ts";

// A person's own passkeys.

export async function devicesOf(store: TenantStore, person: PersonRow): Promise<readonly Passkey[]> {
  const passkeys = await passkeysOf(store, person.id);
  const votes = await newestVotes(
    store,
    passkeys.map(({ id }) => id),
  );
  const directory = await directoryOf(store);
  return passkeys.map((passkey, index) => ({
    id: passkey.id,
    label: passkey.label,
    fingerprint: fingerprintOf(expectOk(fromBase64url(passkey.publicKey))),
    createdAt: isoTime(passkey.createdAt),
    lastUsedAt: lastUseOf(passkey, votes[index]),
    state: passkeyState(passkey),
    counterRegressedAt: passkey.counterRegressedAt === null ? null : isoTime(passkey.counterRegressedAt),
    lastWayIn: lastOwnerFailure(directory, revocationOf(passkey, person)) ?? null,
  }));
}

/** To sign in or to decide. */
function lastUseOf({ lastUsedAt }: CredentialRow, vote: VoteRow | undefined): string | null {
  const used = Math.max(vote?.at ?? 0, lastUsedAt ?? 0);
  return used === 0 ? null : isoTime(used);
}

export async function beginDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
): Promise<DeviceChallenge> {
  const passkeys = await passkeysOf(store, person.id);
  return {
    challenge: await newChallenge(runtime),
    rpId: rpIdOf(runtime.origin),
    userHandle: person.userHandle,
    username: person.username,
    exclude: passkeys.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id),
  };
}

/** Stores a further passkey and requests its endorsement. Returns the address of that request. */
export async function finishDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  form: RegistrationForm,
): Promise<Result<string>> {
  const passkey = await verifyNewPasskey(runtime, store, form, person);
  if (!passkey.ok) return passkey;
  const { id } = passkey.value;
  const row = newPasskeyRow(person, passkey.value, form.label, runtime.now());
  const stored = await storePasskey(runtime, id, () => insertPasskey(store, row));
  if (!stored.ok) return stored;
  const storedRow = await findPasskey(store, id);
  if (storedRow === undefined) return refuse("credential_registered", "this passkey is registered already");
  return requestEndorsement(runtime, store, storedRow, person);
}
