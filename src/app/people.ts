import { asc, desc, eq, sql } from "drizzle-orm";
import { expectOk, accept, refuse, type Result } from "../core/refusal.ts";
import { fromBase64url, toBase64url } from "../core/bytes.ts";
import { mayDecide, type Change } from "../core/directory.ts";
import type { Role } from "../core/record.ts";
import { hostOf } from "../core/signed.ts";
import {
  credentials,
  enrolments,
  people,
  votes,
  type CredentialRow,
  type PersonRow,
  type VoteRow,
} from "../store/schema.ts";
import { prepared, type TenantStore } from "../store/tenant.ts";
import { askChange } from "./askchange.ts";
import { directoryOf } from "./change.ts";
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
import { quorumOfManagers, anyManager } from "./managers.ts";
import type { Requester } from "./keys.ts";
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
  const link = newLink(world, store, personId, false);
  const person = {
    id: personId,
    username,
    role,
    userHandle: toBase64url(world.random(USER_HANDLE_BYTES)),
    createdAt: now,
  };
  try {
    await store.batch([...(known === undefined ? [store.insert(people, person)] : []), link.statement]);
  } catch (problem) {
    const taken = await store.first(people, eq(people.username, username));
    if (taken !== undefined && taken.id !== personId)
      return refuse("username_taken", `there is already somebody called "${username}"`);
    throw problem;
  }
  return accept(link.invite);
}

/** A link for somebody who has lost every passkey. What it makes counts once a quorum has signed for it. */
export async function inviteAgain(
  world: World,
  store: TenantStore,
  username: string,
): Promise<Result<Invite>> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) return refuse("unknown_approver", `there is nobody called "${username}"`);
  // Told before a link is sent, not after somebody has made a passkey with it.
  const possible = quorumOfManagers(await directoryOf(store), person);
  if (!possible.ok) return possible;
  const link = newLink(world, store, person.id, true);
  await link.statement;
  return accept(link.invite);
}

function newLink(
  world: World,
  store: TenantStore,
  personId: string,
  recovers: boolean,
): { readonly invite: Invite; readonly statement: ReturnType<typeof store.insert<typeof enrolments>> } {
  const now = world.now();
  const secret = toBase64url(world.random(ENROLMENT_SECRET_BYTES));
  const expiresAt = now + ENROLMENT_HOURS * 3_600_000;
  const row = { id: newId(world, "e"), secretHash: secretHash(secret), personId, createdAt: now, expiresAt };
  return {
    invite: { enrolUrl: `${world.origin}/enrol#${secret}`, expiresAt },
    statement: store.insert(enrolments, { ...row, recovers }),
  };
}

/** Asks that this person has another role; returns the address where somebody entitled signs. */
export async function askRole(
  world: World,
  store: TenantStore,
  requester: Requester,
  username: string,
  role: Role,
): Promise<Result<string>> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) return refuse("unknown_approver", `there is nobody called "${username}"`);
  const approver = await anyManager(store, person.id, role === "owner" || person.role === "owner");
  if (!approver.ok) return approver;
  const change: Change = {
    v: 1,
    kind: "countersign/change",
    change: "role.changed",
    person: { id: person.id, username },
    role,
  };
  const action = `Make ${username} (${person.role}) ${role}`;
  return accept(await askChange(world, store, { change, action, requester, approver: approver.value }));
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

const NEWEST_VOTE = prepared(votes, (scope) =>
  scope
    .select(votes, eq(votes.credentialId, sql.placeholder("credential")))
    .orderBy(desc(votes.at))
    .limit(1),
);

export async function devicesOf(store: TenantStore, person: PersonRow): Promise<readonly Device[]> {
  const keys = await store
    .select(credentials, eq(credentials.personId, person.id))
    .orderBy(asc(credentials.createdAt));
  const newest = await store.run(keys.map(({ id }) => NEWEST_VOTE.with({ credential: id })));
  return keys.map((key, place) => ({
    id: key.id,
    label: key.label,
    fingerprint: fingerprintOf(expectOk(fromBase64url(key.publicKey))),
    createdAt: key.createdAt,
    lastUsedAt: lastUseOf(key, newest[place]?.[0]),
    state: stateOf(key),
  }));
}

/** To sign in or to decide. */
function lastUseOf({ lastUsedAt }: CredentialRow, vote: VoteRow | undefined): number | null {
  return vote === undefined ? lastUsedAt : Math.max(vote.at, lastUsedAt ?? 0);
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
    insertPasskey(store, person, passkey.value, given.label, world.now()),
  ]);
  if (!written.ok) return written;
  const stored = await store.first(credentials, eq(credentials.id, passkey.value.id));
  if (stored === undefined) return refuse("credential_registered", "this passkey is registered already");
  return askEndorsement(world, store, stored, person);
}
