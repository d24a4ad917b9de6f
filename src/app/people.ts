import { asc, eq } from "drizzle-orm";
import { expectOk, accept, refuse, type Result } from "../core/refusal.ts";
import { fromBase64url, toBase64url } from "../core/bytes.ts";
import { mayDecide } from "../core/directory.ts";
import type { Role } from "../core/record.ts";
import { hostOf } from "../core/signed.ts";
import { credentials, enrolments, people, type CredentialRow, type PersonRow } from "../store/schema.ts";
import type { TenantStore } from "../store/tenant.ts";
import { askEndorsement } from "./endorse.ts";
import {
  ENROLMENT_HOURS,
  ENROLMENT_SECRET_BYTES,
  insertPasskey,
  newChallenge,
  registered,
  secretHash,
  storePasskey,
} from "./enrol.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Registration } from "../passkey/registration.ts";
import { counting } from "./passkeys.ts";
import { newId, type World } from "./world.ts";

const USER_HANDLE_BYTES = 32;

export interface Approver {
  readonly username: string;
  readonly role: Role;
  readonly canDecide: boolean;
}

export async function listApprovers(store: TenantStore): Promise<readonly Approver[]> {
  const [members, keys] = await store.read([
    store.select(people).orderBy(asc(people.username)),
    store.select(credentials, counting()),
  ]);
  const able = new Set(keys.map(({ personId }) => personId));
  return members.map((member) => ({
    username: member.username,
    role: member.role,
    canDecide: mayDecide(member) && able.has(member.id),
  }));
}

export interface Invite {
  readonly enrolUrl: string;
  readonly expiresAt: number;
}

/** A new person, or a new link for one who has not enrolled yet. The secret is told once and never kept. */
export async function invite(
  world: World,
  store: TenantStore,
  username: string,
  role: Role,
): Promise<Result<Invite>> {
  const now = world.now();
  const known = await store.first(people, eq(people.username, username));
  if (known !== undefined && !(await isWaiting(store, known, role))) {
    return refuse("username_taken", `there is already somebody called "${username}"`);
  }
  const personId = known?.id ?? newId(world, "p");
  const secret = toBase64url(world.random(ENROLMENT_SECRET_BYTES));
  const expiresAt = now + ENROLMENT_HOURS * 3_600_000;
  const person = {
    id: personId,
    username,
    role,
    userHandle: toBase64url(world.random(USER_HANDLE_BYTES)),
    createdAt: now,
  };
  try {
    await store.batch([
      ...(known === undefined ? [store.insert(people, person)] : []),
      store.insert(enrolments, {
        id: newId(world, "e"),
        secretHash: secretHash(secret),
        personId,
        createdAt: now,
        expiresAt,
      }),
    ]);
  } catch (problem) {
    const taken = await store.first(people, eq(people.username, username));
    if (taken !== undefined && taken.id !== personId)
      return refuse("username_taken", `there is already somebody called "${username}"`);
    throw problem;
  }
  return accept({ enrolUrl: `${world.origin}/enrol#${secret}`, expiresAt });
}

/** Invited in this role and without a passkey so far. */
async function isWaiting(store: TenantStore, person: PersonRow, role: Role): Promise<boolean> {
  const passkey = await store.first(credentials, eq(credentials.personId, person.id));
  return passkey === undefined && person.role === role;
}

export interface Device {
  readonly id: string;
  readonly label: string;
  readonly fingerprint: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly state: "active" | "waiting" | "revoked";
}

export async function devicesOf(store: TenantStore, person: PersonRow): Promise<readonly Device[]> {
  const keys = await store
    .select(credentials, eq(credentials.personId, person.id))
    .orderBy(asc(credentials.createdAt));
  return keys.map((key) => ({
    id: key.id,
    label: key.label,
    fingerprint: fingerprintOf(expectOk(fromBase64url(key.publicKey))),
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
    state: stateOf(key),
  }));
}

function stateOf({ revokedAt, endorsedSeq }: CredentialRow): Device["state"] {
  if (revokedAt !== null) return "revoked";
  return endorsedSeq === null ? "waiting" : "active";
}

export async function beginDevice(world: World, store: TenantStore, person: PersonRow) {
  const own = await store.select(credentials, eq(credentials.personId, person.id));
  return {
    challenge: await newChallenge(world),
    rpId: hostOf(world.origin),
    userHandle: person.userHandle,
    username: person.username,
    exclude: own.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id),
  };
}

/** A further passkey: stored, and its endorsement asked for. */
export async function finishDevice(
  world: World,
  store: TenantStore,
  person: PersonRow,
  given: { readonly challenge: string; readonly label: string; readonly registration: Registration },
): Promise<Result<string>> {
  const passkey = await registered(world, given, person);
  if (!passkey.ok) return passkey;
  const written = await storePasskey(world, store, passkey.value.id, [
    insertPasskey(world, store, person, passkey.value, given.label),
  ]);
  if (!written.ok) return written;
  const stored = await store.first(credentials, eq(credentials.id, passkey.value.id));
  if (stored === undefined) return refuse("credential_registered", "this passkey is registered already");
  return accept(await askEndorsement(world, store, stored, person));
}
