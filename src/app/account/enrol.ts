import { fromHex, toBase64url } from "../../core/encoding/bytes.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { streamId, streamKeyHash, type Genesis } from "../../core/stream/record.ts";
import type { EnrolmentResult, Invitation } from "../../core/pages/account.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import type { RegisteredPasskey } from "../../passkey/registration.ts";
import { enrolPasskey, findEnrolmentByHash } from "../../store/account/enrolments.ts";
import { findPasskey, passkeysOf } from "../../store/account/passkeys.ts";
import { findPerson } from "../../store/account/people.ts";
import type { EnrolmentRow, NewTenant, PersonRow, Tenant } from "../../store/rows.ts";
import { findRecord, type FirstRecord } from "../../store/stream/outbox.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { SIGNED_IN } from "../sandbox/signed-in.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { requestEndorsement } from "../directory/endorse.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { newId, newSalt, type Platform, type Runtime } from "../runtime.ts";
import {
  keptIds,
  newChallenge,
  newPasskeyRow,
  storePasskey,
  tooManyPasskeys,
  verifyNewPasskey,
  type RegistrationForm,
} from "./new-passkey.ts";
import { openSession } from "./passkey-session.ts";

// An enrolment link lets a person register a passkey. The passkey is active once somebody entitled has signed for its
// fingerprint. The owner's first passkey is active at once, because the tenant's stream starts with it.

export const ENROLMENT_SECRET_BYTES = 32;
export const ENROLMENT_HOURS = 24;

export interface Enrolled extends EnrolmentResult {
  /** The secret of a new session. */
  readonly session: string;
}

export const UNKNOWN_LINK = refuse("enrolment_unknown", "this link is not known; ask for a new one");

/** Links are found by the hash of their secret. */
export async function beginEnrolment(
  runtime: Runtime,
  store: TenantStore,
  linkHash: string,
): Promise<Result<Invitation>> {
  const link = await readLink(runtime, store, linkHash);
  if (!link.ok) return link;
  const { enrolment, tenant, person } = link.value;
  // A recovery is for somebody who has lost them.
  const exclude = enrolment.recovers ? [] : keptIds(await passkeysOf(store, person.id));
  return accept(await invitationOf(runtime, tenant, person, exclude));
}

export async function invitationOf(
  platform: Platform,
  tenant: NewTenant,
  person: Pick<PersonRow, "id" | "username" | "userHandle">,
  exclude: readonly string[] = [],
): Promise<Invitation> {
  const isFirst = (tenant.stream ?? null) === null;
  return {
    tenant: tenant.name,
    username: person.username,
    rp: platform.origin,
    rpId: rpIdOf(platform.origin),
    challenge: await newChallenge(platform, person),
    userHandle: person.userHandle,
    exclude,
    owner: isFirst,
    genesis: isFirst ? genesisBase(platform, tenant) : null,
  };
}

export interface EnrolmentCaller {
  readonly place: string;
  /** Whether the caller has a session of a real organisation. */
  readonly isSignedIn: boolean;
}

