import { and, eq, isNull, sql } from "drizzle-orm";
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from "../../core/encoding/bytes.ts";
import { sha256 } from "../../core/encoding/hash.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import { streamId, streamKeyHash, type Genesis } from "../../core/stream/record.ts";
import type { EnrolmentResult, Invitation } from "../../core/pages/account.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import { SALT_BYTES } from "../../core/confirmation/statement.ts";
import { verifyRegistration } from "../../passkey/passkey.ts";
import type { RegisteredPasskey, Registration } from "../../passkey/registration.ts";
import {
  burnChallenge,
  credentialById,
  enrolmentBySecret,
  rememberChallenge,
  type Enrolment,
} from "../../store/tenant-lookup.ts";
import { credentials, enrolments, outbox, people, type PersonRow, type Tenant } from "../../store/schema.ts";
import type { Statement, TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { askEndorsement } from "../directory/endorse.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import { newId, type Runtime } from "../runtime.ts";

// A link makes a passkey, not an approver: what it makes counts once somebody entitled has signed for its
// fingerprint. The owner's first passkey is the exception, because it *is* the tenant's stream.

export const ENROLMENT_SECRET_BYTES = 32;
export const ENROLMENT_HOURS = 24;
export const PASSKEY_CHALLENGE_BYTES = 32;
export const PASSKEY_CHALLENGE_SECONDS = 10 * 60;

export interface Enrolled extends EnrolmentResult {
  readonly store: TenantStore;
  readonly person: PersonRow;
}

export async function beginEnrolment(runtime: Runtime, secret: string): Promise<Result<Invitation>> {
  const found = await openLink(runtime, secret);
  if (!found.ok) return found;
  const { tenant, person } = found.value;
  const challenge = await newChallenge(runtime);
  const begins = tenant.stream === null;
  return accept({
    tenant: tenant.name,
    username: person.username,
    rp: runtime.origin,
    rpId: rpIdOf(runtime.origin),
    challenge,
    userHandle: person.userHandle,
    owner: begins,
    genesis: begins ? beginningOf(runtime, tenant) : null,
  });
}

export async function finishEnrolment(
  runtime: Runtime,
  given: {
    readonly secret: string;
    readonly challenge: string;
    readonly label: string;
    readonly registration: Registration;
  },
): Promise<Result<Enrolled>> {
  const found = await openLink(runtime, given.secret);
  if (!found.ok) return found;
  const { store, enrolment, tenant, person } = found.value;
  const passkey = await registered(runtime, given, person);
  if (!passkey.ok) return passkey;
  const attempt = newId(runtime, "s");
  const now = runtime.now();
  const burnt = store.update(
    enrolments,
    { usedAt: now, usedBy: attempt },
    and(eq(enrolments.id, enrolment.id), isNull(enrolments.usedAt)),
  );
  // Only the attempt that burnt the link stores anything; a second one finds it used.
  const mine = sql`EXISTS (SELECT 1 FROM ${enrolments} WHERE ${enrolments.tenantId} = ${store.tenantId} AND ${enrolments.usedBy} = ${attempt})`;
  const begins = tenant.stream === null;
  const written = await storePasskey(runtime, store, passkey.value.id, [
    burnt,
    insertPasskey(store, person, passkey.value, given.label, now, mine),
    ...(begins ? beginning(runtime, store, tenant, person, passkey.value, mine) : []),
  ]);
  if (!written.ok) return written;
  const stored = await store.first(credentials, eq(credentials.id, passkey.value.id));
  if (stored === undefined) return refuse("enrolment_used", "this link was used a moment ago");
  if (begins) await requestSealing(runtime, store.tenantId);
  const approval = begins
    ? accept(null)
    : await askEndorsement(runtime, store, stored, person, enrolment.recovers);
  if (!approval.ok) return approval;
  const after = await store.own();
  return accept({
    store,
    person,
    stream: begins ? after.stream : null,
    fingerprint: fingerprintOf(passkey.value.publicKey),
    active: begins,
    approval: approval.value,
  });
}

export async function newChallenge(runtime: Runtime): Promise<string> {
  const challenge = toBase64url(runtime.random(PASSKEY_CHALLENGE_BYTES));
  await rememberChallenge(runtime.database, challenge, "passkey", runtime.now(), PASSKEY_CHALLENGE_SECONDS);
  return challenge;
}

/** A registration for this person, over a challenge that is ours and is used up by it. */
export async function registered(
  runtime: Runtime,
  { challenge, registration }: { readonly challenge: string; readonly registration: Registration },
  person: PersonRow,
): Promise<Result<RegisteredPasskey>> {
  const bytes = fromBase64url(challenge);
  if (!bytes.ok)
    return refuse("challenge_unknown", "this page's challenge is not known; load the page again");
  const fresh = await burnChallenge(runtime.database, challenge, "passkey", runtime.now(), person.id);
  if (!fresh)
    return refuse("challenge_consumed", "this page's challenge was used or is too old; load the page again");
  if ((await credentialById(runtime.database, registration.id)) !== undefined) {
    return refuse("credential_registered", "this passkey is registered already");
  }
  return verifyRegistration({
    registration,
    challenge: bytes.value,
    origin: runtime.origin,
    rpId: rpIdOf(runtime.origin),
  });
}

/** All of it or, where the same passkey was registered a moment ago, nothing. */
export async function storePasskey(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  statements: readonly Statement[],
): Promise<Result<"stored">> {
  try {
    await store.batch(statements);
    return accept("stored");
  } catch (problem) {
    if ((await credentialById(runtime.database, id)) === undefined) throw problem;
    return refuse("credential_registered", "this passkey is registered already");
  }
}

export function insertPasskey(
  store: TenantStore,
  person: PersonRow,
  passkey: RegisteredPasskey,
  label: string,
  now: number,
  condition = sql`1`,
): Statement {
  const { id, algorithm, signCount, backupEligible, backedUp, transports } = passkey;
  const key = toBase64url(passkey.publicKey);
  return store.insertFrom(
    credentials,
    (tenant) => sql`SELECT ${tenant}, ${id}, ${person.id}, ${label}, ${key}, ${algorithm}, ${signCount},
      ${backupEligible ? 1 : 0}, ${backedUp ? 1 : 0}, ${transports.join(" ")}, ${now}, NULL, NULL, NULL, NULL WHERE ${condition}`,
  );
}

/** The first record of the stream, whose hash is the tenant's public name. */
function beginning(
  runtime: Runtime,
  store: TenantStore,
  tenant: Tenant,
  { id, username }: PersonRow,
  passkey: RegisteredPasskey,
  mine: ReturnType<typeof sql>,
): readonly Statement[] {
  const genesis: Genesis = {
    ...beginningOf(runtime, tenant),
    credentialId: passkey.id,
    publicKey: toBase64url(passkey.publicKey),
  };
  const body = canonicalText({ genesis, tenant: tenant.name, person: { id, username } });
  const salt = (): string => toBase64url(runtime.random(SALT_BYTES));
  return [
    store.insertFrom(
      outbox,
      (
        tenantId,
      ) => sql`SELECT ${tenantId}, 0, NULL, NULL, 'stream.created', NULL, ${runtime.now()}, 0, ${salt()}, ${salt()}, ${body}, NULL, NULL
        WHERE ${mine} AND NOT EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId})`,
    ),
    store.beginStream(streamId(genesis), mine),
  ];
}

function beginningOf(runtime: Runtime, tenant: Tenant): Omit<Genesis, "credentialId" | "publicKey"> {
  return {
    rp: runtime.origin,
    logOrigin: runtime.logOrigin,
    streamKeyHash: streamKeyHash(expectOk(fromHex(tenant.streamKey))),
    salt: tenant.genesisSalt,
  };
}

interface Link {
  readonly store: TenantStore;
  readonly enrolment: Enrolment;
  readonly tenant: Tenant;
  readonly person: PersonRow;
}

async function openLink(runtime: Runtime, secret: string): Promise<Result<Link>> {
  const found = await enrolmentBySecret(runtime.database, secretHash(secret));
  if (found === undefined) return refuse("enrolment_unknown", "this link is not known; ask for a new one");
  const { store, value: enrolment } = found;
  if (enrolment.usedAt !== null)
    return refuse("enrolment_used", "this link was used already; ask for a new one");
  if (enrolment.expiresAt <= runtime.now())
    return refuse("enrolment_expired", "this link has expired; ask for a new one");
  const person = await store.first(people, eq(people.id, enrolment.personId));
  if (person === undefined) return refuse("enrolment_unknown", "this link is not known; ask for a new one");
  return accept({ store, enrolment, tenant: await store.own(), person });
}

export function secretHash(secret: string): string {
  return toHex(sha256(utf8(secret)));
}
