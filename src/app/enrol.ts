import { and, eq, isNull, sql } from "drizzle-orm";
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from "../core/bytes.ts";
import { sha256 } from "../core/hash.ts";
import { canonicalText } from "../core/jcs.ts";
import { streamId, streamKeyHash, type Genesis } from "../core/record.ts";
import { accept, expectOk, refuse, type Result } from "../core/refusal.ts";
import { hostOf } from "../core/signed.ts";
import { SALT_BYTES } from "../core/statement.ts";
import { verifyRegistration } from "../passkey/passkey.ts";
import type { RegisteredPasskey, Registration } from "../passkey/registration.ts";
import {
  burnChallenge,
  credentialById,
  enrolmentBySecret,
  rememberChallenge,
  type Enrolment,
} from "../store/lookup.ts";
import { credentials, enrolments, outbox, people, type PersonRow, type Tenant } from "../store/schema.ts";
import type { Statement, TenantStore } from "../store/tenant.ts";
import { ring } from "./clerkcalls.ts";
import { askEndorsement } from "./endorse.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { newId, type World } from "./world.ts";

// A link makes a passkey, not an approver: what it makes counts once somebody entitled has signed for its
// fingerprint. The owner's first passkey is the exception, because it *is* the tenant's stream.

export const ENROLMENT_SECRET_BYTES = 32;
export const ENROLMENT_HOURS = 24;
export const PASSKEY_CHALLENGE_BYTES = 32;
export const PASSKEY_CHALLENGE_SECONDS = 10 * 60;

export interface Welcome {
  readonly tenant: string;
  readonly username: string;
  readonly rp: string;
  readonly rpId: string;
  readonly challenge: string;
  readonly userHandle: string;
  readonly owner: boolean;
  readonly genesis: Omit<Genesis, "credentialId" | "publicKey"> | null;
}

export interface Enrolled {
  readonly store: TenantStore;
  readonly person: PersonRow;
  readonly stream: string | null;
  readonly fingerprint: string;
  readonly active: boolean;
  /** The request that somebody must sign before the passkey counts. */
  readonly approval: string | null;
}

export async function beginEnrolment(world: World, secret: string): Promise<Result<Welcome>> {
  const found = await openLink(world, secret);
  if (!found.ok) return found;
  const { tenant, person } = found.value;
  const challenge = await newChallenge(world);
  const begins = tenant.stream === null;
  return accept({
    tenant: tenant.name,
    username: person.username,
    rp: world.origin,
    rpId: hostOf(world.origin),
    challenge,
    userHandle: person.userHandle,
    owner: begins,
    genesis: begins ? beginningOf(world, tenant) : null,
  });
}