export async function finishEnrolment(
  runtime: Runtime,
  store: TenantStore,
  linkHash: string,
  form: RegistrationForm,
  { place, isSignedIn }: EnrolmentCaller,
): Promise<Result<Enrolled>> {
  const link = await readLink(runtime, store, linkHash);
  if (!link.ok) return link;
  const { enrolment, tenant, person } = link.value;
  if (isSignedIn && tenant.sandboxUntil !== null) return SIGNED_IN;
  const tooMany = enrolment.recovers ? undefined : await tooManyPasskeys(store, person.id);
  if (tooMany) return tooMany;
  const passkey = await verifyNewPasskey(runtime, store, form, person);
  if (!passkey.ok) return passkey;
  const { id, publicKey } = passkey.value;
  const now = runtime.now();
  const use = { enrolment: enrolment.id, attempt: newId(runtime, "s"), now };
  const row = newPasskeyRow(person, passkey.value, form.label, now);
  const isFirst = tenant.stream === null;
  const first = isFirst ? firstRecord(runtime, tenant, person, passkey.value, now) : null;
  const actor = { kind: "person", person, place } as const;
  const entry = trailEntry({ runtime, actor }, { act: "passkey.created", subject: { id, name: form.label } });
  const stored = await storePasskey(store, row, () => enrolPasskey(store, use, row, first, entry));
  if (!stored.ok) return stored;
  const storedRow = await findPasskey(store, id);
  if (storedRow === undefined) {
    const again = await readLink(runtime, store, linkHash);
    return again.ok ? refuse("enrolment_used", "this link was used a moment ago") : again;
  }
  if (isFirst) await requestSealing(runtime);
  const approval = isFirst
    ? accept(null)
    : await requestEndorsement(runtime, store, storedRow, person, { recovers: enrolment.recovers, place });
  if (!approval.ok) return approval;
  const after = await store.own();
  return accept({
    session: await openSession(runtime, store, storedRow, actor),
    stream: isFirst ? after.stream : null,
    fingerprint: fingerprintOf(publicKey),
    active: isFirst,
    approval: approval.value,
  });
}

/** The first record of the stream. The hash of its genesis is the tenant's public name. */
function firstRecord(
  runtime: Runtime,
  tenant: Tenant,
  { id, username }: PersonRow,
  passkey: RegisteredPasskey,
  now: number,
): FirstRecord {
  const genesis: Genesis = {
    ...genesisBase(runtime, tenant),
    credentialId: passkey.id,
    publicKey: toBase64url(passkey.publicKey),
  };
  return {
    stream: streamId(genesis),
    at: now,
    entrySalt: newSalt(runtime),
    payloadSalt: newSalt(runtime),
    body: canonicalText({ genesis, tenant: tenant.name, person: { id, username } }),
  };
}

function genesisBase(
  { origin, logOrigin }: Platform,
  tenant: NewTenant,
): Omit<Genesis, "credentialId" | "publicKey"> {
  return {
    rp: origin,
    logOrigin,
    streamKeyHash: streamKeyHash(expectOk(fromHex(tenant.streamKey))),
    salt: tenant.genesisSalt,
  };
}

interface Link {
  readonly enrolment: EnrolmentRow;
  readonly tenant: Tenant;
  readonly person: PersonRow;
}

async function readLink(runtime: Runtime, store: TenantStore, linkHash: string): Promise<Result<Link>> {
  const enrolment = await findEnrolmentByHash(store, linkHash);
  if (enrolment === undefined) return UNKNOWN_LINK;
  if (enrolment.usedAt !== null)
    return refuse("enrolment_used", "this link was used already; ask for a new one");
  if (enrolment.revokedAt !== null)
    return refuse(
      "enrolment_revoked",
      "this link was withdrawn; if you still need access, ask the person who sent it for a new one",
    );
  if (enrolment.voidedAt !== null)
    return refuse(
      "enrolment_superseded",
      "a newer link was made or used; open that one, or ask for a new one",
    );
  if (enrolment.expiresAt <= runtime.now())
    return refuse("enrolment_expired", "this link has expired; ask for a new one");
  const person = await findPerson(store, enrolment.personId);
  if (person === undefined) return UNKNOWN_LINK;
  const tenant = await store.own();
  // Only the owner's own link starts the stream. Every other link stays unused until then.
  if (tenant.stream === null && person.role !== "owner")
    return refuse(
      "owner_not_enrolled",
      `the owner of ${tenant.name} must create their passkey first; then open this link again`,
    );
  // Until the owner's passkey is in the log, nobody could endorse another one.
  if (tenant.stream !== null && !(await isStreamSealed(runtime, store)))
    return refuse(
      "owner_not_enrolled",
      `the passkey of the owner of ${tenant.name} is not in the log yet; open this link again in a minute`,
    );
  return accept({ enrolment, tenant, person });
}

async function isStreamSealed(runtime: Runtime, store: TenantStore): Promise<boolean> {
  const isSealed = async () => ((await findRecord(store, 0))?.index ?? null) !== null;
  if (await isSealed()) return true;
  await requestSealing(runtime);
  return isSealed();
}
