import { fromBase64url } from "../../core/encoding/bytes.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import type { DeviceChallenge, DeviceLink, DevicesData, Passkey } from "../../core/pages/account.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import {
  endWaitingPasskey,
  findPasskey,
  findPasskeyOf,
  insertPasskey,
  passkeysOf,
} from "../../store/account/passkeys.ts";
import { insertEnrolment } from "../../store/account/enrolments.ts";
import { newestVotes } from "../../store/confirmation/votes.ts";
import type { CredentialRow, PersonRow, VoteRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { cancelEndedEndorsements } from "../directory/cancel-endorsements.ts";
import { requestEndorsement } from "../directory/endorse.ts";
import { revocationOf } from "../directory/revoke.ts";
import { requireRealOrganisation } from "../acts/require-right.ts";
import { actorColumns, trailEntry, trailEntryOf } from "../acts/trail-entry.ts";
import { isoTime, isoTimeOrNull, type Runtime } from "../runtime.ts";
import { newLink } from "./new-link.ts";
import {
  keptIds,
  newChallenge,
  newPasskeyRow,
  passkeyLimit,
  storePasskey,
  tooManyPasskeys,
  verifyNewPasskey,
  type RegistrationForm,
} from "./new-passkey.ts";
import { passkeyState } from "./passkey-state.ts";
import { inactivePasskey, provePasskey, type PasskeyProof } from "./prove-passkey.ts";
import { descriptorsOf } from "./verify-passkey.ts";

// A person's own passkeys.

export async function devicesData(store: TenantStore, person: PersonRow): Promise<DevicesData> {
  const { name, stream, securityContact } = await store.own();
  return {
    person: { username: person.username, role: person.role },
    tenant: { name, stream, securityContact },
    passkeys: await passkeyItems(store, person, await passkeysOf(store, person.id)),
  };
}

/** These passkeys of the person, in the same order. */
export async function passkeyItems(
  store: TenantStore,
  person: PersonRow,
  passkeys: readonly CredentialRow[],
): Promise<readonly Passkey[]> {
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
    counterRegressedAt: isoTimeOrNull(passkey.counterRegressedAt),
    lastWayIn: lastOwnerFailure(directory, revocationOf(passkey, person)) ?? null,
  }));
}

/** To sign in or to decide. */
function lastUseOf({ lastUsedAt }: CredentialRow, vote: VoteRow | undefined): string | null {
  const used = Math.max(vote?.at ?? 0, lastUsedAt ?? 0);
  return used === 0 ? null : isoTime(used);
}

/** The challenge to register a further passkey, and the one to prove that the person has an active passkey. */
export async function beginDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
): Promise<Result<DeviceChallenge>> {
  const tooMany = await tooManyPasskeys(store, person.id);
  if (tooMany) return tooMany;
  const passkeys = await passkeysOf(store, person.id);
  return accept({
    challenge: await newChallenge(runtime, person),
    rpId: rpIdOf(runtime.origin),
    userHandle: person.userHandle,
    username: person.username,
    exclude: keptIds(passkeys),
    proof: {
      challenge: await newChallenge(runtime, person, "add-passkey"),
      allowCredentials: descriptorsOf(passkeys.filter((passkey) => passkeyState(passkey) === "active")),
    },
  });
}

export interface DeviceForm extends RegistrationForm {
  readonly proof: PasskeyProof;
}

/**
 * Stores a further passkey and requests its endorsement. Returns the address of that request. A session alone adds
 * none: a passkey that counts at that moment must sign for it first.
 */
export async function finishDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  form: DeviceForm,
  place: string,
): Promise<Result<string>> {
  const proof = await provePasskey(runtime, store, person, "add-passkey", form.proof);
  if (!proof.ok) return proof;
  const passkey = await verifyNewPasskey(runtime, store, form, person);
  if (!passkey.ok) return passkey;
  const { id } = passkey.value;
  const row = newPasskeyRow(person, passkey.value, form.label, runtime.now());
  const added = { act: "passkey.added", subject: { id, name: form.label } } as const;
  const entry = trailEntry({ runtime, actor: { kind: "person", person, place } }, added);
  const where = { active: proof.value, limit: await passkeyLimit(store) };
  const stored = await storePasskey(store, row, () => insertPasskey(store, row, where, entry));
  if (!stored.ok) return stored;
  const storedRow = await findPasskey(store, id);
  if (storedRow === undefined) return (await tooManyPasskeys(store, person.id)) ?? inactivePasskey();
  return requestEndorsement(runtime, store, storedRow, person, { recovers: false, place });
}

/**
 * A link with which the person creates a further passkey on another device, which has no session here. It ends the
 * person's other links. Like every further passkey, the new one counts once the person has signed for it. In a sandbox there is
 * none: somebody unknown could send it to other people from our address.
 */
export async function inviteOwnDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  proof: PasskeyProof,
  place: string,
): Promise<Result<DeviceLink>> {
  const allowed = await requireRealOrganisation(store);
  if (!allowed.ok) return allowed;
  const proved = await provePasskey(runtime, store, person, "add-passkey", proof);
  if (!proved.ok) return proved;
  const tooMany = await tooManyPasskeys(store, person.id);
  if (tooMany) return tooMany;
  const by = actorColumns({ kind: "person", person, place });
  const link = newLink(runtime, store, person.id, { recovers: false, by });
  const done = { act: "passkey.link", subject: { id: person.id, name: person.username } } as const;
  const entry = trailEntryOf(runtime, by, done);
  await insertEnrolment(store, link.row, { role: null, newest: undefined, entry });
  await cancelEndedEndorsements(runtime, store);
  return accept({ enrolUrl: link.enrolUrl });
}

/** Ends a passkey that nobody has endorsed yet, and with it its sessions and the request to endorse it. */
export async function removeDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  id: string,
  place: string,
): Promise<Result<"removed">> {
  const name = (await findPasskeyOf(store, person.id, id))?.label ?? "";
  const actor = { kind: "person", person, place } as const;
  const entry = trailEntry({ runtime, actor }, { act: "passkey.ended", subject: { id, name } });
  if (!(await endWaitingPasskey(store, { person: person.id, id, now: runtime.now() }, entry)))
    return refuse("not_found", "there is no such passkey that waits");
  await cancelEndedEndorsements(runtime, store);
  return accept("removed");
}