export async function finishEnrolment(
  world: World,
  given: {
    readonly secret: string;
    readonly challenge: string;
    readonly label: string;
    readonly registration: Registration;
  },
): Promise<Result<Enrolled>> {
  const found = await openLink(world, given.secret);
  if (!found.ok) return found;
  const { store, enrolment, tenant, person } = found.value;
  const passkey = await registered(world, given, person);
  if (!passkey.ok) return passkey;
  const attempt = newId(world, "s");
  const now = world.now();
  const burnt = store.update(
    enrolments,
    { usedAt: now, usedBy: attempt },
    and(eq(enrolments.id, enrolment.id), isNull(enrolments.usedAt)),
  );
  // Only the attempt that burnt the link stores anything; a second one finds it used.
  const mine = sql`EXISTS (SELECT 1 FROM ${enrolments} WHERE ${enrolments.tenantId} = ${store.tenantId} AND ${enrolments.usedBy} = ${attempt})`;
  const begins = tenant.stream === null;
  const written = await storePasskey(world, store, passkey.value.id, [
    burnt,
    insertPasskey(store, person, passkey.value, given.label, now, mine),
    ...(begins ? beginning(world, store, tenant, person, passkey.value, mine) : []),
  ]);
  if (!written.ok) return written;
  const stored = await store.first(credentials, eq(credentials.id, passkey.value.id));
  if (stored === undefined) return refuse("enrolment_used", "this link was used a moment ago");
  if (begins) await ring(world, store.tenantId);
  const approval = begins
    ? accept(null)
    : await askEndorsement(world, store, stored, person, enrolment.recovers);
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

export async function newChallenge(world: World): Promise<string> {
  const challenge = toBase64url(world.random(PASSKEY_CHALLENGE_BYTES));
  await rememberChallenge(world.database, challenge, "passkey", world.now(), PASSKEY_CHALLENGE_SECONDS);
  return challenge;
}

/** A registration for this person, over a challenge that is ours and is used up by it. */
export async function registered(
  world: World,
  { challenge, registration }: { readonly challenge: string; readonly registration: Registration },
  person: PersonRow,
): Promise<Result<RegisteredPasskey>> {
  const bytes = fromBase64url(challenge);
  if (!bytes.ok)
    return refuse("challenge_unknown", "this page's challenge is not known; load the page again");
  const fresh = await burnChallenge(world.database, challenge, "passkey", world.now(), person.id);
  if (!fresh)
    return refuse("challenge_consumed", "this page's challenge was used or is too old; load the page again");
  if ((await credentialById(world.database, registration.id)) !== undefined) {
    return refuse("credential_registered", "this passkey is registered already");
  }
  return verifyRegistration({
    registration,
    challenge: bytes.value,
    origin: world.origin,
    rpId: hostOf(world.origin),
  });
}

/** All of it or, where the same passkey was registered a moment ago, nothing. */
export async function storePasskey(
  world: World,
  store: TenantStore,
  id: string,
  statements: readonly Statement[],
): Promise<Result<"stored">> {
  try {
    await store.batch(statements);
    return accept("stored");
  } catch (problem) {
    if ((await credentialById(world.database, id)) === undefined) throw problem;
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
  world: World,
  store: TenantStore,
  tenant: Tenant,
  { id, username }: PersonRow,
  passkey: RegisteredPasskey,
  mine: ReturnType<typeof sql>,
): readonly Statement[] {
  const genesis: Genesis = {
    ...beginningOf(world, tenant),
    credentialId: passkey.id,
    publicKey: toBase64url(passkey.publicKey),
  };
  const body = canonicalText({ genesis, tenant: tenant.name, person: { id, username } });
  const salt = (): string => toBase64url(world.random(SALT_BYTES));
  return [
    store.insertFrom(
      outbox,
      (
        tenantId,
      ) => sql`SELECT ${tenantId}, 0, NULL, NULL, 'stream.created', NULL, ${world.now()}, 0, ${salt()}, ${salt()}, ${body}, NULL, NULL
        WHERE ${mine} AND NOT EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId})`,
    ),
    store.beginStream(streamId(genesis), mine),
  ];
}

function beginningOf(world: World, tenant: Tenant): Omit<Genesis, "credentialId" | "publicKey"> {
  return {
    rp: world.origin,
    logOrigin: world.logOrigin,
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

async function openLink(world: World, secret: string): Promise<Result<Link>> {
  const found = await enrolmentBySecret(world.database, secretHash(secret));
  if (found === undefined) return refuse("enrolment_unknown", "this link is not known; ask for a new one");
  const { store, value: enrolment } = found;
  if (enrolment.usedAt !== null)
    return refuse("enrolment_used", "this link was used already; ask for a new one");
  if (enrolment.expiresAt <= world.now())
    return refuse("enrolment_expired", "this link has expired; ask for a new one");
  const person = await store.first(people, eq(people.id, enrolment.personId));
  if (person === undefined) return refuse("enrolment_unknown", "this link is not known; ask for a new one");
  return accept({ store, enrolment, tenant: await store.own(), person });
}

export function secretHash(secret: string): string {
  return toHex(sha256(utf8(secret)));
}
